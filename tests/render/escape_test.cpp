#include "escape.hpp"

#include <algorithm>
#include <random>

#include "catch.hpp"

using namespace sosik;

TEST_CASE("Text is escaped for its place", "[render][F-025][F-026]") {
  const auto [place, in, want] = GENERATE(table<EscapeFor, std::string, std::string>({
      {EscapeFor::text, "AT&T <b>", "AT&amp;T &lt;b&gt;"},
      {EscapeFor::text, "\"'\t\n", "\"'\t\n"},
      {EscapeFor::text, "a\rb", "a&#13;b"},
      {EscapeFor::attribute, "a\"b\t\n\r<&", "a&#34;b&#9;&#10;&#13;&lt;&amp;"},
      {EscapeFor::rss_plain, "AT&T <b>", "AT&#x26;T &#x3C;b>"},
      {EscapeFor::rss_plain, "a]]>b", "a]]&gt;b"},
      {EscapeFor::rss_plain, "한글 😀", "한글 😀"},
  }));
  INFO(in);
  CHECK(escape(in, place) == want);
}

// korean.md section 10.
TEST_CASE("What XML 1.0 forbids vanishes, whatever the place", "[render][F-021][F-022][K-020]") {
  using namespace std::string_literals;
  const auto [in, want] = GENERATE(table<std::string, std::string>({
      {"가\v나\0다\x1F\x7F라"s, "가\n나다\x7F라"},
      {"가\xEF\xBF\xBE나\xEF\xBF\xBF", "가나"},
      {"\x08\f", "\n"},
      {"a\xED\xA0\x80"
       "b",
       "ab"},  // a surrogate
      {"a\xC0\xAF"
       "b",
       "ab"},  // overlong
      {"a\xF4\x90\x80\x80"
       "b",
       "ab"},              // above U+10FFFF
      {"a\xEA\xB0", "a"},  // cut off
      {"\xE0\x80\xAF!", "!"},
      {"\xEF\xBF\xBD", "\xEF\xBF\xBD"},  // legal; the sanitiser decides
      {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
  }));
  CHECK(escape(in, EscapeFor::text) == want);
  CHECK(escape(in, EscapeFor::rss_plain) == want);
  CHECK(only_legal(in) == want);
}

namespace {

// What escape() must write, a character at a time, by the table of Unicode 3.9 as a list of ranges.
std::string by_characters(std::string_view text, EscapeFor place, bool is_json) {
  struct Row {
    unsigned lead_from, lead_to, second_from, second_to;
    std::size_t length;
  };
  constexpr Row rows[] = {
      {0x00, 0x7F, 0, 0, 1},       {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
      {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
      {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4}};
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto length_at = [&](std::size_t i) -> std::size_t {
    for (const Row& row : rows) {
      if (byte(i) < row.lead_from || byte(i) > row.lead_to) continue;
      bool is_whole =
          row.length == 1 || (byte(i + 1) >= row.second_from && byte(i + 1) <= row.second_to);
      for (std::size_t k = 2; k < row.length; ++k) is_whole &= (byte(i + k) & 0xC0) == 0x80;
      return is_whole ? row.length : 0;
    }
    return 0;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = length_at(i);
    const std::string_view character = text.substr(i, length);
    i += std::max<std::size_t>(1, length);
    if (length == 0 || character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF") continue;
    char c = length == 1 ? character[0] : 'a';
    if (c == '\v' || c == '\f') c = '\n';
    if (c >= 0 && c < 0x20 && c != '\t' && c != '\n' && c != '\r') continue;
    if (length > 1 || is_json) {
      length > 1 ? out += character : out += c;
      continue;
    }
    const bool is_attribute = place == EscapeFor::attribute, is_rss = place == EscapeFor::rss_plain;
    if (c == '&')
      out += is_rss ? "&#x26;" : "&amp;";
    else if (c == '<')
      out += is_rss ? "&#x3C;" : "&lt;";
    else if (c == '>' && (!is_rss || out.ends_with("]]")))
      out += "&gt;";
    else if (c == '\r')
      out += "&#13;";
    else if (c == '"' && is_attribute)
      out += "&#34;";
    else if (c == '\t' && is_attribute)
      out += "&#9;";
    else if (c == '\n' && is_attribute)
      out += "&#10;";
    else
      out += c;
  }
  return out;
}

}  // namespace

TEST_CASE("Sixteen bytes at once are escaped as one by one", "[render][F-021][F-025]") {
  const std::string_view pieces[] = {"a",
                                     "글",
                                     "한",
                                     "é",
                                     "😀",
                                     " ",
                                     "하하하하",
                                     "plain ascii text",
                                     "&",
                                     "<",
                                     ">",
                                     "]]>",
                                     "\"",
                                     "\r",
                                     "\n",
                                     "\t",
                                     "\v",
                                     "\x01",
                                     "\x7F",
                                     "\xEF\xBF\xBE",
                                     "\xEF\xBF\xBD",
                                     "\xEE\x80\x80",
                                     "\xED\x9F\xBF",
                                     "\xED\xA0\x80",
                                     "\xE0\xA0\x80",
                                     "\xE0\x80\x80",
                                     "\xC0\xAF",
                                     "\xC1",
                                     "\x80",
                                     "\xBF",
                                     "\xEA",
                                     "\xEA\xB0",
                                     "\xF4\x90\x80\x80",
                                     "\xF0\x9F",
                                     "\xF5",
                                     "\xFF",
                                     "\xC3",
                                     "\xED"};
  std::mt19937 random(20261125);
  for (int round = 0; round < 30000; ++round) {
    std::string text;
    // Mostly what is copied, so that all of the sixteen places come to hold what is not.
    for (auto count = random() % 40; count > 0; --count)
      text += pieces[random() % (random() % 4 == 0 ? std::size(pieces) : 8)];
    INFO("round " << round << ": " << text);
    for (const auto place : {EscapeFor::text, EscapeFor::attribute, EscapeFor::rss_plain})
      REQUIRE(escape(text, place) == by_characters(text, place, false));
    REQUIRE(only_legal(text) == by_characters(text, EscapeFor::text, true));
  }
}
