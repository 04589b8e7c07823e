#include "coding_preference.hpp"

#include "catch.hpp"
#include "header_list.hpp"

using namespace sosik;

TEST_CASE("The heaviest acceptable coding is chosen",
          "[server][H-130][H-131][H-132][H-133][H-134][H-135][H-136][H-137]") {
  using Row = std::pair<std::string, std::optional<Coding>>;
  const auto [header, want] = GENERATE(values<Row>({
      {"gzip", Coding::gzip},
      {"GZIP", Coding::gzip},
      {"x-gzip", Coding::gzip},
      {"gzip, deflate, br", Coding::br},
      {"gzip, deflate, br, zstd", Coding::br},
      {"zstd, gzip", Coding::zstd},
      {"gzip;q=1.0, br;q=0.9, zstd;q=0.8", Coding::gzip},
      {"ZSTD;q=0.9, Br;q=0.8", Coding::zstd},
      {"br, gzip;q=0.1", Coding::br},
      {"br;q=0, gzip", Coding::gzip},
      {"br;q=0, *", Coding::zstd},
      {"gzip ; q=0.5 , identity; q=0.4", Coding::gzip},
      {"gzip;Q=0.5", Coding::gzip},
      {"identity;q=0.5, gzip;q=0.5", Coding::gzip},
      {"identity;q=1, gzip;q=0.5", Coding::identity},
      {"identity", Coding::identity},
      {"", Coding::identity},
      {" , ,", Coding::identity},
      {"deflate", Coding::identity},
      {"br", Coding::br},
      {"brotli, zstandard", Coding::identity},
      {"gzip;q=0", Coding::identity},
      {"gzip;q=0.000, *;q=1", Coding::br},
      {"gzip;q=0, br;q=0, zstd;q=0, *;q=1", Coding::identity},
      {"gzipped", Coding::identity},
      {"*", Coding::br},
      {"*;q=0.3", Coding::br},
      {"identity, *;q=0.3", Coding::identity},
      {"identity;q=0, gzip", Coding::gzip},
      {"*;q=0, gzip", Coding::gzip},
      {"*;q=0", std::nullopt},
      {"identity;q=0", std::nullopt},
      {"identity;q=0, deflate", std::nullopt},
      // A malformed weight drops its member (H-132).
      {"gzip;q=1.5", Coding::identity},
      {"gzip;q=0.1234", Coding::identity},
      {"gzip;q=", Coding::identity},
      {"gzip;q=abc, gzip;q=0.2", Coding::gzip},
  }));
  INFO("Accept-Encoding: " << header);
  CHECK(coding_preference(header).preferred() == want);
}

TEST_CASE("Without Accept-Encoding identity is sent, and gzip is acceptable", "[server][H-130]") {
  const CodingPreference preference = coding_preference(std::nullopt);
  CHECK(preference.preferred() == Coding::identity);
  CHECK(preference.accepts(Coding::gzip));
  CHECK_FALSE(coding_preference("").accepts(Coding::gzip));
}

TEST_CASE("A qvalue has at most three decimals and is at most one", "[server][H-132]") {
  using Row = std::pair<std::string, std::optional<int>>;
  const auto [text, want] = GENERATE(values<Row>({
      {"0", 0},
      {"1", 1000},
      {"0.", 0},
      {"1.", 1000},
      {"0.5", 500},
      {"0.05", 50},
      {"0.125", 125},
      {"1.000", 1000},
      {"1.001", std::nullopt},
      {"2", std::nullopt},
      {".5", std::nullopt},
      {"0.1234", std::nullopt},
      {"-0", std::nullopt},
      {"0,5", std::nullopt},
      {"", std::nullopt},
  }));
  INFO("q=" << text);
  CHECK(parse_qvalue(text) == want);
}
