// Where readers come in: TCP and Unix sockets, several at once.
#include "listen.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "catch.hpp"
#include "served_site.hpp"
#include "temp_dir.hpp"

using namespace sosik;
namespace fs = std::filesystem;

namespace {

ListenOn at_file(const fs::path& path) {
  ListenOn listen;
  listen.unix_path = path.string();
  return listen;
}

ServerOptions listening_on(std::vector<ListenOn> listen, int threads = 1) {
  ServerOptions options = ServedSite::defaults();
  options.listen = std::move(listen);
  options.threads = threads;
  return options;
}

ListenOn any_port(const std::string& address) {
  ListenOn listen;
  listen.address = address;
  listen.port = 0;
  return listen;
}

// The file that a server leaves behind when it dies.
void leave_socket(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::close(socket);
}

}  // namespace

TEST_CASE("Readers come in by IPv4, IPv6 and a Unix socket alike", "[server][listen]") {
  TempDir folder;
  const auto path = (folder.path() / "http").string();
  ServedSite site(listening_on({any_port("127.0.0.1"), any_port("::1"), at_file(path)}, 3));
  const auto& where = site.server->listening();
  REQUIRE(where.size() == 3);
  CHECK(where[0].port != 0);
  CHECK(where[1].port != 0);
  CHECK(where[2].unix_path == path);
  for (int i = 0; i < 10; ++i) {  // each thread has its turn
    CHECK(RawClient(where[0].port).ask(get("/rss.xml")).status == 200);
    CHECK(RawClient::over_ipv6(where[1].port).ask(get("/rss.xml")).status == 200);
    RawClient client = RawClient::over_unix(path);
    CHECK(client.ask(get("/large/rss.xml")).body == std::string(3'000'000, 'L'));
    CHECK(client.ask(get("/rss.xml", "If-None-Match: *\r\n")).status == 304);
  }
}

TEST_CASE("IPv4 and IPv6 may have the same port", "[server][listen]") {
  ServedSite v4(listening_on({any_port("0.0.0.0")}));
  ListenOn v6 = any_port("::");
  v6.port = v4.server->port();
  ServedSite both(listening_on({v6}));
  CHECK(RawClient(v6.port).ask(get("/rss.xml")).status == 200);
  CHECK(RawClient::over_ipv6(v6.port).ask(get("/rss.xml")).status == 200);
  CHECK(both.server->counters().requests == 1);
}

TEST_CASE("The socket of a server that died is replaced", "[server][listen]") {
  TempDir folder;
  const auto path = folder.path() / "http";
  {
    Listeners dead = listen_on(at_file(path), 1).value();
    fs::rename(path, folder.path() / "kept");  // so that it stays behind
  }
  fs::rename(folder.path() / "kept", path);
  REQUIRE(fs::is_socket(path));
  ServedSite site(listening_on({at_file(path)}));
  CHECK(RawClient::over_unix(path.string()).ask(get("/rss.xml")).status == 200);
}

TEST_CASE("Of servers that start at once on a dead one's socket one gets it, and is heard there",
          "[server][listen][threads]") {
  TempDir folder;
  const auto path = folder.path() / "http";
  for (int round = 0; round < 1000; ++round) {
    leave_socket(path);
    std::atomic<int> ready{0};
    const auto start = [&] {
      for (++ready; ready < 3;) std::this_thread::yield();
      return listen_on(at_file(path), 1);
    };
    auto first = std::async(std::launch::async, start);
    auto second = std::async(std::launch::async, start);
    auto third = start();
    const auto one = first.get(), other = second.get();
    CHECK(one.has_value() + other.has_value() + third.has_value() == 1);
    CHECK_NOTHROW(RawClient::over_unix(path.string()));
  }
}

TEST_CASE("Whoever locks the folder of a socket delays its server, and no more",
          "[server][listen]") {
  TempDir folder;
  const int locked = ::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  REQUIRE(::flock(locked, LOCK_EX) == 0);
  CHECK(listen_on(at_file(folder.path() / "http"), 1).has_value());
  ::close(locked);
}

TEST_CASE("A start that fails half-way leaves no socket's file", "[server][listen]") {
  TempDir folder;
  const auto path = folder.path() / "http";
  rlimit old{};
  ::getrlimit(RLIMIT_NOFILE, &old);
  const int next = ::dup(0);
  ::close(next);
  int failures = 0;
  for (rlim_t room = 0;; ++room) {
    rlimit low = old;
    low.rlim_cur = static_cast<rlim_t>(next) + room;
    ::setrlimit(RLIMIT_NOFILE, &low);
    const bool is_open = listen_on(at_file(path), 3).has_value();
    ::setrlimit(RLIMIT_NOFILE, &old);
    CHECK_FALSE(fs::exists(path));
    if (is_open) break;
    ++failures;
  }
  CHECK(failures >= 3);
}

