#include "client_address.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "characters.hpp"

namespace sosik {

namespace {

constexpr int max_hops = 16;  // of a header that anybody may make long

// "203.0.113.7", "203.0.113.7:5678", "2001:db8::1", "[2001:db8::1]:5678", in quotes or not.
std::optional<AddressBytes> forwarded_address(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    text = text.substr(1, text.size() - 2);
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    return end == text.npos ? std::nullopt : parse_address(text.substr(1, end - 1));
  }
  const auto colon = text.find(':');
  const bool has_port = colon != text.npos && text.find(':', colon + 1) == text.npos;
  return parse_address(has_port ? text.substr(0, colon) : text);
}

}  // namespace

ClientAddress ClientAddress::of(const sockaddr* peer, socklen_t size) {
  AddressBytes bytes{};
  if (peer->sa_family == AF_INET && size >= sizeof(sockaddr_in)) {
    sockaddr_in v4;
    std::memcpy(&v4, peer, sizeof v4);
    bytes[10] = bytes[11] = 0xff;
    std::memcpy(bytes.data() + 12, &v4.sin_addr, 4);
    return ClientAddress(bytes);
  }
  if (peer->sa_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    sockaddr_in6 v6;
    std::memcpy(&v6, peer, sizeof v6);
    std::memcpy(bytes.data(), &v6.sin6_addr, 16);
    return ClientAddress(bytes);
  }
  return {};
}

bool ClientAddress::is_loopback() const {
  static constexpr AddressBytes v6{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return is_known_ && (is_ipv4(bytes_) ? bytes_[12] == 127 : bytes_ == v6);
}

AddressBytes ClientAddress::prefix() const {
  AddressBytes prefix = bytes_;
  if (!is_ipv4(prefix)) std::fill(prefix.begin() + 56 / 8, prefix.end(), 0);
  return prefix;
}

Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& texts) {
  TrustedProxies proxies;
  for (const auto& text : texts) {
    if (text == "unix") {
      proxies.trusts_unix_ = true;
      continue;
    }
    auto network = parse_network(text);
    if (!network) return network.error();
    proxies.networks_.push_back(*network);
  }
  return proxies;
}

bool TrustedProxies::trusts(const ClientAddress& address) const {
  if (!address.is_known()) return trusts_unix_;
  return std::ranges::any_of(
      networks_, [&](const Network& network) { return network.contains(address.bytes()); });
}

ClientAddress TrustedProxies::client(const ClientAddress& peer,
                                     std::string_view forwarded_for) const {
  ClientAddress client = peer;
  for (int hop = 0; hop < max_hops && !forwarded_for.empty() && trusts(client); ++hop) {
    const auto comma = forwarded_for.rfind(',');
    const auto member =
        comma == forwarded_for.npos ? forwarded_for : forwarded_for.substr(comma + 1);
    const auto address = forwarded_address(trim(member));
    if (!address) break;
    client = ClientAddress(*address);
    forwarded_for =
        comma == forwarded_for.npos ? std::string_view() : forwarded_for.substr(0, comma);
  }
  return client;
}

}  // namespace sosik
