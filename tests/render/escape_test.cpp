#include "escape.hpp"

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
