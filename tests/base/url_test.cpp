#include "sosik/base/url.hpp"

#include <random>

#include "catch.hpp"
#include "sosik/base/text.hpp"

using namespace sosik;
using namespace std::string_literals;

TEST_CASE("An http URL falls into its parts", "[base][url]") {
  struct Row {
    std::string text;
    bool is_https;
    std::string host;
    int port;
    std::string target;
    bool has_userinfo = false;
  };
  const auto row = GENERATE(
      Row{"http://example.com", false, "example.com", 80, "/"},
      Row{"HTTPS://Example.COM/", true, "example.com", 443, "/"},
      Row{"https://example.com:8443/a?b=c#d", true, "example.com", 8443, "/a?b=c"},
      Row{"http://example.com:/x", false, "example.com", 80, "/x"},
      Row{"http://example.com:080/x", false, "example.com", 80, "/x"},
      Row{"http://example.com?q", false, "example.com", 80, "/?q"},
      Row{"http://example.com?", false, "example.com", 80, "/?"},
      Row{"http://example.com.:80/", false, "example.com", 80, "/"},  // [H-274]
      Row{"http://한글.kr/태그?검색=값", false, "xn--bj0bj06e.kr", 80,
          "/%ED%83%9C%EA%B7%B8?%EA%B2%80%EC%83%89=%EA%B0%92"},
      Row{"http://h/%ed%95%9c%", false, "h", 80, "/%ed%95%9c%25"},
      Row{"http://h/a b", false, "h", 80, "/a%20b"},
      Row{"http://[::1]:8080/", false, "::1", 8080, "/"},
      Row{"http://0x7f.1/", false, "127.0.0.1", 80, "/"},
      Row{"http://user:pass@h/", false, "h", 80, "/", true},
      Row{"http://@h/", false, "h", 80, "/", true}, Row{"http://a@b@h/", false, "h", 80, "/", true},
      Row{"http://h/a@b:1/c", false, "h", 80, "/a@b:1/c"},
      Row{"http://h:65535//x//", false, "h", 65535, "//x//"});
  INFO(row.text);
  const HttpUrl url = parse_http_url(row.text).value();
  CHECK(url.is_https == row.is_https);
  CHECK(url.host == row.host);
  CHECK(url.port == row.port);
  CHECK(url.target == row.target);
  CHECK(url.has_userinfo == row.has_userinfo);
}

TEST_CASE("What is no http URL is refused with a reason [N-180]", "[base][url]") {
  const std::string text = GENERATE(
      ""s, "example.com", "/path", "//example.com/", "ftp://example.com/", "javascript:alert(1)",
      "http:", "http:/h/", "http:///x", "http://", "http://?q", "http://:80/", "http://user@/",
      "http://h:0/", "http://h:65536/", "http://h:99999999999999999999/", "http://h:8o/",
      "http://h:-1/", "http://h:80:80/", "http://h\\@evil/", "http://good\\.evil/", "http://h/\x01",
      "http://h/\x7F", "http://h/a\nb", "\thttp://h/", " http://h/", "http://h\0.evil/"s,
      "http://a b/", "http://[::1", "http://[::1]x/", "http://::1/", "ht tp://h/", "httр://h/",
      "http://h/\xEA\xB0");
  INFO(printable(text));
  const auto result = parse_http_url(text);
  REQUIRE(result.has_error());
  CHECK(result.error().code == Errc::invalid);
  CHECK(result.error().detail.starts_with("URL '"));
}

TEST_CASE("An http URL may have 2,048 bytes and no more", "[base][url]") {
  const std::string url = "http://h/" + std::string(2048 - 9, 'a');
  CHECK(parse_http_url(url).has_value());
  const auto longer = parse_http_url(url + "a");
  REQUIRE(longer.has_error());
  CHECK(longer.error().detail.size() < 400);  // the reason does not repeat all of it
}

