#include "descriptors.hpp"

#include <limits>

#include "catch.hpp"

using namespace sosik;

namespace {

constexpr auto unlimited = std::numeric_limits<std::size_t>::max();

}  // namespace

TEST_CASE("Connections and files of bodies never come to more than there are descriptors",
          "[app][descriptors]") {
  const auto [limit, configured, connections, files] =
      GENERATE(table<std::size_t, std::size_t, std::size_t, std::size_t>({
          {512, 10'000, 128, 128},
          {513, 10'000, 129, 128},
          {1024, 10'000, 512, 256},
          {1024, 512, 512, 256},
          {1024, 100, 100, 256},  // never raised
          {1024, 1, 1, 256},
          {4096, 10'000, 2816, 1024},
          {8192, 10'000, 6912, 1024},
          {11'279, 10'000, 9'999, 1024},
          {11'280, 10'000, 10'000, 1024},
          {65'536, 10'000, 10'000, 1024},
          {unlimited, 10'000, 10'000, 1024},
      }));
  INFO("limit " << limit << ", configured " << configured);
  const auto shares = share_descriptors(limit, configured).value();
  CHECK(shares == DescriptorShares{connections, files});
  CHECK(shares.max_connections + shares.body_files <= limit - 256);
}

TEST_CASE("What is wanted is enough for every configured connection", "[app][descriptors]") {
  const std::size_t configured = GENERATE(1, 100, 10'000, 1'000'000);
  CHECK(share_descriptors(descriptors_wanted(configured), configured).value().max_connections ==
        configured);
}

TEST_CASE("Too few descriptors end the start with a line that says what to do",
          "[app][descriptors]") {
  const std::size_t limit = GENERATE(0, 255, 256, 511);
  const auto refused = share_descriptors(limit, 100);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().detail == "this process may have " + std::to_string(limit) +
                                      " descriptors, fewer than the 512 it needs: raise the limit "
                                      "(ulimit -n, LimitNOFILE)");
}
