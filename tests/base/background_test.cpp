#include "sosik/base/background.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "catch.hpp"

using namespace sosik;

namespace {

int nice_value() { return getpriority(PRIO_PROCESS, static_cast<id_t>(gettid())); }

}  // namespace

TEST_CASE("A thread in the background gives way, with those that it starts, and no other",
          "[base][background]") {
  const int before = nice_value();
  int own = 0, child = 0;
  std::thread([&] {
    become_background();
    own = nice_value();
    std::thread([&] { child = nice_value(); }).join();
  }).join();
  CHECK(own == std::min(before + 10, 19));
  CHECK(child == own);
  CHECK(nice_value() == before);
}

TEST_CASE("Where the whole program is nice, the background is nicer still", "[base][background]") {
  const auto child = fork();
  if (child == 0) {
    int own = 0;
    (void)setpriority(PRIO_PROCESS, 0, 15);
    std::thread([&] {
      become_background();
      become_background();  // once more changes nothing
      own = nice_value();
    }).join();
    _exit(own);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == 19);
}
