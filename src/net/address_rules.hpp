// Which addresses we may connect to: IANA's special-purpose registries as a table (N-183, N-184),
// exceptions by an allow-list of networks. Decided on the binary address, so that no spelling of it
// matters (N-185). Pure.
#pragma once
#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sosik/base/network.hpp"

namespace sosik {

// The rule that forbids `address` ("127.0.0.0/8, loopback"), or nothing. An address that carries a
// v4 address inside (mapped, NAT64, 6to4) is judged by that one.
std::optional<std::string> forbidding_rule(const boost::asio::ip::address&);

// Is the address, or the v4 address inside it, in one of the networks?
bool is_inside(const boost::asio::ip::address&, const std::vector<Network>&);

// forbidding_rule, unless one of `allowed` contains the address or the v4 address inside it. The
// refusal's text names the address, the rule and the key of the allow-list.
Result<void> check_address(const boost::asio::ip::address&, const std::vector<Network>& allowed);

// The text of a refusal: also for addresses that are forbidden for other reasons (this machine's
// own, N-186).
Error refusal(const boost::asio::ip::address&, std::string_view rule);

}  // namespace sosik
