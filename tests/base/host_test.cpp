#include "catch.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"
#include "url_parts.hpp"

using namespace sosik;

TEST_CASE("A host becomes A-labels in lower case [K-062] [K-063]", "[base][url]") {
  auto [host, want] = GENERATE(table<std::string, std::string>({
      {"example.com", "example.com"},
      {"Example.COM", "example.com"},
      {"한글.kr", "xn--bj0bj06e.kr"},
      {"블로그.한국", "xn--2i0b10rqve.xn--3e0b707e"},
      {"\u1112\u1161\u11AB\u1100\u1173\u11AF.kr", "xn--bj0bj06e.kr"},
      {"%ED%95%9C%EA%B8%80.kr", "xn--bj0bj06e.kr"},
      {"xn--bj0bj06e.kr", "xn--bj0bj06e.kr"},
      {"XN--BJ0BJ06E.KR", "xn--bj0bj06e.kr"},
      {"한글。kr", "xn--bj0bj06e.kr"},
      {"ＥＸＡＭＰＬＥ.com", "example.com"},
      {"faß.de", "xn--fa-hia.de"},  // non-transitional
      {"my_blog.tistory.com", "my_blog.tistory.com"},
      {"a--b.-c-.com", "a--b.-c-.com"},
      {"localhost", "localhost"},
      {"example.com.", "example.com."},
      {"xn--bj0bj06e.123abc", "xn--bj0bj06e.123abc"},
  }));
  INFO(host);
  CHECK(ascii_host(host).value() == want);
}

TEST_CASE("Every spelling of an address is seen as that address [N-185]", "[base][url]") {
  auto [host, want] = GENERATE(table<std::string, std::string>({
      {"127.0.0.1", "127.0.0.1"},
      {"127.1", "127.0.0.1"},
      {"0x7f.1", "127.0.0.1"},
      {"0X7F.0x0.0.1", "127.0.0.1"},
      {"0177.0.0.1", "127.0.0.1"},
      {"2130706433", "127.0.0.1"},
      {"0x7f000001", "127.0.0.1"},
      {"127.0.1", "127.0.0.1"},
      {"127.0.0.1.", "127.0.0.1"},
      {"①②⑦.⓪.⓪.①", "127.0.0.1"},
      {"１２７．１", "127.0.0.1"},
      {"%31%32%37.1", "127.0.0.1"},
      {"4294967295", "255.255.255.255"},
      {"0", "0.0.0.0"},
      {"[::1]", "[::1]"},
      {"[0:0:0:0:0:0:0:1]", "[::1]"},
      {"[::FFFF:7F00:1]", "[::ffff:127.0.0.1]"},
      {"[2001:DB8::1]", "[2001:db8::1]"},
  }));
  INFO(host);
  CHECK(ascii_host(host).value() == want);
}

TEST_CASE("What is no host is refused with a reason", "[base][url]") {
  const std::string host = GENERATE_COPY(
      "", ".", "..", "a..b", ".a", "a b", "a%20b", "a%00b", "a%2Fb", "a／b", "a%ZZ", "a<b", "a,b",
      "a\\b", "한글.kr\u202E", "256.256.256.256", "1.2.3.4.5", "1.2.3.256", "4294967296",
      "0x1ffffffff", "08.1.1.1", "a.b.1", "1..2", "[", "[]", "[::1", "[::g]", "[1.2.3.4]",
      "[fe80::1%25eth0]", "::1", "xn--a", "\xEA\xB0", "a.\u200D.b", std::string(64, 'a') + ".com",
      std::string(2000, 'a'));
  INFO(printable(host));
  const auto result = ascii_host(host);
  REQUIRE(result.has_error());
  CHECK(result.error().code == Errc::invalid);
  CHECK(result.error().detail.starts_with("host"));
  CHECK(result.error().detail.size() < 1500);
}

TEST_CASE("A label may have 63 bytes and a host 253", "[base][url]") {
  const std::string label(63, 'a');
  CHECK(ascii_host(label).has_value());
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'b');
  CHECK(longest.size() == 253);
  CHECK(ascii_host(longest).has_value());
  CHECK(ascii_host(longest + "c").has_error());
}
