#include "listen.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

namespace sosik {

namespace {

bool set_option(int socket, int level, int name, int on = 1) {
  return ::setsockopt(socket, level, name, &on, sizeof on) == 0;
}

std::string reason() { return std::generic_category().message(errno); }

// -1 and errno when it fails. The first socket binds alone, so that a port somebody listens on is
// noticed even if they would share it, and only then allows the others in.
int open_listener(const boost::asio::ip::tcp::endpoint& endpoint, bool is_first) {
  const int family = endpoint.protocol().family();
  const int socket = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
  if (socket < 0) return -1;
  const auto size = static_cast<socklen_t>(endpoint.size());
  const bool is_open =
      (family != AF_INET6 || set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY)) &&
      set_option(socket, SOL_SOCKET, SO_REUSEADDR) &&
      (is_first || set_option(socket, SOL_SOCKET, SO_REUSEPORT)) &&
      ::bind(socket, endpoint.data(), size) == 0 && set_option(socket, SOL_SOCKET, SO_REUSEPORT) &&
      set_option(socket, IPPROTO_TCP, TCP_NODELAY) &&  // connections inherit it
      // A connection is given to us together with its first bytes, or after this
      // many seconds without any: one wake-up instead of two.
      set_option(socket, IPPROTO_TCP, TCP_DEFER_ACCEPT, 1) && ::listen(socket, SOMAXCONN) == 0;
  if (is_open) return socket;
  const int error = errno;
  ::close(socket);
  errno = error;
  return -1;
}

Error cannot_listen(const std::string& where, const std::string& why) {
  return unavailable("cannot listen on " + where + ": " + why);
}

sockaddr_un address_of(const std::string& path) {  // which fits
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

// Servers that begin or end at one path do so one after the other, as long as this lives: else one
// takes the file of another that does not listen yet for a dead one's. The folder is locked, so no
// file of ours stays. Anybody who may read the folder may lock it as well, so it is waited for a
// second, and then done without.
class FolderLock {
 public:
  explicit FolderLock(const std::string& path) {
    const std::string folder = path.substr(0, path.rfind('/') + 1);
    descriptor_ = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    constexpr std::chrono::milliseconds pause{10};
    constexpr int attempts = 100;
    for (int i = 0; i < attempts && ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0; ++i) {
      if (errno != EWOULDBLOCK) return;
      std::this_thread::sleep_for(pause);
    }
  }
  ~FolderLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_;
};

// A socket's file stays behind when its server dies; one that nobody answers at may go.
bool is_left_over(const sockaddr_un& address) {
  struct stat found {};
  if (::lstat(address.sun_path, &found) != 0 || !S_ISSOCK(found.st_mode)) return false;
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) return false;
  const bool is_refused =
      ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
      errno == ECONNREFUSED;
  ::close(socket);
  return is_refused;
}

bool bind_file(int socket, const sockaddr_un& address) {
  const auto bind_it = [&] {
    return ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  };
  if (bind_it()) return true;
  if (errno != EADDRINUSE) return false;
  if (is_left_over(address) && ::unlink(address.sun_path) == 0) return bind_it();
  struct stat found {};
  const bool is_foreign = ::lstat(address.sun_path, &found) == 0 && !S_ISSOCK(found.st_mode);
  errno = is_foreign ? EEXIST : EADDRINUSE;
  return false;
}

Result<std::vector<int>> listen_on_port(const ListenOn& listen, std::size_t count,
                                        unsigned short& port) {
  boost::system::error_code error;
  const auto ip = boost::asio::ip::make_address(listen.address, error);
  if (error) return invalid("cannot listen on '" + listen.address + "': not an IP address");
  boost::asio::ip::tcp::endpoint endpoint(ip, listen.port);
  std::vector<int> sockets;
  for (std::size_t i = 0; i < count; ++i) {
    const int socket = open_listener(endpoint, i == 0);
    if (socket < 0) {
      const std::string why = reason();
      for (int open : sockets) ::close(open);
      return cannot_listen(listen.address + " port " + std::to_string(listen.port), why);
    }
    sockets.push_back(socket);
    auto size = static_cast<socklen_t>(endpoint.capacity());
    ::getsockname(socket, endpoint.data(), &size);  // from port 0 to the one it became
  }
  port = endpoint.port();
  return sockets;
}

Result<std::vector<int>> listen_on_file(const std::string& path, std::size_t count) {
  constexpr std::size_t room = sizeof sockaddr_un::sun_path;
  if (path.size() >= room)
    return invalid("cannot listen on '" + path + "': the path of a socket has at most " +
                   std::to_string(room - 1) + " bytes");
  const sockaddr_un address = address_of(path);
  const FolderLock one_at_a_time(path);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) return cannot_listen(path, reason());
  std::vector<int> sockets{socket};
  const bool is_bound = bind_file(socket, address);
  bool is_open = is_bound && ::chmod(path.c_str(), 0666) == 0 && ::listen(socket, SOMAXCONN) == 0;
  while (is_open && sockets.size() < count) {
    const int another = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
    is_open = another >= 0;
    if (is_open) sockets.push_back(another);
  }
  if (is_open) return sockets;
  const std::string why = reason();
  for (int open : sockets) ::close(open);
  if (is_bound) ::unlink(path.c_str());
  return cannot_listen(path, why);
}

}  // namespace

Listeners::Listeners(Listeners&& other) noexcept
    : port(other.port),
      sockets_(std::exchange(other.sockets_, {})),
      file_(std::exchange(other.file_, {})) {}

Listeners::~Listeners() {
  for (int socket : sockets_)
    if (socket >= 0) ::close(socket);
  if (file_.empty()) return;
  const FolderLock one_at_a_time(file_);
  if (is_left_over(address_of(file_))) ::unlink(file_.c_str());
}

int Listeners::release(std::size_t i) { return std::exchange(sockets_[i], -1); }

Result<Listeners> listen_on(const ListenOn& listen, std::size_t count) {
  Listeners listeners;
  const std::string& path = listen.unix_path;
  auto sockets =
      path.empty() ? listen_on_port(listen, count, listeners.port) : listen_on_file(path, count);
  if (!sockets) return sockets.error();
  listeners.sockets_ = std::move(*sockets);
  listeners.file_ = path;
  return listeners;
}

}  // namespace sosik
