// What is left when memory ends in the middle: nothing that is held or counted for ever.
#include <filesystem>
#include <iterator>

#include "catch.hpp"
#include "failing_memory.hpp"
#include "holdings.hpp"

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
    return fits_in(allocations, [&] { holdings->keep(std::move(bytes)); });
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
