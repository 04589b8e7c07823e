#include "destination_rules.hpp"

#include <algorithm>
#include <charconv>

#include "address_rules.hpp"
#include "own_addresses.hpp"

namespace sosik {

namespace ip = boost::asio::ip;

namespace {

// ::ffff:127.0.0.1 as 127.0.0.1.
ip::address plain(const ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

// Whoever connects to 0.0.0.0 or :: reaches this machine's loopback.
bool leads_to(const ip::address& unspecified, const ip::address& listener) {
  return unspecified.is_unspecified() && listener.is_loopback();
}

}  // namespace

DestinationRules::DestinationRules(const OutboundOptions& options) : ports_(options.allowed_ports) {
  for (auto& network : options.allowed_networks) allowed_.push_back(parse_network(network).value());
  for (auto& listener : options.own_listeners)
    own_listeners_.push_back(parse_listener(listener).value());
}

Result<HttpUrl> check_outbound_url(std::string_view text,
                                   const std::vector<unsigned short>& allowed_ports) {
  auto url = parse_http_url(text);
  if (!url) return invalid("not an http or https URL with a host and at most 2,048 bytes");
  if (url->has_userinfo) return invalid("a URL must not hold a user name or password");
  if (std::ranges::find(allowed_ports, url->port) == allowed_ports.end()) {
    return invalid("port " + std::to_string(url->port) + " of " + url->host +
                   " is not in publish.allow_ports");
  }
  return url;
}

Result<HttpUrl> DestinationRules::check_url(const std::string& text) const {
  return check_outbound_url(text, ports_);
}

Result<void> DestinationRules::check(const ip::tcp::endpoint& to) const {
  const auto address = plain(to.address());
  for (auto& own : own_listeners_) {
    if (own.port() != to.port()) continue;
    const auto at = plain(own.address());
    const bool is_ours = at.is_unspecified() ? address.is_unspecified() || address.is_loopback() ||
                                                   is_own_address(address)
                                             : at == address || leads_to(address, at);
    if (is_ours) {
      return Error{Errc::unauthorized, "will not connect to " + address.to_string() + ", port " +
                                           std::to_string(to.port()) +
                                           ": this service listens there itself"};
    }
  }
  if (is_inside(to.address(), allowed_)) return {};
  auto ok = check_address(to.address(), allowed_);
  if (ok && is_own_address(address))
    return refusal(to.address(), "own, an address of this machine");
  return ok;
}

Result<ip::tcp::endpoint> parse_listener(std::string_view text) {
  const auto colon = text.rfind(':');
  auto host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  boost::system::error_code ec;
  const auto address = ip::make_address(std::string(host), ec);
  unsigned short port = 0;
  const auto digits = colon == text.npos ? std::string_view() : text.substr(colon + 1);
  const auto end = digits.data() + digits.size();
  if (ec || std::from_chars(digits.data(), end, port).ptr != end || port == 0)
    return invalid("the listener \"" + std::string(text) + "\" is not an address and a port");
  return ip::tcp::endpoint(address, port);
}

Result<HttpUrl> parse_proxy(std::string_view text) {
  auto url = parse_http_url(text);
  if (!url) return invalid("the proxy cannot be used: " + url.error().detail);
  if (url->is_https || url->has_userinfo || url->target != "/")
    return invalid("the proxy \"" + std::string(text) +
                   "\" must be http://host:port, without user name and path");
  return url;
}

Result<void> check_listener(std::string_view address_and_port) {
  if (auto read = parse_listener(address_and_port); !read) return read.error();
  return {};
}

Result<void> check_proxy(std::string_view url) {
  if (auto read = parse_proxy(url); !read) return read.error();
  return {};
}

}  // namespace sosik
