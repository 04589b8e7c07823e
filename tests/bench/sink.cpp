// A receiver of notifications on every loopback address: an epoll loop without any library that
// reads POSTs whole and answers 200. `GET /` says how many came since it was asked last, and how
// many nanoseconds passed from the first to the last of them. Not a server: it relies on requests
// that say their Content-Length.
//
//   sink PORT
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Seen {
  long count = 0;
  Clock::time_point first, last;
};

std::size_t body_size(std::string_view head) {
  constexpr std::string_view name = "\r\ncontent-length:";
  for (std::size_t at = 0; at + name.size() <= head.size(); ++at) {
    std::size_t same = 0;
    while (same < name.size()) {
      const char c = head[at + same];
      const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      if (small != name[same]) break;
      ++same;
    }
    if (same == name.size())
      return static_cast<std::size_t>(std::atoll(head.data() + at + name.size()));
  }
  return 0;
}

// What is left of `in` after the requests that it holds whole; their answers into `out`.
void answer(std::string& in, std::string& out, Seen& seen) {
  std::size_t done = 0;
  while (true) {
    const std::string_view rest = std::string_view(in).substr(done);
    const auto end = rest.find("\r\n\r\n");
    if (end == rest.npos) break;
    const std::size_t whole = end + 4 + body_size(rest.substr(0, end + 2));
    if (rest.size() < whole) break;
    done += whole;
    if (rest.starts_with("GET")) {
      const auto span =
          std::chrono::duration_cast<std::chrono::nanoseconds>(seen.last - seen.first);
      const auto body = std::to_string(seen.count) + " " + std::to_string(span.count()) + "\n";
      out +=
          "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
      seen = {};
      continue;
    }
    seen.last = Clock::now();
    if (seen.count++ == 0) seen.first = seen.last;
    out += "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  }
  in.erase(0, done);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::signal(SIGPIPE, SIG_IGN);
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[1])));
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 4096) != 0)
    return 1;
  const int poll = ::epoll_create1(0);
  const auto watch = [poll](int socket) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = socket;
    ::epoll_ctl(poll, EPOLL_CTL_ADD, socket, &event);
  };
  watch(listener);
  std::vector<std::string> waiting(65536);  // by descriptor: the beginning of a request
  std::vector<epoll_event> events(512);
  std::vector<char> bytes(256 * 1024);
  std::string out;
  Seen seen;
  while (true) {
    const int ready = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      const int socket = events[static_cast<std::size_t>(i)].data.fd;
      if (socket == listener) {
        for (int client; (client = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
          if (static_cast<std::size_t>(client) >= waiting.size()) std::abort();
          waiting[static_cast<std::size_t>(client)].clear();
          watch(client);
        }
        continue;
      }
      const auto count = ::recv(socket, bytes.data(), bytes.size(), 0);
      if (count <= 0) {
        ::close(socket);
        continue;
      }
      auto& in = waiting[static_cast<std::size_t>(socket)];
      in.append(bytes.data(), static_cast<std::size_t>(count));
      out.clear();
      answer(in, out, seen);
      if (!out.empty() && ::send(socket, out.data(), out.size(), MSG_NOSIGNAL) < 0) ::close(socket);
    }
  }
}
