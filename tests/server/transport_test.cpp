// Bytes out: a head and a body that lies in a file, over sockets that are full, slow or gone.
#include "transport.hpp"

#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

#include "catch.hpp"

using namespace sosik;
namespace asio = boost::asio;

namespace {

// A body that lies in a file, as large ones do.
struct FileBody {
  explicit FileBody(std::string the_bytes)
      : bytes(std::move(the_bytes)), file(::memfd_create("body", MFD_CLOEXEC)) {
    REQUIRE(::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }
  ~FileBody() { ::close(file); }
  FileBody(const FileBody&) = delete;
  const std::string bytes;
  const int file;
};

struct Pair {
  asio::io_context context;
  int peer;
  Transport transport;

  Pair() : Pair(make()) {}
  ~Pair() {
    if (peer >= 0) ::close(peer);
  }
  // What has arrived, without waiting.
  std::string arrived() const {
    std::string all(1'000'000, '\0');
    const ssize_t got = ::recv(peer, all.data(), all.size(), MSG_DONTWAIT);
    all.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return all;
  }

 private:
  struct Ends {
    int ours, peers;
  };
  static Ends make() {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    return {ends[0], ends[1]};
  }
  explicit Pair(Ends ends)
      : peer(ends.peers),
        transport(NativeSocket(ends.ours, AF_UNIX), context.get_executor(), nullptr) {}
};

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
  return text;
}

}  // namespace

TEST_CASE("Head and body arrive whole and in order, however little the socket takes",
          "[server][transport]") {
  const bool is_file = GENERATE(true, false);
  const std::size_t size = GENERATE(as<std::size_t>{}, 1, 4096, 100'000, 2'000'000);
  const std::size_t head_size = GENERATE(as<std::size_t>{}, 20, 600'000);  // more than fits
  INFO(size << " bytes behind " << head_size);
  Pair pair;
  const FileBody body(pattern(size));
  const std::string head(head_size, 'H');
  Outgoing out;
  out.head = head;
  out.body = body.bytes;
  if (is_file) out.file = body.file;
  std::string got;
  for (;;) {
    const auto pushed = pair.transport.push(out);
    REQUIRE(pushed != Transport::Pushed::failed);
    const std::string some = pair.arrived();
    got += some;
    if (pushed == Transport::Pushed::all) break;
    REQUIRE_FALSE(some.empty());
  }
  for (std::string some; !(some = pair.arrived()).empty();) got += some;
  CHECK(got.size() == head.size() + body.bytes.size());
  CHECK(got == head + body.bytes);
  CHECK(out.is_empty());
}

TEST_CASE("Two answers of one file do not disturb each other's place in it",
          "[server][transport]") {
  const FileBody body(pattern(1'500'000));
  Pair one, two;
  Outgoing first, second;
  first.body = second.body = body.bytes;
  first.file = second.file = body.file;
  std::string got_first, got_second;
  while (!first.is_empty() || !second.is_empty()) {
    if (!first.is_empty()) REQUIRE(one.transport.push(first) != Transport::Pushed::failed);
    if (!second.is_empty()) REQUIRE(two.transport.push(second) != Transport::Pushed::failed);
    got_first += one.arrived();
    got_second += two.arrived();
  }
  for (std::string some; !(some = one.arrived()).empty();) got_first += some;
  for (std::string some; !(some = two.arrived()).empty();) got_second += some;
  CHECK(got_first == body.bytes);
  CHECK(got_second == body.bytes);
}

TEST_CASE("A peer that has gone is a failure, and no signal", "[server][transport]") {
  std::signal(SIGPIPE, SIG_IGN);  // as start_server does
  const bool is_file = GENERATE(true, false);
  Pair pair;
  const FileBody body(pattern(2'000'000));
  Outgoing out;
  out.head = "head";
  out.body = body.bytes;
  if (is_file) out.file = body.file;
  SECTION("before the head") {
    ::close(std::exchange(pair.peer, -1));
    CHECK(pair.transport.push(out) == Transport::Pushed::failed);
  }
  SECTION("within the body") {
    CHECK(pair.transport.push(out) == Transport::Pushed::blocked);
    ::close(std::exchange(pair.peer, -1));
    CHECK(pair.transport.push(out) == Transport::Pushed::failed);
  }
}

TEST_CASE("A file that is shorter than it said ends the answer instead of waiting for ever",
          "[server][transport]") {
  Pair pair;
  const FileBody body("short");
  const std::string said(100, 'x');
  Outgoing out;
  out.head = "head";
  out.body = said;
  out.file = body.file;
  Transport::Pushed pushed;
  while ((pushed = pair.transport.push(out)) == Transport::Pushed::blocked) {
  }
  CHECK(pushed == Transport::Pushed::failed);
}
