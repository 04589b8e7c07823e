#include "sosik/base/background.hpp"

#include <sys/resource.h>
#include <unistd.h>

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
  CHECK(own == 10);
  CHECK(child == 10);
  CHECK(nice_value() == before);
}
