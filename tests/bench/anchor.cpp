// What is possible on one core: an epoll loop without any library that answers every request with
// the same bytes, looking at nothing but where heads end. An anchor for scripts/bench, not a
// server: it relies on a head, or a batch of them, arriving whole, as load generators send them.
//
//   anchor PORT FILE     FILE holds a whole response; one that says "Connection: close" is the last
//   of its connection
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t sendfile_from = 32 * 1024;  // where it begins to cost less than copying
constexpr std::size_t max_batch = 64;             // pipelined requests that are answered at once
constexpr std::size_t max_connections = 65536;

int listen_on(int port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 4096) != 0)
    std::exit(1);
  return listener;
}

// The response `max_batch` times, in memory and, where that is faster, in a file: `count` responses
// are the last bytes.
class Responses {
 public:
  explicit Responses(const std::string& response) : size_(response.size()) {
    for (std::size_t i = 0; i < max_batch; ++i) all_ += response;
    if (size_ < sendfile_from) return;
    file_ = ::memfd_create("responses", MFD_CLOEXEC);
    for (std::size_t done = 0; done < all_.size();) {
      const ssize_t wrote = ::write(file_, all_.data() + done, all_.size() - done);
      if (wrote <= 0) std::exit(1);
      done += static_cast<std::size_t>(wrote);
    }
  }
  std::size_t size() const { return size_; }
  ssize_t send(int peer, std::size_t left) const {
    if (file_ < 0) return ::send(peer, all_.data() + all_.size() - left, left, MSG_NOSIGNAL);
    off_t from = static_cast<off_t>(all_.size() - left);
    return ::sendfile(peer, file_, &from, left);
  }

 private:
  std::size_t size_;
  std::string all_;
  int file_ = -1;
};

std::size_t heads_in(std::string_view bytes) {
  std::size_t count = 0;
  for (auto at = bytes.find("\r\n\r\n"); at != bytes.npos; at = bytes.find("\r\n\r\n", at + 4))
    ++count;
  return count;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  std::signal(SIGPIPE, SIG_IGN);  // sendfile has no MSG_NOSIGNAL
  std::ifstream file(argv[2], std::ios::binary);
  const std::string response(std::istreambuf_iterator<char>(file), {});
  const bool is_last = response.find("Connection: close\r\n") < response.find("\r\n\r\n");
  const Responses responses(response);
  const int listener = listen_on(std::atoi(argv[1]));
  const int epoll = ::epoll_create1(0);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = listener;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  std::vector<std::size_t> unsent(max_connections);  // by descriptor
  std::vector<char> request(64 * 1024);
  std::vector<epoll_event> events(128);
  for (;;) {
    const int count = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const int peer = events[static_cast<std::size_t>(i)].data.fd;
      if (peer == listener) {
        event.data.fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
        event.events = EPOLLIN | EPOLLOUT | EPOLLET;
        if (event.data.fd < 0) continue;
        unsent.at(static_cast<std::size_t>(event.data.fd)) = 0;
        ::epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd, &event);
        continue;
      }
      std::size_t& left = unsent[static_cast<std::size_t>(peer)];
      if (left == 0) {
        const ssize_t got = ::recv(peer, request.data(), request.size(), 0);
        if (got == 0) ::close(peer);
        if (got <= 0) continue;
        const auto heads = heads_in({request.data(), static_cast<std::size_t>(got)});
        left = std::min(heads, max_batch) * responses.size();
        if (left == 0) continue;
      }
      const ssize_t sent = responses.send(peer, left);
      if (sent > 0) left -= static_cast<std::size_t>(sent);
      if (left == 0 && is_last) ::close(peer);
    }
  }
}
