// IP addresses and networks as plain bytes: who may be connected to, whose word is taken. Pure.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "sosik/base/result.hpp"

namespace sosik {

// IPv6; an IPv4 address is the one in ::ffff:0:0/96 that it maps to, so that every spelling of an
// address is the same value.
using AddressBytes = std::array<unsigned char, 16>;

// "203.0.113.7", "2001:db8::7"; nothing for all else, zone ids ("fe80::1%eth0") included.
std::optional<AddressBytes> parse_address(std::string_view text);
std::string address_text(const AddressBytes&);
bool is_ipv4(const AddressBytes&);

// The first `length` bits of `bytes`.
struct Network {
  AddressBytes bytes{};
  unsigned length = 0;  // 0 to 128; of an IPv4 network 96 and more
  bool contains(const AddressBytes&) const;
};

// "10.0.0.0/8", "fd00::/8", or one address. Bits behind the length must be zero: "10.1.2.3/8" is a
// mistake.
Result<Network> parse_network(std::string_view cidr);

}  // namespace sosik
