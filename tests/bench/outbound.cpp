// What one outgoing request costs this process: POSTs to many loopback addresses, so many at a
// time, to a receiver in a process of its own whose CPU is not counted.
//
//   outbound REQUESTS ADDRESSES AT_A_TIME [BODY_BYTES] [MOST_IDLE]
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sosik/net/http_client.hpp"

namespace {

namespace asio = boost::asio;

// Answers every request with 204, whatever it says. A request begins a read and ends with the
// write that it came by, as those of this client do.
[[noreturn]] void receive(int listener) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int poll = ::epoll_create1(0);
  epoll_event one{EPOLLIN, {.fd = listener}};
  ::epoll_ctl(poll, EPOLL_CTL_ADD, listener, &one);
  static constexpr std::string_view answer =
      "HTTP/1.1 204 No Content\r\nServer: bench\r\nDate: Sat, 01 Jan 2000 00:00:00 GMT\r\n\r\n";
  std::vector<epoll_event> events(1024);
  std::vector<char> bytes(65536);
  for (;;) {
    const int count = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const int socket = events[static_cast<std::size_t>(i)].data.fd;
      if (socket == listener) {
        const int accepted = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
        const int on = 1;
        ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        epoll_event event{EPOLLIN, {.fd = accepted}};
        ::epoll_ctl(poll, EPOLL_CTL_ADD, accepted, &event);
      } else if (::recv(socket, bytes.data(), bytes.size(), 0) <= 0) {
        ::close(socket);
      } else if (::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) {
        ::close(socket);
      }
    }
  }
}

int listen_everywhere(unsigned short& port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (listener < 0 || ::bind(listener, generic, size) != 0 || ::listen(listener, 4096) != 0 ||
      ::getsockname(listener, generic, &size) != 0) {
    throw std::runtime_error("cannot listen");
  }
  port = ntohs(address.sin_port);
  return listener;
}

struct Work {
  int left = 0, addresses = 0, failed = 0;
  unsigned short port = 0;
  std::string body;
};

sosik::Task<> post_all(sosik::HttpClient& client, Work& work) {
  while (work.left > 0) {
    const int n = --work.left % work.addresses;
    sosik::OutboundRequest request;
    request.url = "http://127.0." + std::to_string(1 + n / 250) + "." +
                  std::to_string(1 + n % 250) + ":" + std::to_string(work.port) +
                  "/hook/of-one-receiver";
    request.headers = {{"Content-Type", "application/json"},
                       {"webhook-id", "msg_2b7x8c9d0e1f2g3h4i5j6k7l"},
                       {"webhook-timestamp", "1700000000"},
                       {"webhook-signature", "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="}};
    request.body = work.body;
    auto result = co_await client.send(std::move(request));
    if (!result || result->status != 204) {
      if (++work.failed == 1 && !result)
        std::fprintf(stderr, "%s: %s\n", result.error().error_class.c_str(),
                     result.error().detail.c_str());
    }
  }
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  auto argument = [&](int i, int otherwise) { return i < argc ? std::atoi(argv[i]) : otherwise; };
  const int requests = argument(1, 10000), at_a_time = argument(3, 250);
  Work work;
  work.addresses = argument(2, 250);
  work.body = std::string(static_cast<std::size_t>(argument(4, 1024)), 'x');
  const int listener = listen_everywhere(work.port);
  const pid_t receiver = ::fork();
  if (receiver == 0) receive(listener);
  ::close(listener);

  asio::io_context context(1);
  sosik::OutboundOptions options;
  options.allowed_networks = {"127.0.0.0/8"};
  options.allowed_ports = {work.port};
  auto client = sosik::make_http_client(context, options);
  auto run = [&](int count) {
    work.left = count;
    for (int i = 0; i < at_a_time; ++i) {
      asio::co_spawn(context, post_all(*client, work), [](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
      });
    }
    context.restart();
    context.run();
  };
  run(2 * work.addresses);  // connections are made, memory is warm
  rusage before{}, after{};
  ::getrusage(RUSAGE_SELF, &before);
  const auto began = std::chrono::steady_clock::now();
  run(requests);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  ::getrusage(RUSAGE_SELF, &after);
  const double user = seconds(after.ru_utime) - seconds(before.ru_utime);
  const double system = seconds(after.ru_stime) - seconds(before.ru_stime);
  std::printf(
      "%d requests, %d addresses, %d at a time: %.2f us user + %.2f us system a request; "
      "%.0f a second; %d failed\n",
      requests, work.addresses, at_a_time, user / requests * 1e6, system / requests * 1e6,
      requests / took.count(), work.failed);
  ::kill(receiver, SIGKILL);
  ::waitpid(receiver, nullptr, 0);
  return work.failed == 0 ? 0 : 1;
}
