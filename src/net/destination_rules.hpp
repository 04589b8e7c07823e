// To whom we may speak: OutboundOptions as rules for URLs and addresses (N-180 to N-186). Throws
// when they cannot be read.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <vector>

#include "sosik/base/network.hpp"
#include "sosik/base/url.hpp"
#include "sosik/net/outbound.hpp"

namespace sosik {

class DestinationRules {
 public:
  explicit DestinationRules(const OutboundOptions& options);

  // Scheme, user name and port.
  Result<HttpUrl> check_url(const std::string& text) const;
  // The address that is about to be connected to, as binary.
  Result<void> check(const boost::asio::ip::tcp::endpoint& to) const;

 private:
  std::vector<Network> allowed_;
  std::vector<unsigned short> ports_;
  std::vector<boost::asio::ip::tcp::endpoint> own_listeners_;
};

// "127.0.0.1:8080", "[::]:443".
Result<boost::asio::ip::tcp::endpoint> parse_listener(std::string_view text);
// "http://proxy.example:3128".
Result<HttpUrl> parse_proxy(std::string_view text);

}  // namespace sosik
