// What is left when memory ends in the middle: nothing that is held or counted for ever.
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <new>

#include "catch.hpp"
#include "holdings.hpp"

namespace {

thread_local int allocations_left = -1;  // of this thread; negative: as many as it likes

}  // namespace

void* operator new(std::size_t size) {
  if (allocations_left == 0) throw std::bad_alloc();
  if (allocations_left > 0) --allocations_left;
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}
// This one too, for a sanitizer's own would not fit the delete below.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size > 0 ? size : 1);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

using namespace sosik;

namespace {

std::ptrdiff_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return std::distance(begin(all), end(all));
}

}  // namespace

TEST_CASE("Whatever allocation of a body fails, neither descriptor nor count is lost",
          "[snapshot][body]") {
  const auto holdings = std::make_shared<Holdings>(1'000'000, 10);
  const auto before = open_descriptors();
  const auto keeps = [&](int allocations) {
    std::string bytes(Holdings::smallest_file, 'x');
    allocations_left = allocations;
    try {
      const Body body = holdings->keep(std::move(bytes));
      allocations_left = -1;
      return true;
    } catch (const std::bad_alloc&) {
      allocations_left = -1;
      return false;
    }
  };
  int failures = 0;
  while (!keeps(failures)) {
    ++failures;
    INFO("at allocation " << failures);
    CHECK(holdings->descriptors() == 0);
    CHECK(holdings->bytes() == 0);
    CHECK(open_descriptors() == before);
  }
  CHECK(failures >= 2);  // of the file and of what the copies share
}
