#include "catch.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"

using namespace sosik;

TEST_CASE("A segment is NFC, then percent-encoded with upper-case hex [K-060] [K-061]",
          "[base][url]") {
  auto [text, want] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {"한글 블로그", "%ED%95%9C%EA%B8%80%20%EB%B8%94%EB%A1%9C%EA%B7%B8"},
      {"\u1112\u1161\u11AB\u1100\u1173\u11AF", "%ED%95%9C%EA%B8%80"},
      {"azAZ09-._~!$'()*+,;=:@", "azAZ09-._~!$'()*+,;=:@"},
      {"a/b", "a%2Fb"},
      {"100%", "100%25"},
      {"%ED", "%25ED"},
      {"R&D", "R%26D"},
      {"<>\"{}|\\^`[]?#", "%3C%3E%22%7B%7D%7C%5C%5E%60%5B%5D%3F%23"},  // [K-064]
      {"😀", "%F0%9F%98%80"},
  }));
  CHECK(encode_segment(text) == want);
  CHECK(decode_percent(encode_segment(text)).value() == nfc(text));
}

TEST_CASE("A path keeps its slashes", "[base][url]") {
  CHECK(encode_path("/태그/한글 블로그/feed.xml") ==
        "/%ED%83%9C%EA%B7%B8/%ED%95%9C%EA%B8%80%20%EB%B8%94%EB%A1%9C%EA%B7%B8/feed.xml");
  CHECK(encode_path("") == "");
}

TEST_CASE("A form value encodes escapes once more [K-067]", "[base][url]") {
  CHECK(encode_form("https://h/%ED%95%9C?a=b&c") ==
        "https%3A%2F%2Fh%2F%25ED%2595%259C%3Fa%3Db%26c");
  CHECK(encode_form("a b+c~") == "a%20b%2Bc~");
}

TEST_CASE("Escapes are decoded exactly once [H-273]", "[base][url]") {
  auto [text, want] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {"%ED%95%9C%EA%B8%80", "한글"},
      {"%ed%95%9c", "한"},
      {"%25ED", "%ED"},
      {"a+b%20c", "a+b c"},
      {"%2F", "/"},
      {"한", "한"},
      {"%00", std::string(1, '\0')},
      {"%C7%D1", "\xC7\xD1"},  // not UTF-8: the caller's to judge [H-272]
  }));
  CHECK(decode_percent(text).value() == want);
}

TEST_CASE("A percent sign without two hex digits is refused", "[base][url]") {
  const std::string text = GENERATE("%", "a%", "%E", "%G0", "%0G", "%%41", "%-1", "100%");
  INFO(text);
  REQUIRE(decode_percent(text).has_error());
  CHECK(decode_percent(text).error().code == Errc::invalid);
}

TEST_CASE("A person sees Hangul in a URL, but nothing that deceives [K-066]", "[base][url]") {
  auto [url, want] = GENERATE(table<std::string, std::string>({
      {"https://h/%ED%95%9C%EA%B8%80?q=%EA%B0%80#%EB%82%98", "https://h/한글?q=가#나"},
      {"https://h/%F0%9F%98%80", "https://h/😀"},
      {"https://h/a%20b%2Fc%3Fd%25", "https://h/a%20b%2Fc%3Fd%25"},
      {"https://h/%E2%80%AEgnp", "https://h/%E2%80%AEgnp"},  // bidi override
      {"https://h/%E2%80%8B%E3%80%80%C2%A0",
       "https://h/%E2%80%8B%E3%80%80%C2%A0"},                              // invisible, spaces
      {"https://h/%E3%85%A4", "https://h/%E3%85%A4"},                      // Hangul filler
      {"https://h/%EA%B0%80%EA%B0x%B0", "https://h/%EA%B0%80%EA%B0x%B0"},  // not UTF-8
      {"https://h/%C7%D1%B1%DB", "https://h/%C7%D1%B1%DB"},
      {"https://h/100%", "https://h/100%"},
  }));
  CHECK(display_url(url) == want);
}
