#include "gzip.hpp"

#include <libdeflate.h>

#include "catch.hpp"

using namespace sosik;

namespace {

std::string gunzip(const std::string& bytes, std::size_t size) {
  std::string out(size, '\0');
  libdeflate_decompressor* decompressor = libdeflate_alloc_decompressor();
  const auto result = libdeflate_gzip_decompress(decompressor, bytes.data(), bytes.size(),
                                                 out.data(), size, nullptr);
  libdeflate_free_decompressor(decompressor);
  return result == LIBDEFLATE_SUCCESS ? out : "";
}

std::string korean_text(std::size_t at_least) {
  std::string text;
  while (text.size() < at_least) text += "소식 " + std::to_string(text.size()) + "번째 글. ";
  return text;
}

}  // namespace

TEST_CASE("What was compressed comes back", "[snapshot][gzip]") {
  const std::string text = korean_text(200'000);
  const auto bytes = gzip(text);
  REQUIRE(bytes);
  CHECK(bytes->size() < text.size() / 2);
  CHECK(gunzip(*bytes, text.size()) == text);
}

TEST_CASE("A gzip header tells nothing of machine or moment", "[snapshot][gzip][H-096]") {
  const auto bytes = gzip(korean_text(2000));
  REQUIRE(bytes);
  CHECK(bytes->substr(0, 3) == "\x1f\x8b\x08");
  CHECK((*bytes)[3] == 0);                                 // no name, no comment
  CHECK(bytes->substr(4, 4) == std::string(4, '\0'));      // no time
  CHECK(static_cast<unsigned char>((*bytes)[9]) == 0xFF);  // no system
}

TEST_CASE("Small or incompressible bodies stay as they are", "[snapshot][gzip][H-136]") {
  CHECK(!gzip(""));
  CHECK(!gzip(std::string(1023, 'a')));
  CHECK(gzip(std::string(1024, 'a')));
  std::string noise;
  for (std::uint32_t x = 1; noise.size() < 4000; x = x * 1664525 + 1013904223)
    noise += static_cast<char>(x >> 24);
  CHECK(!gzip(noise));
}
