#include <random>

#include "catch.hpp"
#include "sosik/base/text.hpp"
#include "utf8.hpp"

using namespace sosik;
using namespace std::string_literals;

TEST_CASE("Text that needs no cleaning comes back unchanged", "[base][text]") {
  const std::string text =
      GENERATE("", "plain ASCII, with\ttab and\nline", "한글 본문", "\u1112\u1161\u11AB", "ㅋㅋㅋ",
               "👨‍👩‍👧‍👦 🇰🇷", "\uF914", "₩￦", "똠방각하 펲시 뷁",
               "ＡＢＣ　１", "\u007F", "\u00A0", "\uE000\uF8FF\uFFFC", "a\uFEFFb", "\U0010FFFD");
  CHECK(clean_text(text) == text);
}

TEST_CASE("Text is cleaned of what no feed may hold", "[base][text]") {
  auto [bytes, want] = GENERATE(table<std::string, std::string>({
      // the vectors of korean.md section 10
      {"가\x0B나\0다\x1F\x7F라"s, "가\n나다\x7F라"},
      {"가\uFFFE나\uFFFF", "가나"},
      {"가\r\n나\r다", "가\n나\n다"},
      // [K-022]
      {"\uFEFF제목", "제목"},
      {"\uFEFF\uFEFF제목", "제목"},
      {"\0\uFEFF제목"s, "제목"},
      // [F-021] [F-022] [F-023]
      {"a\x08"
       "b",
       "ab"},
      {"a\fb", "a\nb"},
      {"a\u0080b\u009Fc\u0085d", "abcd"},
      {"a\uFFFD"
       "b",
       "ab"},
      {"a\uFDD0\uFDEF"
       "b",
       "ab"},
      {"a\U0001FFFE\U0010FFFF"
       "b",
       "ab"},
      {"가\xEA\xB0나", "가나"},
      {"\xED\xA0\xBD", ""},
      {"\r", "\n"},
      {"\r\r\n\n", "\n\n\n"},
      {"\x1B[31m", "[31m"},
  }));
  INFO(printable(bytes));
  CHECK(clean_text(bytes) == want);
}

TEST_CASE("Cleaning is lawful and idempotent for any bytes [F-021]", "[base][text]") {
  std::mt19937 random(20260101);
  const std::vector<std::string> pieces = {
      "가",     "\r", "\n",   "\v",   "\uFEFF",   "\uFFFE", "\u0085", " ",   "\u200B",
      "\u3000", "x",  "\xEA", "\xB0", "\xF0\x9F", "😀",      "\0"s,    "\x08"};
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes;
    for (auto n = random() % 10; n > 0; --n) bytes += pieces[random() % pieces.size()];
    INFO(printable(bytes));
    const auto clean = clean_text(bytes);
    REQUIRE(is_valid_utf8(clean));
    REQUIRE(clean_text(clean) == clean);
    for (std::size_t i = 0; i < clean.size();) {
      const auto next = utf8::decode(clean, i);
      const char32_t c = next.code_point;
      REQUIRE((c == '\t' || c == '\n' || (c >= 0x20 && c < 0x80) || (c >= 0xA0 && c < 0xFFFD) ||
               c >= 0x10000));
      i += next.length;
    }
    const auto line = clean_line(bytes);
    REQUIRE(clean_line(line) == line);
    REQUIRE(line.find('\n') == std::string::npos);
    REQUIRE(line.find("  ") == std::string::npos);
  }
}

TEST_CASE("A line has single spaces and no space at its ends", "[base][text]") {
  auto [bytes, want] = GENERATE(table<std::string, std::string>({
      {"  제목  하나 ", "제목 하나"},
      {"제목\n하나", "제목 하나"},
      {"제목\u00A0\u3000\t하나", "제목 하나"},
      {"\u2003\u2028제목\u2029", "제목"},
      {" \n\t", ""},
      {"", ""},
      {"a \u200B b", "a b"},          // [K-091]
      {"\u200Ba\u200B \u200B", "a"},  // [K-091]
      {"a\u200B\u200Bb", "a\u200Bb"},
      {"a\x08 \x08 b", "a b"},
  }));
  INFO(printable(bytes));
  CHECK(clean_line(bytes) == want);
}

TEST_CASE("A title of only spaces, fillers and zero-width characters is blank [K-010]",
          "[base][text]") {
  const std::string text =
      GENERATE("", " ", "\t\n", "\u3164", "\u115F\u1160", "\uFFA0",
               "\u200B\u200C\u200D\u200E\u200F", "\u2060", "\uFEFF", "\u3000", "\u00A0", "\u2800",
               "\u00AD", "\u202E", "\uFE0F", "\x08", " \u3164\u200B\u3000");
  INFO(printable(text));
  CHECK(is_blank(text));
  CHECK_FALSE(is_blank(text + "ㅋ"));
}

TEST_CASE("A title of one visible character is not blank", "[base][text]") {
  const std::string text = GENERATE("가", "ㅋ", "\u1100", ".", "0", "😀", "\u0301", "\xEA");
  CHECK_FALSE(is_blank(text));
}

TEST_CASE("Log text shows Hangul and escapes what moves or hides text [K-085]", "[base][text]") {
  auto [text, want] = GENERATE(table<std::string, std::string>({
      {"한글 피드 😀 👨‍👩‍👧", "한글 피드 😀 👨‍👩‍👧"},
      {"a\nb\r\tc", "a\\nb\\r\\tc"},
      {"\x1B[2J\x7F\0"s, "\\x1b[2J\\x7f\\x00"},
      {"\u0085", "\\x85"},
      {"\u202Egnp.exe", "\\u202egnp.exe"},
      {"\u2066\u200F\u200B\uFEFF", "\\u2066\\u200f\\u200b\\ufeff"},
      {"\u2028", "\\u2028"},
      {"\U000E0041", "\\U000e0041"},
      {"가\xEA\xB0!", "가\\xea\\xb0!"},
      {"C:\\temp", "C:\\temp"},
  }));
  CHECK(printable(text) == want);
}