TEST_CASE("What is not a dead server's socket is not touched", "[server][listen]") {
  TempDir folder;
  const auto path = folder.path() / "http";
  SECTION("a server that lives") {
    ServedSite site(listening_on({at_file(path)}));
    const auto second = listen_on(at_file(path), 1);
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().code == Errc::unavailable);
    CHECK(second.error().detail ==
          "cannot listen on " + path.string() + ": Address already in use");
    CHECK(RawClient::over_unix(path.string()).ask(get("/rss.xml")).status == 200);
  }
  SECTION("somebody's file") {
    std::ofstream(path) << "precious";
    CHECK(listen_on(at_file(path), 1).error().detail ==
          "cannot listen on " + path.string() + ": File exists");
    CHECK(fs::file_size(path) == 8);
  }
  SECTION("a folder") {
    fs::create_directory(path);
    CHECK(listen_on(at_file(path), 1).error().code == Errc::unavailable);
    CHECK(fs::is_directory(path));
  }
  SECTION("a symbolic link to a socket") {
    { std::ofstream(folder.path() / "target"); }
    fs::create_symlink(folder.path() / "target", path);
    CHECK(listen_on(at_file(path), 1).error().code == Errc::unavailable);
    CHECK(fs::is_symlink(path));
  }
}

TEST_CASE("A socket's file goes with its server, but not one that another made since",
          "[server][listen]") {
  TempDir folder;
  const auto path = folder.path() / "http";
  {
    ServedSite site(listening_on({at_file(path)}));
    struct stat file {};
    REQUIRE(::stat(path.c_str(), &file) == 0);
    CHECK((file.st_mode & 0777) == 0666);
    site.server->stop();
  }
  CHECK_FALSE(fs::exists(path));
  {
    ServedSite old(listening_on({at_file(path)}));
    old.server->stop();  // nobody answers there any longer
    ServedSite fresh(listening_on({at_file(path)}));
    old.server.reset();
    CHECK(RawClient::over_unix(path.string()).ask(get("/rss.xml")).status == 200);
  }
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("What cannot be listened on is refused by name, and nothing stays behind",
          "[server][listen]") {
  TempDir folder;
  const auto path = folder.path() / "http";
  const std::string long_path = (folder.path() / std::string(200, 'x')).string();
  CHECK(listen_on(at_file(long_path), 1).error().code == Errc::invalid);
  CHECK(listen_on(at_file(folder.path() / "missing" / "http"), 1).error().code ==
        Errc::unavailable);
  CHECK(listen_on(any_port("blog.example"), 1).error().code == Errc::invalid);
  CHECK(listen_on(any_port("192.0.2.1"), 1).error().detail ==
        "cannot listen on 192.0.2.1 port 0: Cannot assign requested address");
  MemorySnapshots snapshots;
  FakeClock clock;
  CollectingLog log;
  const auto options = listening_on({at_file(path), any_port("192.0.2.1")}, 3);
  const auto descriptors = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  };
  const auto before = descriptors();
  CHECK_FALSE(start_server(options, snapshots, clock, log).has_value());
  CHECK_FALSE(fs::exists(path));
  CHECK(descriptors() == before);
}

TEST_CASE("Stopping drains every kind of listener", "[server][listen][drain][threads]") {
  TempDir folder;
  const auto path = (folder.path() / "http").string();
  ServedSite site(listening_on({any_port("127.0.0.1"), any_port("::1"), at_file(path)}, 2));
  const unsigned short v4 = site.server->listening()[0].port;
  const unsigned short v6 = site.server->listening()[1].port;
  std::vector<RawClient> busy, idle;
  idle.emplace_back(v4);
  idle.push_back(RawClient::over_ipv6(v6));
  idle.push_back(RawClient::over_unix(path));
  for (RawClient& client : idle) REQUIRE(client.ask(get("/style.css")).status == 200);
  site.snapshots.hold();
  busy.emplace_back(v4);
  busy.push_back(RawClient::over_ipv6(v6));
  busy.push_back(RawClient::over_unix(path));
  for (RawClient& client : busy) client.send(get("/rss.xml"));
  site.snapshots.await_held();
  auto stopped = std::async(std::launch::async, [&] { site.server->stop(); });
  for (RawClient& client : idle) CHECK(client.is_closed());
  site.snapshots.release();
  for (RawClient& client : busy) {
    CHECK(client.read().status == 200);
    CHECK(client.is_closed());
  }
  stopped.get();
  CHECK_THROWS(RawClient(v4));
  CHECK_THROWS(RawClient::over_ipv6(v6));
  CHECK_THROWS(RawClient::over_unix(path));
}

TEST_CASE("max_connections counts readers of all listeners", "[server][listen]") {
  TempDir folder;
  const auto path = (folder.path() / "http").string();
  ServerOptions options = listening_on({any_port("127.0.0.1"), at_file(path)});
  options.max_connections = 2;
  ServedSite site(options);
  RawClient first(site.server->port());
  CHECK(first.ask(get("/rss.xml")).status == 200);
  RawClient second = RawClient::over_unix(path);
  CHECK(second.ask(get("/rss.xml")).status == 200);
  CHECK(RawClient(site.server->port()).ask(get("/rss.xml")).status == 200);
  CHECK(first.is_closed());  // to make room
  CHECK(site.server->counters().shed_connections == 1);
}
