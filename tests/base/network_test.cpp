#include "sosik/base/network.hpp"

#include "catch.hpp"

using namespace sosik;

TEST_CASE("Every spelling of an address is one value", "[base]") {
  const auto [text, want] = GENERATE(table<std::string, std::string>({
      {"203.0.113.7", "203.0.113.7"},
      {"::ffff:203.0.113.7", "203.0.113.7"},
      {"::ffff:cb00:7107", "203.0.113.7"},
      {"2001:DB8::0:7", "2001:db8::7"},
      {"::1", "::1"},
      {"::", "::"},
  }));
  INFO(text);
  const auto address = parse_address(text);
  REQUIRE(address);
  CHECK(address_text(*address) == want);
  CHECK(is_ipv4(*address) == (want.find('.') != want.npos));
}

TEST_CASE("What is no address is refused", "[base]") {
  const auto text = GENERATE(values<std::string>(
      {"", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "fe80::1%eth0", "[::1]", " 1.2.3.4",
       "1.2.3.4 ", "unknown", "1.2.3.4:80", std::string("1.2.3.4\0", 8), std::string(100, '1')}));
  INFO(text);
  CHECK_FALSE(parse_address(text));
}

TEST_CASE("A network contains the addresses that begin as it does", "[base]") {
  const auto contains = [](const char* network, const char* address) {
    return parse_network(network).value().contains(*parse_address(address));
  };
  CHECK(contains("10.0.0.0/8", "10.255.0.1"));
  CHECK_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
  CHECK(contains("10.1.2.0/23", "10.1.3.9"));
  CHECK_FALSE(contains("10.1.2.0/23", "10.1.4.0"));
  CHECK(contains("192.0.2.1", "192.0.2.1"));
  CHECK(contains("0.0.0.0/0", "8.8.8.8"));
  CHECK_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  CHECK(contains("2001:db8::/32", "2001:db8:1::1"));
  CHECK(contains("::/0", "8.8.8.8"));  // mapped into IPv6
}
