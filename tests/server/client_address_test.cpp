#include "client_address.hpp"

#include <netinet/in.h>

#include <cstring>

#include "catch.hpp"

using namespace sosik;

namespace {

ClientAddress client(const std::string& text) { return ClientAddress(parse_address(text).value()); }

}  // namespace

TEST_CASE("A peer is known by its address, whatever family its socket has", "[server][clients]") {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(0xCB007107);
  CHECK(ClientAddress::of(reinterpret_cast<const sockaddr*>(&v4), sizeof v4).text() ==
        "203.0.113.7");
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  const AddressBytes mapped = parse_address("::ffff:203.0.113.7").value();
  std::memcpy(&v6.sin6_addr, mapped.data(), mapped.size());
  CHECK(ClientAddress::of(reinterpret_cast<const sockaddr*>(&v6), sizeof v6).text() ==
        "203.0.113.7");
  sockaddr nobody{};
  nobody.sa_family = AF_UNIX;
  const ClientAddress unknown = ClientAddress::of(&nobody, sizeof nobody.sa_family);
  CHECK_FALSE(unknown.is_known());
  CHECK(unknown.text() == "-");
  CHECK_FALSE(unknown.is_loopback());
}

TEST_CASE("Loopback is told from the rest", "[server][clients]") {
  const auto [text, want] = GENERATE(table<std::string, bool>({
      {"127.0.0.1", true},
      {"127.255.255.255", true},
      {"::1", true},
      {"::ffff:127.0.0.1", true},
      {"126.255.255.255", false},
      {"128.0.0.0", false},
      {"::", false},
      {"::2", false},
      {"::7f00:1", false},
      {"7f00::", false},
  }));
  INFO(text);
  CHECK(client(text).is_loopback() == want);
}

TEST_CASE("Only proxies that are trusted say who asks", "[server][clients][H-237]") {
  const TrustedProxies proxies = TrustedProxies::parse({"10.0.0.0/8", "fd00::/8", "unix"}).value();
  const auto [peer, forwarded_for, want] = GENERATE(table<std::string, std::string, std::string>({
      {"203.0.113.7", "198.51.100.1", "203.0.113.7"},  // anybody can write that
      {"10.0.0.1", "198.51.100.1", "198.51.100.1"},
      {"10.0.0.1", "", "10.0.0.1"},
      {"10.0.0.1", "127.0.0.1, 198.51.100.1", "198.51.100.1"},  // what stands left was sent along
      {"10.0.0.1", "198.51.100.1, 10.9.9.9", "198.51.100.1"},
      {"10.0.0.1", "198.51.100.1,10.9.9.9,\tfd00::9 ", "198.51.100.1"},
      {"10.0.0.1", "10.1.1.1, 10.2.2.2", "10.1.1.1"},
      {"fd00::1", "2001:db8::7", "2001:db8::7"},
      {"10.0.0.1", "[2001:db8::7]:443", "2001:db8::7"},
      {"10.0.0.1", "\"[2001:db8::7]\"", "2001:db8::7"},
      {"10.0.0.1", "198.51.100.1:5678", "198.51.100.1"},
      {"10.0.0.1", "unknown", "10.0.0.1"},
      {"10.0.0.1", "198.51.100.1, unknown", "10.0.0.1"},
      {"10.0.0.1", "198.51.100.1, unknown, 10.2.2.2", "10.2.2.2"},
      {"10.0.0.1", ",", "10.0.0.1"},
      {"10.0.0.1", "198.51.100.1,", "10.0.0.1"},
      {"10.0.0.1", "[2001:db8::7", "10.0.0.1"},
      {"10.0.0.1", "\"", "10.0.0.1"},
      {"10.0.0.1", "fe80::1%eth0", "10.0.0.1"},
      {"unix", "198.51.100.1", "198.51.100.1"},
      {"unix", "", "-"},
  }));
  INFO(peer << " says " << forwarded_for);
  const ClientAddress from = peer == "unix" ? ClientAddress() : client(peer);
  CHECK(proxies.client(from, forwarded_for).text() == want);
}

TEST_CASE("Nobody is trusted unless it is said", "[server][clients][H-237]") {
  const TrustedProxies none;
  CHECK(none.client(client("127.0.0.1"), "198.51.100.1").text() == "127.0.0.1");
  CHECK(none.client(ClientAddress(), "198.51.100.1").text() == "-");
  CHECK(TrustedProxies::parse({"10.0.0.0/8", "proxy.example"}).error().code == Errc::invalid);
}

TEST_CASE("A chain of proxies without end is not followed without end", "[server][clients]") {
  const TrustedProxies proxies = TrustedProxies::parse({"10.0.0.0/8"}).value();
  std::string chain = "198.51.100.1";
  for (int i = 0; i < 1000; ++i) chain += ",10.0.0.2";
  CHECK(proxies.client(client("10.0.0.1"), chain).text() == "10.0.0.2");
}
