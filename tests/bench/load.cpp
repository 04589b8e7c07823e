// A load generator that can do the two things wrk cannot: keep a fixed rate, whatever the server
// does, and pipeline without a script. One thread, one request over and over, 200 and 304 as
// answers. For scripts/bench.
//
//   load PORT CONNECTIONS SECONDS PIPELINE RATE FILE     FILE holds the request
//
// Every answer must have the status of the first.
//
// RATE 0: each connection sends PIPELINE requests, reads all the answers, and sends again.
// Else: RATE requests a second in all, each at its moment, on the connection that has been free for
// longest. A latency counts from the moment at which the request was due, so that a server which
// stalls cannot hide the requests that had to wait for it: those that have no answer at the end
// count with the time they waited so far. The first tenth of the run warms up.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Moment = Clock::time_point;

[[noreturn]] void die(const char* what) {
  std::fprintf(stderr, "load: %s\n", what);
  std::exit(1);
}

// Takes the bytes of answers as they come and counts those that are whole.
class Answers {
 public:
  int take(std::string_view bytes) {
    int whole = 0;
    while (!bytes.empty()) {
      if (body_left_ > 0) {
        const auto skipped = std::min(body_left_, bytes.size());
        body_left_ -= skipped;
        bytes.remove_prefix(skipped);
        if (body_left_ == 0) ++whole;
        continue;
      }
      const auto before = head_.size();
      head_.append(bytes.substr(0, max_head));
      const auto end = head_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
      if (end == head_.npos) {
        if (head_.size() > max_head) die("an answer has no end of its head");
        return whole;
      }
      bytes.remove_prefix(end + 4 - before);
      body_left_ = body_size(std::string_view(head_).substr(0, end + 2));
      head_.clear();
      if (body_left_ == 0) ++whole;
    }
    return whole;
  }

 private:
  static constexpr std::size_t max_head = 16 * 1024;

  static std::size_t body_size(std::string_view head) {
    const std::string status(head.substr(std::min<std::size_t>(9, head.size()), 3));
    static const std::string expected = status;
    if (status != expected) die("answers have more than one status");
    if (status == "304") return 0;
    constexpr std::string_view name = "\r\nContent-Length: ";
    const auto at = head.find(name);
    if (status != "200" || at == head.npos)
      die("an answer is neither 304 nor a 200 with its length");
    std::size_t size = 0;
    std::from_chars(head.data() + at + name.size(), head.data() + head.size(), size);
    return size;
  }

  std::string head_;  // of an answer whose head has begun
  std::size_t body_left_ = 0;
};

struct Connection {
  int socket = -1;
  int unanswered = 0;
  Moment due;  // with a rate: when its request was to be sent
  Answers answers;
};

int connect_to(int port) {
  const int peer = ::socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(peer, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    die("cannot connect");
  ::fcntl(peer, F_SETFL, O_NONBLOCK);
  return peer;
}

// Requests are small and never many at a time: the socket has room for them.
void send_all(Connection& connection, const std::string& bytes, int requests) {
  const ssize_t sent = ::send(connection.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(bytes.size())) die("a request could not be sent at once");
  connection.unanswered = requests;
}

double at_percentile(const std::vector<double>& sorted, double percent) {
  if (sorted.empty()) return 0;
  const auto last = static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<std::size_t>(last * percent / 100)];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::fprintf(stderr, "usage: load PORT CONNECTIONS SECONDS PIPELINE RATE FILE\n");
    return 2;
  }
  const int port = std::atoi(argv[1]);
  const int pipeline = std::atoi(argv[4]);
  const double seconds = std::atof(argv[3]), rate = std::atof(argv[5]);
  std::ifstream file(argv[6], std::ios::binary);
  const std::string request(std::istreambuf_iterator<char>(file), {});
  std::string batch;
  for (int i = 0; i < pipeline; ++i) batch += request;

  std::vector<Connection> connections(static_cast<std::size_t>(std::atoi(argv[2])));
  const int epoll = ::epoll_create1(0);
  std::deque<Connection*> free;
  for (auto& connection : connections) {
    connection.socket = connect_to(port);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &connection;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, connection.socket, &event);
    free.push_back(&connection);
  }

  const bool is_paced = rate > 0;
  const auto started = Clock::now();
  const auto after = [&](double s) {
    return started + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(s));
  };
  const auto warm = after(seconds / 10), end = after(seconds);
  std::uint64_t issued = 0, answered = 0;
  std::vector<double> latencies;
  std::vector<char> bytes(256 * 1024);
  std::vector<epoll_event> events(256);
  for (auto now = started; now < end; now = Clock::now()) {
    while (!free.empty()) {
      const auto due = is_paced ? after(static_cast<double>(issued) / rate) : now;
      if (due > now) break;
      Connection* connection = free.front();
      free.pop_front();
      connection->due = due;
      send_all(*connection, is_paced ? request : batch, is_paced ? 1 : pipeline);
      ++issued;
    }
    // Paced, it never sleeps: a sleep would end up in the latencies.
    const int count =
        ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), is_paced ? 0 : 100);
    for (int i = 0; i < count; ++i) {
      auto& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      const ssize_t got = ::recv(connection.socket, bytes.data(), bytes.size(), 0);
      if (got <= 0) die("the server closed a connection");
      const int whole = connection.answers.take({bytes.data(), static_cast<std::size_t>(got)});
      answered += static_cast<std::uint64_t>(whole);
      connection.unanswered -= whole;
      if (connection.unanswered < 0) die("an answer without a request");
      if (connection.unanswered > 0) continue;
      free.push_back(&connection);
      if (connection.due >= warm)
        latencies.push_back(
            std::chrono::duration<double, std::micro>(Clock::now() - connection.due).count());
    }
  }
  const auto waited_until_end = [&](Moment due) {
    if (due >= warm && due < end)
      latencies.push_back(std::chrono::duration<double, std::micro>(end - due).count());
  };
  for (const auto& connection : connections)
    if (connection.unanswered > 0) waited_until_end(connection.due);
  if (is_paced)
    for (auto due = after(static_cast<double>(issued) / rate); due < end;
         due = after(static_cast<double>(++issued) / rate))
      waited_until_end(due);
  const double took = std::chrono::duration<double>(Clock::now() - started).count();
  std::sort(latencies.begin(), latencies.end());
  std::printf(R"({"requests": %llu, "rate": %.1f, "p50": %.1f, "p99": %.1f, "p99.9": %.1f})"
              "\n",
              static_cast<unsigned long long>(answered), static_cast<double>(answered) / took,
              at_percentile(latencies, 50), at_percentile(latencies, 99),
              at_percentile(latencies, 99.9));
}
