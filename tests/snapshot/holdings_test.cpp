#include "holdings.hpp"

#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <thread>
#include <vector>

#include "catch.hpp"

using namespace sosik;

namespace {

std::string text(std::size_t size) {
  std::string bytes;
  while (bytes.size() < size) bytes += "소식 " + std::to_string(bytes.size()) + "\n";
  bytes.resize(size);
  return bytes;
}

constexpr std::size_t large = Holdings::smallest_file;

}  // namespace

TEST_CASE("A large body lies in a file that nobody can change", "[snapshot][body]") {
  const auto holdings = std::make_shared<Holdings>(1'000'000, 10);
  const std::string bytes = text(large + 5);
  const Body body = holdings->keep(bytes);
  const int file = body.descriptor();
  REQUIRE(file >= 0);
  CHECK(body.view() == bytes);
  std::string read(bytes.size() + 1, '\0');
  CHECK(::pread(file, read.data(), read.size(), 0) == static_cast<ssize_t>(bytes.size()));
  read.pop_back();
  CHECK(read == bytes);

  CHECK(::fcntl(file, F_GET_SEALS) == (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL));
  CHECK(::pwrite(file, "x", 1, 0) == -1);
  CHECK(errno == EPERM);
  CHECK(::ftruncate(file, 0) == -1);
  CHECK(::ftruncate(file, 1'000'000) == -1);
  CHECK(::mmap(nullptr, large, PROT_WRITE, MAP_SHARED, file, 0) == MAP_FAILED);
  CHECK((::fcntl(file, F_GETFD) & FD_CLOEXEC) != 0);
  CHECK(body.view() == bytes);
}

TEST_CASE("A small body is plain memory", "[snapshot][body]") {
  const auto holdings = std::make_shared<Holdings>(1'000'000, 10);
  const Body body = holdings->keep(text(large - 1));
  CHECK(body.descriptor() == -1);
  CHECK(body.view() == text(large - 1));
  CHECK(holdings->descriptors() == 0);
  CHECK(holdings->keep("").view().empty());
}

TEST_CASE("A body in plain memory takes no more than it is charged for", "[snapshot][body]") {
  const auto holdings = std::make_shared<Holdings>(1'000'000, 0);
  std::string reserved = text(1000);
  reserved.reserve(100'000);
  const Body body = holdings->keep(std::move(reserved));
  CHECK(body.view() == text(1000));
  CHECK(::malloc_usable_size(const_cast<char*>(body.view().data())) < 2000);
}

TEST_CASE("Descriptors are bounded and come back; without one a body is plain memory",
          "[snapshot][body]") {
  const auto holdings = std::make_shared<Holdings>(1'000'000, 2);
  std::optional<Body> first = holdings->keep(text(large));
  const Body second = holdings->keep(text(large));
  const Body third = holdings->keep(text(large));
  CHECK(second.descriptor() >= 0);
  CHECK(third.descriptor() == -1);
  CHECK(third.view() == text(large));
  CHECK(holdings->descriptors() == 2);
  const int file = first->descriptor();
  first.reset();
  CHECK(holdings->descriptors() == 1);
  CHECK(::fcntl(file, F_GETFD) == -1);  // closed
  CHECK(holdings->keep(text(large)).descriptor() >= 0);
}

TEST_CASE("When the system has no descriptor left, a body is plain memory", "[snapshot][body]") {
  const auto holdings = std::make_shared<Holdings>(1'000'000, 10);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit none = before;
  none.rlim_cur = 0;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const Body body = holdings->keep(text(large));
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(body.descriptor() == -1);
  CHECK(body.view() == text(large));
  CHECK(holdings->descriptors() == 0);
  CHECK(holdings->bytes() == large);
}

TEST_CASE("A body is charged once, until its last copy goes", "[snapshot][body]") {
  const std::size_t size = GENERATE(1000u, 100'000u);
  auto holdings = std::make_shared<Holdings>(1'000'000, 10);
  std::optional<Body> body = holdings->keep(text(size));
  const std::size_t charged = holdings->bytes();
  CHECK(charged >= size);
  CHECK(charged < size + 4096);  // a file takes whole pages
  std::optional<Body> on_its_way = body;
  CHECK(on_its_way->view().data() == body->view().data());
  body.reset();
  CHECK(holdings->bytes() == charged);
  CHECK(on_its_way->view() == text(size));
  on_its_way.reset();
  CHECK(holdings->bytes() == 0);

  body = holdings->keep(text(size));
  holdings.reset();  // a response may outlive the rest
  CHECK(body->view() == text(size));
}

TEST_CASE("What is leaving presses no more for a while, but the budget holds all the same",
          "[snapshot][body]") {
  const auto holdings = std::make_shared<Holdings>(800, 0);
  const Charge held(holdings, 700);
  CHECK(!holdings->is_over());
  const Charge more(holdings, 60);  // an eighth is for what leaves
  CHECK(holdings->is_over());
  {
    const Leaving leaving(holdings, 60, 0);
    CHECK(!holdings->is_over());
    const Charge newer(holdings, 41);  // 801 in all
    CHECK(holdings->is_over());
    const Leaving much(holdings, 500, 0);  // slow readers; 241 are not leaving
    CHECK(holdings->is_over());
  }
  CHECK(holdings->is_over());
}

TEST_CASE("Whatever slow readers hold, a quarter of the budget is for the others",
          "[snapshot][body]") {
  const auto holdings = std::make_shared<Holdings>(800, 0);
  const Charge held(holdings, 5'000);
  const Leaving leaving(holdings, 5'000, 0);
  CHECK(!holdings->is_over());
  const Charge living(holdings, 200);
  CHECK(!holdings->is_over());
  const Charge more(holdings, 1);
  CHECK(holdings->is_over());
}

TEST_CASE("When all descriptors are taken, by what is not leaving, some must be given up",
          "[snapshot][body]") {
  const auto holdings = std::make_shared<Holdings>(1'000'000, 2);
  const Body first = holdings->keep(text(large));
  CHECK(!holdings->is_over());
  const Body second = holdings->keep(text(large));
  CHECK(holdings->is_over());
  CHECK(!holdings->has_too_much());
  {
    const Leaving leaving(holdings, large, 1);
    CHECK(!holdings->is_over());
  }
  CHECK(holdings->is_over());
  CHECK(!std::make_shared<Holdings>(1'000'000, 0)->is_over());
}

TEST_CASE("However many threads make bodies, all is counted", "[snapshot][body][threads]") {
  const auto holdings = std::make_shared<Holdings>(1'000'000, 5);
  std::atomic<int> faults{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        const Body one = holdings->keep(text(large));
        const Body other = holdings->keep(text(large));
        if (holdings->descriptors() > 5 || one.view() != other.view()) ++faults;
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(faults == 0);
  CHECK(holdings->bytes() == 0);
  CHECK(holdings->descriptors() == 0);
}
