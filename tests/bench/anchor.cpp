// What is possible on one core: an epoll loop without any library that answers every request with
// the same bytes, looking at nothing but the end of the head. An anchor for scripts/bench, not a
// server.
//
//   anchor PORT FILE     FILE holds a whole response
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  std::ifstream file(argv[2], std::ios::binary);
  const std::string response(std::istreambuf_iterator<char>(file), {});
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[1])));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 512) != 0)
    return 1;
  const int epoll = ::epoll_create1(0);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = listener;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  std::vector<std::size_t> unsent(1024);  // by descriptor
  std::vector<char> request(4096);
  std::vector<epoll_event> events(128);
  for (;;) {
    const int count = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const int peer = events[static_cast<std::size_t>(i)].data.fd;
      if (peer == listener) {
        event.data.fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
        event.events = EPOLLIN | EPOLLOUT | EPOLLET;
        if (event.data.fd >= 0) ::epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd, &event);
        continue;
      }
      std::size_t& left = unsent.at(static_cast<std::size_t>(peer));
      if (left == 0) {
        const ssize_t got = ::recv(peer, request.data(), request.size(), 0);
        if (got == 0) ::close(peer);
        if (got <= 0) continue;
        const std::string_view head(request.data(), static_cast<std::size_t>(got));
        if (head.find("\r\n\r\n") == head.npos) continue;
        left = response.size();
      }
      const ssize_t sent =
          ::send(peer, response.data() + response.size() - left, left, MSG_NOSIGNAL);
      if (sent > 0) left -= static_cast<std::size_t>(sent);
    }
  }
}
