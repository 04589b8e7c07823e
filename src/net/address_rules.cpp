#include "address_rules.hpp"

#include <algorithm>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>

#include "sosik/net/outbound.hpp"

namespace sosik {

namespace ip = boost::asio::ip;

namespace {

struct Rule {
  const char* network;
  const char* reason;
};

// https://www.iana.org/assignments/iana-ipv4-special-registry and its IPv6 sister; the metadata
// services of the clouds (169.254.169.254, 169.254.170.2, 100.100.100.200, 192.0.0.192,
// fd00:ec2::254) all lie inside.
constexpr Rule rules[] = {
    {"0.0.0.0/8", "this network"},
    {"10.0.0.0/8", "private"},
    {"100.64.0.0/10", "carrier-grade NAT"},
    {"127.0.0.0/8", "loopback"},
    {"169.254.0.0/16", "link-local"},
    {"172.16.0.0/12", "private"},
    {"192.0.0.0/24", "protocol assignments"},
    {"192.0.2.0/24", "documentation"},
    {"192.88.99.0/24", "6to4 relay"},
    {"192.168.0.0/16", "private"},
    {"198.18.0.0/15", "benchmarking"},
    {"198.51.100.0/24", "documentation"},
    {"203.0.113.0/24", "documentation"},
    {"224.0.0.0/4", "multicast"},
    {"240.0.0.0/4", "reserved or broadcast"},
    {"::/96", "unspecified, loopback or v4-compatible"},
    {"64:ff9b:1::/48", "local NAT64"},
    {"100::/64", "discard"},
    {"2001::/23", "protocol assignments"},
    {"2001:db8::/32", "documentation"},
    {"3fff::/20", "documentation"},
    {"5f00::/16", "segment routing"},
    {"fc00::/7", "unique local"},
    {"fe80::/10", "link-local"},
    {"fec0::/10", "site-local"},
    {"ff00::/8", "multicast"},
};

AddressBytes bytes_of(const ip::address& address) {
  if (address.is_v6()) return address.to_v6().to_bytes();
  AddressBytes bytes{};
  bytes[10] = bytes[11] = 0xff;
  auto v4 = address.to_v4().to_bytes();
  std::copy(v4.begin(), v4.end(), bytes.begin() + 12);
  return bytes;
}

// The v4 address inside ::ffff:0:0/96 (mapped), 64:ff9b::/96 (NAT64) and 2002::/16 (6to4).
std::optional<ip::address> address_inside(const ip::address& address) {
  if (!address.is_v6()) return std::nullopt;
  auto b = address.to_v6().to_bytes();
  auto v4_at = [&](std::size_t i) {
    return ip::address(ip::address_v4({b[i], b[i + 1], b[i + 2], b[i + 3]}));
  };
  if (address.to_v6().is_v4_mapped()) return v4_at(12);
  if (b[0] == 0x20 && b[1] == 0x02) return v4_at(2);
  constexpr unsigned char nat64[12] = {0x00, 0x64, 0xff, 0x9b};
  if (std::equal(std::begin(nat64), std::end(nat64), b.begin())) return v4_at(12);
  return std::nullopt;
}

struct ParsedRule {
  Network network;
  std::string text;
};

const std::vector<ParsedRule>& parsed_rules() {
  static const std::vector<ParsedRule> parsed = [] {
    std::vector<ParsedRule> all;
    for (auto& rule : rules) {
      all.push_back(
          {parse_network(rule.network).value(), std::string(rule.network) + ", " + rule.reason});
    }
    return all;
  }();
  return parsed;
}

}  // namespace

std::optional<std::string> forbidding_rule(const ip::address& address) {
  if (auto inside = address_inside(address)) {
    auto rule = forbidding_rule(*inside);
    if (rule) *rule += " (as " + inside->to_string() + " inside it)";
    return rule;
  }
  for (auto& rule : parsed_rules()) {
    if (rule.network.contains(bytes_of(address))) return rule.text;
  }
  return std::nullopt;
}

bool is_inside(const ip::address& address, const std::vector<Network>& networks) {
  auto inside = address_inside(address);
  return std::any_of(networks.begin(), networks.end(), [&](const Network& network) {
    return network.contains(bytes_of(address)) || (inside && network.contains(bytes_of(*inside)));
  });
}

Result<void> check_address(const ip::address& address, const std::vector<Network>& allowed) {
  auto rule = forbidding_rule(address);
  if (!rule) return {};
  if (is_inside(address, allowed)) return {};
  return refusal(address, *rule);
}

Error refusal(const ip::address& address, std::string_view rule) {
  return {Errc::unauthorized, "will not connect to " + address.to_string() +
                                  ": forbidden by rule " + std::string(rule) +
                                  "; if this receiver is yours, add its network to "
                                  "publish.allow_networks"};
}

Result<void> check_address(std::string_view address,
                           const std::vector<std::string>& allowed_networks) {
  boost::system::error_code ec;
  auto parsed = ip::make_address(std::string(address), ec);
  if (ec) return invalid("\"" + std::string(address) + "\" is not a literal address");
  std::vector<Network> allowed;
  for (auto& text : allowed_networks) {
    auto network = parse_network(text);
    if (!network) return network.error();
    allowed.push_back(*network);
  }
  return check_address(parsed, allowed);
}

Result<void> check_network(std::string_view cidr) {
  auto network = parse_network(cidr);
  if (!network) return network.error();
  return {};
}

}  // namespace sosik
