// Who is asking: the other end of the connection or, behind a proxy that is trusted, whom its
// X-Forwarded-For names (H-237). Pure.
#pragma once
#include <sys/socket.h>

#include <string>
#include <string_view>
#include <vector>

#include "sosik/base/network.hpp"

namespace sosik {

// A value. Unknown: a Unix socket's peer.
class ClientAddress {
 public:
  ClientAddress() = default;
  explicit ClientAddress(const AddressBytes& bytes) : bytes_(bytes), is_known_(true) {}
  static ClientAddress of(const sockaddr* peer, socklen_t size);

  bool is_known() const { return is_known_; }
  bool is_loopback() const;
  // What one household or machine has at the least: an IPv4 address, an IPv6 /56; the rest is zero.
  AddressBytes prefix() const;
  const AddressBytes& bytes() const { return bytes_; }
  // For the access log; "-" when unknown.
  std::string text() const { return is_known_ ? address_text(bytes_) : "-"; }

 private:
  AddressBytes bytes_{};
  bool is_known_ = false;
};

class TrustedProxies {
 public:
  // CIDR networks, and "unix" for whoever connects through a Unix socket. Fails with invalid.
  static Result<TrustedProxies> parse(const std::vector<std::string>& texts);

  // From the right, past trusted proxies, to the first address that is not one: what stands left of
  // it anybody may have written. A member that cannot be read ends the walk at the last that could.
  ClientAddress client(const ClientAddress& peer, std::string_view forwarded_for) const;

 private:
  bool trusts(const ClientAddress&) const;

  std::vector<Network> networks_;
  bool trusts_unix_ = false;
};

}  // namespace sosik
