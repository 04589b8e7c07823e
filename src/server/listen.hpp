// Listening sockets that share one port, one a thread: the kernel spreads connections over them
// (SO_REUSEPORT).
#pragma once
#include <string>
#include <vector>

#include "sosik/base/result.hpp"

namespace sosik {

struct Listeners {
  std::vector<int> sockets;  // the caller closes them
  unsigned short port = 0;
};

// `address` is an IPv4 or IPv6 literal; port 0 is any free one. Fails with invalid for another
// address, with unavailable, naming address, port and reason, when somebody else has the port, be
// it another server of ours.
Result<Listeners> listen_on(const std::string& address, unsigned short port, std::size_t count);

}  // namespace sosik
