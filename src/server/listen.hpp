// Listening sockets, one a thread. On TCP they share one port and the kernel spreads connections
// over them (SO_REUSEPORT); a Unix socket is one, of which each thread has a descriptor.
#pragma once
#include <string>
#include <vector>

#include "sosik/base/result.hpp"
#include "sosik/server/server.hpp"

namespace sosik {

// Owns the sockets until they are released, and the file of a Unix socket to the end: it is removed
// then, unless another server answers there by now.
class Listeners {
 public:
  Listeners() = default;
  Listeners(Listeners&&) noexcept;
  Listeners& operator=(Listeners&&) = delete;
  ~Listeners();

  // The socket for thread `i`, to be closed by the caller.
  int release(std::size_t i);
  unsigned short port = 0;

 private:
  friend Result<Listeners> listen_on(const ListenOn&, std::size_t);
  std::vector<int> sockets_;
  std::string file_;
};

// Port 0 is any free one. An IPv6 address does not take IPv4 along, so that "0.0.0.0" and "[::]"
// may share a port. Anybody on this machine may connect to a Unix socket, as to a loopback port:
// who should not is kept out by the folder it lies in. Fails with invalid for what is no address or
// too long a path; with unavailable, naming address or path and the reason, when somebody else
// listens there, be it another server of ours. The file of a server that died is replaced.
Result<Listeners> listen_on(const ListenOn&, std::size_t count);

}  // namespace sosik