TEST_CASE("A URL of content becomes ASCII, each character encoded once [K-060] [K-064] [K-092]",
          "[base][url]") {
  auto [text, want] = GENERATE(table<std::string, std::string>({
      {"https://example.com/a?b=c&d#e", "https://example.com/a?b=c&d#e"},
      {"https://한글.kr/태그/한글 블로그/feed.xml",
       "https://xn--bj0bj06e.kr/%ED%83%9C%EA%B7%B8/"
       "%ED%95%9C%EA%B8%80%20%EB%B8%94%EB%A1%9C%EA%B7%B8/feed.xml"},
      {"https://h/\u1112\u1161\u11AB", "https://h/%E1%84%92%E1%85%A1%E1%86%AB"},  // no NFC [K-061]
      {"https://h/%ED%95%9C%ed", "https://h/%ED%95%9C%ed"},
      {"https://h/%25ED", "https://h/%25ED"},
      {"https://h/100%", "https://h/100%25"},
      {"https://h/%G0", "https://h/%25G0"},
      {"https://img.kakaocdn.net/t/?fname=https%3A%2F%2Ft1.daumcdn.net%2F사진.png",
       "https://img.kakaocdn.net/t/?fname=https%3A%2F%2Ft1.daumcdn.net%2F%EC%82%AC%EC%A7%84.png"},
      {"https://h/<>\"{}|\\^`", "https://h/%3C%3E%22%7B%7D%7C%5C%5E%60"},
      {"https://h/it's(ok)", "https://h/it's(ok)"},
      {"https://h/?a[0]=<b>", "https://h/?a%5B0%5D=%3Cb%3E"},
      {"https://h/#가#나", "https://h/#%EA%B0%80%23%EB%82%98"},
      {"https://h?", "https://h?"},
      {"https://h:/", "https://h/"},
      {"https://u:p@h:8443/", "https://u:p@h:8443/"},
      {"HTTPS://H/A", "https://h/A"},
      {"http://[::FFFF:7F00:1]:80/", "http://[::ffff:127.0.0.1]:80/"},
      {"  https://h/a \n", "https://h/a"},
      {"https://h/a\n\tb", "https://h/ab"},
      {"java\nscript:alert(1)", "javascript:alert(1)"},  // shows what it is
      {"mailto:편지@example.com", "mailto:%ED%8E%B8%EC%A7%80@example.com"},
      {"tel:+82-2-000-0000", "tel:+82-2-000-0000"},
      {"git://한글.kr/x", "git://%ED%95%9C%EA%B8%80.kr/x"},
      {"관련 글/2", "%EA%B4%80%EB%A0%A8%20%EA%B8%80/2"},
      {"../a?b", "../a?b"},
      {"//한글.kr/", "//xn--bj0bj06e.kr/"},
      {"#절", "#%EC%A0%88"},
      {"", ""},
      {"https://h/\xEA\xB0", "https://h/%EA%B0"},
  }));
  INFO(printable(text));
  CHECK(ascii_url(text).value() == want);
  CHECK(ascii_url(want).value() == want);
}

TEST_CASE("A URL of content is refused for its host or port only", "[base][url]") {
  const std::string text = GENERATE("https://", "https:a", "https://a b/", "http://h:x/",
                                    "//h:70000/", "https://good\\@evil/", "https://[x]/");
  INFO(text);
  CHECK(ascii_url(text).has_error());
}

TEST_CASE("References resolve as in RFC 3986 section 5.4", "[base][url]") {
  auto [reference, want] = GENERATE(table<std::string, std::string>({
      {"g:h", "g:h"},
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q#s"},
      {"g#s", "http://a/b/c/g#s"},
      {"g?y#s", "http://a/b/c/g?y#s"},
      {";x", "http://a/b/c/;x"},
      {"g;x", "http://a/b/c/g;x"},
      {"g;x?y#s", "http://a/b/c/g;x?y#s"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"../../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {".g", "http://a/b/c/.g"},
      {"g..", "http://a/b/c/g.."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"./g/.", "http://a/b/c/g/"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
      {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g?y/./x", "http://a/b/c/g?y/./x"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"g#s/./x", "http://a/b/c/g#s/./x"},
  }));
  INFO(reference);
  CHECK(resolve_url("http://a/b/c/d;p?q", reference).value() == want);
}

TEST_CASE("Base and reference may be IRIs, the answer is ASCII", "[base][url]") {
  auto [base, reference, want] = GENERATE(table<std::string, std::string, std::string>({
      {"https://한글.kr/글/하나", "../사진 1.png",
       "https://xn--bj0bj06e.kr/%EC%82%AC%EC%A7%84%201.png"},
      {"https://h", "a", "https://h/a"},
      {"https://h?q", "a", "https://h/a"},
      {"https://h/a/b", "//h2/../c", "https://h2/c"},
      {"https://h/a/b#f", "", "https://h/a/b"},
      {"https://h/a", " b\n", "https://h/b"},
      {"https://h/a", "mailto:a@b", "mailto:a@b"},
      {"https://h/a", "data:text/plain,a/../b", "data:text/plain,a/../b"},
      {"https://h/a//b/", "../c", "https://h/a//c"},
      {"https://h/a", "/..//c", "https://h//c"},
      {"x:/a", "/.//c", "x:/.//c"},
  }));
  INFO(base << " + " << reference);
  CHECK(resolve_url(base, reference).value() == want);
}

TEST_CASE("A relative base resolves nothing", "[base][url]") {
  const std::string base = GENERATE("", "/a", "a/b", "//h/a");
  CHECK(resolve_url(base, "x").has_error());
}

TEST_CASE("Whatever the bytes, a URL is refused or ASCII and stable", "[base][url]") {
  std::mt19937 random(19880508);
  const std::vector<std::string> pieces = {
      "http:", "https:", "//", "/",    "..",   ".", "?",    "#", "%",  "%4",
      "%41",   "@",      ":",  "80",   "[",    "]", "::1",  "a", "가", "h.kr",
      "\\",    " ",      "\n", "\xEA", "\x01", "&", "xn--", "1", "0x"};
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (auto n = random() % 9; n > 0; --n) text += pieces[random() % pieces.size()];
    INFO(printable(text));
    if (const auto url = ascii_url(text)) {
      for (const char c : *url) REQUIRE((c > 0x20 && c < 0x7F));
      REQUIRE(ascii_url(*url).value() == *url);
    }
    if (const auto url = resolve_url("https://h/a/b?c", text)) {
      for (const char c : *url) REQUIRE((c > 0x20 && c < 0x7F));
      REQUIRE(resolve_url("https://other/", *url).value() == *url);
    }
    if (const auto url = parse_http_url(text)) {
      REQUIRE(url->target.starts_with('/'));
      REQUIRE_FALSE(url->host.empty());
      REQUIRE(url->port != 0);
    }
  }
}
