#include "sosik/base/network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace sosik {
namespace {

constexpr unsigned mapped_bits = 96;

}  // namespace

std::optional<AddressBytes> parse_address(std::string_view text) {
  char terminated[INET6_ADDRSTRLEN];
  if (text.size() >= sizeof terminated) return std::nullopt;
  text.copy(terminated, text.size());
  terminated[text.size()] = '\0';
  if (std::strlen(terminated) != text.size()) return std::nullopt;
  AddressBytes bytes{};
  if (::inet_pton(AF_INET6, terminated, bytes.data()) == 1) return bytes;
  bytes = {};
  bytes[10] = bytes[11] = 0xff;
  if (::inet_pton(AF_INET, terminated, bytes.data() + mapped_bits / 8) == 1) return bytes;
  return std::nullopt;
}

bool is_ipv4(const AddressBytes& bytes) {
  return std::all_of(bytes.begin(), bytes.begin() + 10, [](unsigned char b) { return b == 0; }) &&
         bytes[10] == 0xff && bytes[11] == 0xff;
}

std::string address_text(const AddressBytes& bytes) {
  char text[INET6_ADDRSTRLEN] = "";
  if (is_ipv4(bytes))
    ::inet_ntop(AF_INET, bytes.data() + mapped_bits / 8, text, sizeof text);
  else
    ::inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
  return text;
}

bool Network::contains(const AddressBytes& other) const {
  for (unsigned bit = 0; bit < length; bit += 8) {
    const unsigned left = std::min(8u, length - bit);
    const auto mask = static_cast<unsigned char>(0xff << (8 - left));
    if ((bytes[bit / 8] ^ other[bit / 8]) & mask) return false;
  }
  return true;
}

Result<Network> parse_network(std::string_view cidr) {
  const auto wrong = [&](const std::string& why) {
    return invalid("\"" + std::string(cidr) + "\" is not a network such as 10.0.0.0/8: " + why);
  };
  const auto slash = cidr.find('/');
  const auto address_part = cidr.substr(0, slash);
  const auto address = parse_address(address_part);
  if (!address)
    return wrong(address_part.find('%') == address_part.npos ? "the address cannot be read"
                                                             : "it names an interface");
  const unsigned width = address_part.find(':') == address_part.npos ? 32 : 128;
  unsigned length = width;
  if (slash != cidr.npos) {
    const auto digits = cidr.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (error != std::errc() || end != digits.data() + digits.size() || length > width)
      return wrong("the length must be 0 to " + std::to_string(width));
  }
  const Network network{*address, length + 128 - width};
  for (unsigned bit = network.length; bit < 128; ++bit)
    if (network.bytes[bit / 8] & (0x80 >> (bit % 8)))
      return wrong("bits are set behind the first " + std::to_string(length));
  return network;
}

}  // namespace sosik
