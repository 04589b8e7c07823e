#include "listen.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <system_error>

namespace sosik {

namespace {

bool set_option(int socket, int level, int name) {
  const int on = 1;
  return ::setsockopt(socket, level, name, &on, sizeof on) == 0;
}

// -1 and errno when it fails. The first socket binds alone, so that a port somebody listens on is
// noticed even if they would share it, and only then allows the others in.
int open_listener(const boost::asio::ip::tcp::endpoint& endpoint, bool is_first) {
  const int socket = ::socket(endpoint.protocol().family(),
                              SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
  if (socket < 0) return -1;
  const auto size = static_cast<socklen_t>(endpoint.size());
  const bool is_open = set_option(socket, SOL_SOCKET, SO_REUSEADDR) &&
                       (is_first || set_option(socket, SOL_SOCKET, SO_REUSEPORT)) &&
                       ::bind(socket, endpoint.data(), size) == 0 &&
                       set_option(socket, SOL_SOCKET, SO_REUSEPORT) &&
                       set_option(socket, IPPROTO_TCP, TCP_NODELAY) &&  // connections inherit it
                       ::listen(socket, SOMAXCONN) == 0;
  if (is_open) return socket;
  const int reason = errno;
  ::close(socket);
  errno = reason;
  return -1;
}

}  // namespace

Result<Listeners> listen_on(const std::string& address, unsigned short port, std::size_t count) {
  boost::system::error_code error;
  const auto ip = boost::asio::ip::make_address(address, error);
  if (error) return invalid("cannot listen on '" + address + "': not an IP address");
  boost::asio::ip::tcp::endpoint endpoint(ip, port);
  Listeners listeners;
  for (std::size_t i = 0; i < count; ++i) {
    const int socket = open_listener(endpoint, i == 0);
    if (socket < 0) {
      const std::string reason = std::generic_category().message(errno);
      for (int open : listeners.sockets) ::close(open);
      return unavailable("cannot listen on " + address + " port " + std::to_string(port) + ": " +
                         reason);
    }
    listeners.sockets.push_back(socket);
    auto size = static_cast<socklen_t>(endpoint.capacity());
    ::getsockname(socket, endpoint.data(), &size);  // from port 0 to the one it became
  }
  listeners.port = endpoint.port();
  return listeners;
}

}  // namespace sosik
