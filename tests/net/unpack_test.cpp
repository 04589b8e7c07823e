#include "sosik/net/unpack.hpp"

#include "catch.hpp"

using namespace sosik;

namespace {

// "소식" as Python's gzip (with a file name), zlib and raw deflate write it.
std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}
const std::string as_gzip =
    bytes({0x1F, 0x8B, 0x08, 0x08, 0x00, 0x00, 0x00, 0x00, 0x02, 0xFF, 0x66, 0x65,
           0x65, 0x64, 0x2E, 0x78, 0x6D, 0x6C, 0x00, 0x7B, 0xD3, 0xD6, 0xF3, 0xA6,
           0x7B, 0x2E, 0x00, 0x56, 0xB1, 0x5C, 0xBF, 0x06, 0x00, 0x00, 0x00});
const std::string as_zlib =
    bytes({0x78, 0x9C, 0x7B, 0xD3, 0xD6, 0xF3, 0xA6, 0x7B, 0x2E, 0x00, 0x0E, 0xD3, 0x04, 0x13});
const std::string as_deflate = bytes({0x7B, 0xD3, 0xD6, 0xF3, 0xA6, 0x7B, 0x2E, 0x00});

}  // namespace

TEST_CASE("Bodies packed as gzip, zlib or plain deflate are unpacked", "[net][unpack]") {
  CHECK(unpacked(as_gzip, "gzip", 100).value() == "소식");
  CHECK(unpacked(as_zlib, "deflate", 100).value() == "소식");
  CHECK(unpacked(as_deflate, "deflate", 100).value() == "소식");
}

TEST_CASE("A packed body never unpacks to more than the limit", "[net][unpack]") {
  CHECK(unpacked(as_gzip, "gzip", 6).value() == "소식");
  CHECK(unpacked(as_gzip, "gzip", 5).error().code == Errc::too_large);
}

TEST_CASE("A packed body cut anywhere before its end is refused", "[net][unpack]") {
  for (std::size_t length = 0; length < as_gzip.size() - 8; ++length) {  // 8: checksum and size
    INFO(length);
    CHECK(unpacked(as_gzip.substr(0, length), "gzip", 100).error().code == Errc::invalid);
  }
}

TEST_CASE("A coding that nobody asked for and we do not know is refused", "[net][unpack]") {
  CHECK(unpacked("x", "br", 100).error().detail == "Content-Encoding 'br' was not asked for");
}
