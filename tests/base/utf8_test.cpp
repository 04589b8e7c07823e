#include "utf8.hpp"

#include <random>

#include "catch.hpp"
#include "sosik/base/text.hpp"

using namespace sosik;

namespace {
const std::string bad = "\uFFFD";
}

TEST_CASE("Well-formed text is valid and comes back unchanged", "[base][text]") {
  const std::string text =
      GENERATE("", "plain", "한글", "\u1112\u119E\u11AB", "👨‍👩‍👧‍👦",
               "\u0080\u07FF\u0800\uFFFD\uFFFF", "\U00010000\U0010FFFF");
  CHECK(is_valid_utf8(text));
  CHECK(repair_utf8(text) == text);
}

TEST_CASE("Each maximal ill-formed subpart becomes one U+FFFD [F-024]", "[base][text]") {
  auto [bytes, want] = GENERATE_COPY(table<std::string, std::string>({
      {"\xED\xA0\x80", bad + bad + bad},            // a surrogate
      {"\xC0\xAF", bad + bad},                      // overlong
      {"\xF4\x90\x80\x80", bad + bad + bad + bad},  // beyond U+10FFFF
      {"\xEA\xB0", bad},                            // cut
      {"\xE0\x80\xAF", bad + bad + bad},            // overlong
      {"\xF0\x9F\x98", bad},                        // an emoji cut
      {"\xF0\x9F\x98x", bad + "x"},
      {"가\xEA\xB0나", "가" + bad + "나"},
      {"\x80", bad},
      {"\xFF\xFE", bad + bad},
      {"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", bad + bad + bad + bad + "A"},  // Unicode table 3-11
  }));
  INFO(printable(bytes));
  CHECK_FALSE(is_valid_utf8(bytes));
  CHECK(repair_utf8(bytes) == want);
}

TEST_CASE("Every code point survives writing and reading", "[base][text]") {
  std::size_t wrong = 0;
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    utf8::append(text, c);
    const auto read = utf8::decode(text, 0);
    if (read.code_point != c || !read.is_well_formed || read.length != text.size()) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("A run of printable ASCII ends at the first other byte, wherever it stands",
          "[base][text]") {
  for (const char odd : {'\0', '\n', '\x1f', '\x80', '\xff'}) {
    for (std::size_t at = 0; at < 40; ++at) {
      std::string text(40, 'x');
      text[at] = odd;
      CHECK(utf8::printable_ascii_run(text, 0) == at);
    }
  }
  CHECK(utf8::printable_ascii_run(std::string(33, '\x7f'), 1) == 32);
}

TEST_CASE("Repaired bytes are always valid UTF-8", "[base][text]") {
  std::mt19937 random(20261123);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes;
    for (auto n = random() % 12; n > 0; --n) bytes += static_cast<char>(random() % 256);
    INFO(printable(bytes));
    const auto repaired = repair_utf8(bytes);
    REQUIRE(is_valid_utf8(repaired));
    REQUIRE((repaired == bytes) == is_valid_utf8(bytes));
  }
}
