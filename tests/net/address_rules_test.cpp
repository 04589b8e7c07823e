#include "address_rules.hpp"

#include "catch.hpp"
#include "sosik/net/outbound.hpp"

using namespace sosik;

TEST_CASE("Every special-purpose address is forbidden, at both ends of its network [N-183][N-184]",
          "[net][ssrf]") {
  auto address = GENERATE(
      as<std::string>{},
      // v4
      "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255",
      "127.0.0.1", "127.255.255.255", "169.254.0.0", "169.254.255.255", "172.16.0.0",
      "172.31.255.255", "192.0.0.0", "192.0.0.255", "192.0.2.0", "192.0.2.255", "192.88.99.0",
      "192.88.99.255", "192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255",
      "198.51.100.0", "198.51.100.255", "203.0.113.0", "203.0.113.255", "224.0.0.0",
      "239.255.255.255", "240.0.0.0", "255.255.255.255",
      // metadata services of clouds
      "169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192", "fd00:ec2::254",
      // v6
      "::", "::1", "::8.8.8.8", "::ffff:255", "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
      "100::", "100::ffff:ffff:ffff:ffff", "2001::", "2001:1ff:ffff::", "2001:db8::",
      "2001:db8:ffff:ffff::", "3fff::", "3fff:fff:ffff::", "5f00::", "5f00:ffff::", "fc00::",
      "fdff:ffff::", "fe80::", "febf:ffff::", "fec0::", "feff:ffff::", "ff00::", "ffff::",
      // v4 inside v6: mapped, NAT64, 6to4
      "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
      "64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1", "2002:7f00:1::", "2002:c0a8:0101::1");
  INFO(address);
  auto ok = check_address(address, {});
  REQUIRE_FALSE(ok.has_value());
  CHECK(ok.error().code == Errc::unauthorized);
  CHECK(ok.error().detail.find("publish.allow_networks") != std::string::npos);
}

TEST_CASE("Addresses beside the special-purpose networks are allowed", "[net][ssrf]") {
  auto address = GENERATE(
      as<std::string>{}, "1.0.0.0", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255",
      "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0",
      "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.0.3.0", "192.88.98.255",
      "192.88.100.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
      "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0", "223.255.255.255",
      "64:ff9b:2::", "100:0:0:1::", "2001:200::", "2001:db9::", "2001:db7:ffff::", "2400:cb00::1",
      "2606:4700::1", "3ffe:ffff::", "3fff:1000::", "5eff:ffff::", "5f01::", "fbff:ffff::",
      "fe00::", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1");
  INFO(address);
  CHECK(check_address(address, {}).has_value());
}

TEST_CASE("A refusal names the address, the rule and the key that allows it", "[net][ssrf]") {
  auto plain = check_address("127.0.0.1", {});
  CHECK(plain.error().detail ==
        "will not connect to 127.0.0.1: forbidden by rule 127.0.0.0/8, loopback; if this receiver "
        "is yours, add its network to publish.allow_networks");
  auto mapped = check_address("::ffff:10.1.2.3", {});
  CHECK(mapped.error().detail.find("::ffff:10.1.2.3: forbidden by rule 10.0.0.0/8, private (as "
                                   "10.1.2.3 inside it)") != std::string::npos);
}

TEST_CASE("An allowed network is an exception for its own addresses only", "[net][ssrf]") {
  std::vector<std::string> allowed = {"127.0.0.0/8", "fd12:3456::/32", "10.1.2.3"};
  CHECK(check_address("127.0.0.1", allowed).has_value());
  CHECK(check_address("127.255.0.1", allowed).has_value());
  CHECK(check_address("::ffff:127.0.0.1", allowed).has_value());
  CHECK(check_address("fd12:3456::1", allowed).has_value());
  CHECK(check_address("10.1.2.3", allowed).has_value());
  CHECK_FALSE(check_address("10.1.2.4", allowed).has_value());
  CHECK_FALSE(check_address("fd12:3457::1", allowed).has_value());
  CHECK(check_address("128.0.0.1", {"10.0.0.0/8"}).has_value());
  CHECK_FALSE(check_address("::1", allowed).has_value());
  CHECK(check_address("::1", {"::1/128"}).has_value());
  CHECK(check_address("192.168.1.1", {"0.0.0.0/0"}).has_value());
  CHECK_FALSE(check_address("fe80::1", {"0.0.0.0/0"}).has_value());
}

TEST_CASE("A network that cannot be read is refused with what is wrong", "[net]") {
  auto [text, why] = GENERATE(table<std::string, std::string>({
      {"", "cannot be read"},
      {"localhost", "cannot be read"},
      {"10.0.0.0/33", "0 to 32"},
      {"10.0.0.0/-1", "0 to 32"},
      {"10.0.0.0/", "0 to 32"},
      {"10.0.0.0/8x", "0 to 32"},
      {"10.0.0.0/ 8", "0 to 32"},
      {"::/129", "0 to 128"},
      {"10.1.2.3/8", "bits are set behind the first 8"},
      {"fd00::1/8", "bits are set behind the first 8"},
      {"10.0.0/8", "cannot be read"},
      {"fe80::%1/10", "interface"},
  }));
  INFO(text);
  auto ok = check_network(text);
  REQUIRE_FALSE(ok.has_value());
  CHECK(ok.error().detail.find(why) != std::string::npos);
  CHECK(check_network("10.0.0.0/8").has_value());
  CHECK(check_network("fd00::/8").has_value());
  CHECK(check_network("192.0.2.7").has_value());
}
