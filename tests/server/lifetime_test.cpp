// Connections and the server itself: deadlines, broken peers, large bodies, draining, limits.
#include <malloc.h>
#include <sys/resource.h>

#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <future>
#include <thread>

#include "catch.hpp"
#include "listen.hpp"
#include "served_site.hpp"
#include "temp_dir.hpp"
#include "worker.hpp"

using namespace sosik;
using std::chrono::milliseconds;

TEST_CASE("A head that does not arrive in time is answered 408", "[server][H-031]") {
  ServerOptions options = ServedSite::defaults();
  options.header_timeout = milliseconds(100);
  ServedSite site(options);
  RawClient client = site.connect();
  client.send("GET /rss.xml HTTP/1.1\r\nHost: a\r\n");
  const RawResponse response = client.read();
  CHECK(response.status == 408);
  CHECK(response.field("connection") == "close");
  CHECK(client.is_closed());
}

TEST_CASE("A head that trickles in is not given more time by each byte", "[server][H-031]") {
  ServerOptions options = ServedSite::defaults();
  options.header_timeout = milliseconds(60);
  ServedSite site(options);
  RawClient client = site.connect();
  client.send("GET /rss.xml HTTP/1.1\r\nX: ");
  while (client.is_silent() && client.send("x")) std::this_thread::yield();
  CHECK(client.read().status >= 400);  // 408, or 431 if the machine is fast
}

TEST_CASE("A body that does not arrive in time is answered 408", "[server]") {
  ServerOptions options = ServedSite::defaults();
  options.header_timeout = milliseconds(100);
  ServedSite site(options);
  RawClient client = site.connect();
  CHECK(client.ask(get("/rss.xml", "Content-Length: 10\r\n") + "12345").status == 408);
  CHECK(client.is_closed());
}

TEST_CASE("A connection that says nothing is closed without a word", "[server]") {
  ServerOptions options = ServedSite::defaults();
  options.idle_timeout = milliseconds(100);
  ServedSite site(options);
  SECTION("from the beginning") {
    RawClient client = site.connect();
    CHECK(client.is_closed());
  }
  SECTION("after a request") {
    RawClient client = site.connect();
    CHECK(client.ask(get("/rss.xml")).status == 200);
    CHECK(client.is_closed());
  }
}

TEST_CASE("A reader that does not take its answer is given up", "[server]") {
  ServerOptions options = ServedSite::defaults();
  options.write_timeout = milliseconds(100);
  ServedSite site(options);
  RawClient client = site.connect();
  client.shrink_receive_buffer();
  std::string requests;
  for (int i = 0; i < 20; ++i) requests += get("/large/rss.xml");
  client.send(requests);
  // Not read until the server has let go: its counter of connections is free again for the next
  // one.
  RawClient other = site.connect();
  CHECK(other.ask(get("/rss.xml")).status == 200);
  const std::string cut = [&] {
    std::this_thread::yield();
    while (site.server->open_connections() > 1) std::this_thread::yield();
    return client.read_to_end();
  }();
  CHECK(cut.size() < 60'000'000);
}

TEST_CASE("A large answer arrives whole, however slowly it is taken", "[server]") {
  ServedSite site;
  RawClient client = site.connect();
  client.shrink_receive_buffer();
  client.send(get("/large/rss.xml") + get("/large/rss.xml", "Accept-Encoding: gzip\r\n") +
              get("/rss.xml"));
  CHECK(client.read().body == std::string(3'000'000, 'L'));
  CHECK(client.read().body == std::string(1'000'000, 'g'));
  CHECK(client.read().body.substr(0, 5) == "<rss>");
}

TEST_CASE("The last answer arrives whole, whatever is sent while it is taken", "[server]") {
  ServedSite site;
  MemoryDocument huge;  // more than the system keeps for a socket
  huge.identity.assign(20'000'000, 'H');
  const auto [target, body] = GENERATE_COPY(
      table<std::string, std::string>({{"/rss.xml", "<rss>" + std::string(3000, 'a') + "</rss>"},
                                       {"/large/rss.xml", std::string(3'000'000, 'L')},
                                       {"/huge/rss.xml", huge.identity}}));
  INFO(target);
  site.snapshots.put("huge", Format::rss, huge);
  RawClient client = site.connect();
  client.shrink_receive_buffer();
  site.snapshots.hold();
  client.send(get(target, "Connection: close\r\n"));
  site.snapshots.await_held();
  client.send(get("/rss.xml"));  // read by nobody
  site.snapshots.release();
  REQUIRE(client.read_some());
  client.send(get("/rss.xml"));
  CHECK(client.read().body == body);
  CHECK(client.is_closed());
}

TEST_CASE("An answer begun on an old snapshot ends on it", "[server]") {
  ServedSite site;
  RawClient client = site.connect();
  client.shrink_receive_buffer();
  client.send(get("/large/rss.xml"));
  RawClient other = site.connect();
  const RawResponse seen = other.ask(get("/large/rss.xml"));  // so the first has begun
  CHECK(seen.status == 200);
  MemoryDocument changed;
  changed.identity = std::string(100'000, 'N');
  site.snapshots.put("large", Format::rss, changed);
  CHECK(other.ask(get("/large/rss.xml")).body == changed.identity);
  CHECK(client.read().body == std::string(3'000'000, 'L'));
}

TEST_CASE("A peer that has finished sending still gets its answer", "[server]") {
  ServedSite site;
  RawClient client = site.connect();
  client.send(get("/rss.xml") + get("/atom.xml"));
  client.half_close();
  CHECK(client.read().status == 200);
  CHECK(client.read().status == 200);
  CHECK(client.is_closed());
}

TEST_CASE("A request cut off by the end of the connection is not answered", "[server][H-031]") {
  ServedSite site;
  RawClient client = site.connect();
  client.send("GET /rss.xml HTTP/1.1\r\nHost: a\r\n");
  client.half_close();
  CHECK(client.is_closed());
  CHECK(site.server->counters().requests == 0);
}

TEST_CASE("Peers that vanish in the middle of an answer harm nobody", "[server]") {
  ServedSite site;
  for (int i = 0; i < 50; ++i) {
    RawClient client = site.connect();
    client.shrink_receive_buffer();
    client.send(get("/large/rss.xml") + get("/large/rss.xml"));
    if (i % 2) client.read_some();
    client.reset();
  }
  RawClient client = site.connect();
  CHECK(client.ask(get("/rss.xml")).status == 200);
}

TEST_CASE("While something is made, other readers are served", "[server][threads]") {
  ServedSite site;
  RawClient ready = site.connect();
  CHECK(ready.ask(get("/rss.xml")).status == 200);
  site.snapshots.hold();
  RawClient waiting = site.connect();
  waiting.send(get("/atom.xml") + get("/rss.xml"));
  RawClient gone = site.connect();
  gone.send(get("/posts/%EC%B2%AB-%EC%98%A8%EC%BD%9C"));
  site.snapshots.await_held();
  gone.reset();
  CHECK(ready.ask(get("/rss.xml")).status == 200);
  CHECK(waiting.is_silent());
  site.snapshots.release();
  CHECK(waiting.read().body.substr(0, 6) == "<feed>");
  CHECK(waiting.read().body.substr(0, 5) == "<rss>");
}

TEST_CASE("Stopping lets a request in progress end, and closes the idle",
          "[server][drain][threads]") {
  ServedSite site;
  RawClient idle = site.connect();
  CHECK(idle.ask(get("/rss.xml")).status == 200);
  site.snapshots.hold();
  RawClient busy = site.connect();
  busy.send(get("/atom.xml"));
  site.snapshots.await_held();
  auto stopped = std::async(std::launch::async, [&] { site.server->stop(); });
  CHECK(idle.is_closed());
  site.snapshots.release();
  const RawResponse response = busy.read();
  CHECK(response.status == 200);
  CHECK(response.field("connection") == "close");
  CHECK(busy.is_closed());
  stopped.get();
  CHECK_THROWS(site.connect());
}

TEST_CASE("Stopping does not wait for more from a reader who has taken the answer on its way",
          "[server][drain][threads]") {
  ServerOptions options = ServedSite::defaults();
  options.drain_timeout = std::chrono::hours(1);
  ServedSite site(options);
  MemoryDocument huge;  // more than the system keeps for a socket
  huge.identity.assign(20'000'000, 'H');
  site.snapshots.put("huge", Format::rss, huge);
  RawClient slow = site.connect();
  slow.shrink_receive_buffer();
  const bool has_asked_again = GENERATE(false, true);
  slow.send(get("/huge/rss.xml"));
  REQUIRE(slow.read_some());  // so the answer is on its way
  RawClient other = site.connect();
  REQUIRE(other.ask(get("/rss.xml")).status == 200);
  auto stopped = std::async(std::launch::async, [&] { site.server->stop(); });
  CHECK(other.is_closed());  // so it stops
  if (has_asked_again) slow.send(get("/rss.xml"));
  CHECK(slow.read().body == huge.identity);
  if (has_asked_again) CHECK(slow.read().field("connection") == "close");
  CHECK(slow.is_closed());
  stopped.get();
}

TEST_CASE("Stopping does not wait for ever for a slow reader", "[server][drain][threads]") {
  ServerOptions options = ServedSite::defaults();
  options.drain_timeout = milliseconds(100);
  ServedSite site(options);
  RawClient slow = site.connect();
  slow.shrink_receive_buffer();
  slow.send(get("/large/rss.xml") + get("/large/rss.xml"));
  RawClient half = site.connect();
  half.send("GET /rss.xml HTTP/1.1\r\n");
  RawClient other = site.connect();
  CHECK(other.ask(get("/rss.xml")).status == 200);
  site.server->stop();
  CHECK(slow.read_to_end().size() < 6'000'000);
  site.server->stop();  // again is harmless
}

TEST_CASE("A port that somebody has is refused by name, be it a server of ours", "[server]") {
  ServedSite site;
  ServerOptions options = ServedSite::defaults();
  options.listen[0].port = site.server->port();
  const auto second = start_server(options, site.snapshots, site.clock, site.log);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().code == Errc::unavailable);
  CHECK(second.error().detail == "cannot listen on 127.0.0.1 port " +
                                     std::to_string(options.listen[0].port) +
                                     ": Address already in use");
  options.listen[0].address = "blog.example";
  CHECK(start_server(options, site.snapshots, site.clock, site.log).error().code == Errc::invalid);
}

TEST_CASE("A port is free again at once after a server has stopped", "[server]") {
  ServedSite site;
  RawClient client = site.connect();
  CHECK(client.ask(get("/rss.xml")).status == 200);
  ServerOptions options = ServedSite::defaults();
  options.listen[0].port = site.server->port();
  site.server->stop();
  CHECK(start_server(options, site.snapshots, site.clock, site.log).has_value());
}

TEST_CASE("Beyond max_connections the one that has been idle longest makes room", "[server]") {
  ServerOptions options = ServedSite::defaults();
  options.max_connections = 3;
  ServedSite site(options);
  RawClient first = site.connect(), second = site.connect(), third = site.connect();
  for (RawClient* client : {&first, &second, &third, &first})
    CHECK(client->ask(get("/rss.xml")).status == 200);
  RawClient fourth = site.connect();
  CHECK(fourth.ask(get("/rss.xml")).status == 200);
  CHECK(second.is_closed());
  RawClient fifth = site.connect();
  CHECK(fifth.ask(get("/rss.xml")).status == 200);
  CHECK(third.is_closed());
  for (RawClient* client : {&first, &fourth, &fifth})
    CHECK(client->ask(get("/rss.xml")).status == 200);
  CHECK(site.server->counters().refused_connections == 0);
  CHECK(site.server->counters().shed_connections == 2);
  CHECK(site.server->open_connections() == 3);
}

TEST_CASE("When max_connections are all busy, the next is closed at once", "[server][threads]") {
  ServerOptions options = ServedSite::defaults();
  options.max_connections = 2;
  options.threads = 1;  // which has read what came before the request that is held
  ServedSite site(options);
  RawClient before = site.connect();
  CHECK(before.ask(get("/rss.xml")).status == 200);
  before.send("GET /rss.xml HTTP/1.1\r\n");  // the rest is on its way
  site.snapshots.hold();
  RawClient making = site.connect();
  making.send(get("/atom.xml"));
  site.snapshots.await_held();
  RawClient third = site.connect();
  third.send(get("/rss.xml"));
  CHECK(third.is_closed());
  CHECK(site.server->counters().refused_connections == 1);
  before.send("Host: a\r\n\r\n");
  CHECK(before.read().status == 200);
  site.snapshots.release();
  CHECK(making.read().status == 200);
  CHECK(site.server->counters().shed_connections == 0);
  RawClient fourth = site.connect();
  CHECK(fourth.ask(get("/rss.xml")).status == 200);
}

TEST_CASE("Many idle connections are held, and closed on stop", "[server]") {
  ServedSite site;
  std::vector<RawClient> clients;
  for (int i = 0; i < 400; ++i) {
    clients.push_back(site.connect());
    REQUIRE(clients.back().ask(get("/rss.xml")).status == 200);
  }
  CHECK(site.server->counters().connections == 400);
  site.server->stop();
  for (RawClient& client : clients) REQUIRE(client.is_closed());
}

TEST_CASE("Out of descriptors, the server waits and then serves on", "[server]") {
  ServedSite site;
  RawClient before = site.connect();
  CHECK(before.ask(get("/rss.xml")).status == 200);
  std::vector<RawClient> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(site.connect());
  for (RawClient& client : clients) REQUIRE(client.ask(get("/rss.xml")).status == 200);
  // Clients that are connected already; then no descriptor is left for the server's side of the
  // next.
  rlimit old{};
  ::getrlimit(RLIMIT_NOFILE, &old);
  const int next = ::dup(0);
  ::close(next);
  rlimit low = old;
  low.rlim_cur = static_cast<rlim_t>(next) + 1;  // room for our end only
  ::setrlimit(RLIMIT_NOFILE, &low);
  RawClient waiting = site.connect();
  waiting.send(get("/atom.xml"));
  while (site.log.lines().empty()) std::this_thread::yield();
  CHECK(before.ask(get("/rss.xml")).status == 200);
  CHECK(waiting.is_silent());
  ::setrlimit(RLIMIT_NOFILE, &old);
  CHECK(waiting.read().status == 200);
  CHECK(site.log.lines() == std::vector<std::string>{"cannot accept connections"});
}

TEST_CASE("Counters add up over all threads", "[server][threads]") {
  ServerOptions options = ServedSite::defaults();
  options.threads = 4;
  ServedSite site(options);
  std::vector<std::thread> readers;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 8; ++t)
    readers.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        RawClient client = site.connect();
        if (client.ask(get("/rss.xml")).status != 200) ++wrong;
        if (client.ask(get("/rss.xml", "If-None-Match: *\r\n")).status != 304) ++wrong;
      }
    });
  for (std::thread& reader : readers) reader.join();
  CHECK(wrong == 0);
  site.server->stop();
  const ServerCounters counters = site.server->counters();
  CHECK(counters.connections == 160);
  CHECK(counters.requests == 320);
  CHECK(counters.not_modified == 160);
}

TEST_CASE("Readers on many threads see every change whole", "[server][threads]") {
  ServerOptions options = ServedSite::defaults();
  options.threads = 3;
  ServedSite site(options);
  std::atomic<bool> ends{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> readers;
  for (int t = 0; t < 4; ++t)
    readers.emplace_back([&] {
      RawClient client = site.connect();
      while (!ends) {
        const RawResponse response = client.ask(get("/rss.xml"));
        const bool is_whole = response.status == 200 && response.body.find_first_not_of(
                                                            response.body[0]) == std::string::npos;
        if (!is_whole && response.body.substr(0, 5) != "<rss>") ++wrong;
      }
    });
  for (int i = 0; i < 200; ++i) {
    MemoryDocument changed;
    changed.identity.assign(static_cast<std::size_t>(20'000 + i), static_cast<char>('A' + i % 26));
    site.snapshots.put("main", Format::rss, changed);
    RawClient client = site.connect();
    CHECK(client.ask(get("/rss.xml")).body == changed.identity);
  }
  ends = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(wrong == 0);
}

TEST_CASE("A reader that takes its answer a little at a time is given up in the end", "[server]") {
  ServerOptions options = ServedSite::defaults();
  options.write_timeout = milliseconds(300);
  options.min_write_rate = 1'000'000'000;  // so that the answer's size adds next to nothing
  ServedSite site(options);
  MemoryDocument huge;
  huge.identity.assign(60'000'000, 'H');
  site.snapshots.put("huge", Format::rss, huge);
  RawClient client = site.connect();
  client.shrink_receive_buffer();
  client.send(get("/huge/rss.xml"));
  RawClient other = site.connect();
  std::size_t taken = 0;
  do {
    for (int i = 0; i < 20; ++i) REQUIRE(other.ask(get("/style.css")).status == 200);
    if (client.read_some()) ++taken;
  } while (site.server->open_connections() > 1 && taken < 10'000);
  CHECK(client.read_to_end().size() < 60'000'000);
}

TEST_CASE("A reader has half a minute, and a second more for every 4096 bytes", "[server]") {
  const ServerOptions options;
  MemorySnapshots snapshots;
  FakeClock clock;
  CollectingLog log;
  boost::asio::thread_pool pool(1);
  PollBudget polls(options.polls);
  const TrustedProxies proxies;
  CurrentTls tls("", "");
  Shared shared{options, snapshots, clock, log, pool, polls, proxies, nullptr, tls};
  const Worker worker(shared, {});
  const std::uint64_t begun = 1;  // a tick that has begun already is given away
  CHECK(worker.end_of_writing(0) == 30 + begun);
  CHECK(worker.end_of_writing(100 * 4096) == 130 + begun);
}

TEST_CASE("An idle connection keeps no memory of a large request or answer", "[server]") {
  ServedSite site;
  std::vector<RawClient> clients;
  for (int i = 0; i < 100; ++i) clients.push_back(site.connect());
  const auto ask_all = [&](const std::string& fields) {
    for (RawClient& client : clients) REQUIRE(client.ask(get("/rss.xml", fields)).status == 200);
    return ::mallinfo2().uordblks;
  };
  const std::size_t before = ask_all("");
  const std::size_t after = ask_all("Cookie: " + std::string(15'000, 'c') + "\r\n");
  CHECK(after < before + 100 * 2'000);  // RawClient and the allocator keep a little
}

namespace {

// The worker's thread asks it once for each answer, and waits here until that is allowed.
class HeldClock final : public Clock {
 public:
  Timestamp now() const override {
    std::unique_lock lock(mutex_);
    const int mine = ++asked_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return allowed_ >= mine; });
    return from_unix_ms(1'795'424'709'000);
  }
  void await_asked(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return asked_ >= count; });
  }
  void allow(int count) {
    const std::lock_guard lock(mutex_);
    allowed_ = count;
    changed_.notify_all();
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  mutable int asked_ = 0;
  int allowed_ = 0;
};

}  // namespace

TEST_CASE("A connection accepted in the moment of stopping is closed with the others",
          "[server][drain][threads]") {
  ServerOptions options = ServedSite::defaults();
  options.drain_timeout = std::chrono::hours(1);
  MemorySnapshots snapshots;
  HeldClock clock;
  CollectingLog log;
  boost::asio::thread_pool pool(1);
  PollBudget polls(options.polls);
  const TrustedProxies proxies;
  CurrentTls tls("", "");
  Shared shared{options, snapshots, clock, log, pool, polls, proxies, nullptr, tls};
  TempDir folder;  // a Unix socket: on TCP a connection is not accepted before its first bytes
  const std::string path = (folder.path() / "http").string();
  options.listen[0].unix_path = path;
  Listeners listeners = listen_on(options.listen[0], 1).value();
  const std::vector<Listening> sockets{Listening{listeners.release(0), false}};
  Worker worker(shared, sockets);
  std::future<void> ended = std::async(std::launch::async, [&] { worker.run(); });
  // While the thread is in the middle of the first answer, these come, for it to find in one poll:
  // a request, and behind it two connections.
  RawClient second = RawClient::over_unix(path);
  RawClient first = RawClient::over_unix(path);
  first.send(get("/style.css"));
  clock.await_asked(1);
  second.send(get("/style.css"));
  RawClient silent = RawClient::over_unix(path), silent_too = RawClient::over_unix(path);
  clock.allow(1);
  // In the middle of the second answer it is told to stop. So it takes the one connection and, on
  // the way, the other, hears that it stops, and only then begins with the latter.
  clock.await_asked(2);
  worker.stop();
  clock.allow(2);
  CHECK(first.read().status == 200);
  CHECK(second.read().status == 200);
  CHECK(silent.is_closed());
  CHECK(silent_too.is_closed());
  CHECK(first.is_closed());
  CHECK(second.is_closed());
  ended.get();
  CHECK(shared.connections == 0);
}

TEST_CASE("A request that comes as its connection makes room is answered", "[server][threads]") {
  ServerOptions options = ServedSite::defaults();
  options.max_connections = 2;
  MemorySnapshots snapshots;
  HeldClock clock;
  CollectingLog log;
  boost::asio::thread_pool pool(1);
  PollBudget polls(options.polls);
  const TrustedProxies proxies;
  CurrentTls tls("", "");
  Shared shared{options, snapshots, clock, log, pool, polls, proxies, nullptr, tls};
  Listeners listeners = listen_on(options.listen[0], 1).value();
  const std::vector<Listening> sockets{Listening{listeners.release(0), false}};
  Worker worker(shared, sockets);
  std::future<void> ended = std::async(std::launch::async, [&] { worker.run(); });
  clock.allow(2);
  RawClient idle(listeners.port), busy(listeners.port);
  CHECK(idle.ask(get("/style.css")).status == 200);
  CHECK(busy.ask(get("/style.css")).status == 200);
  busy.send(get("/style.css"));
  clock.await_asked(3);
  // The thread is in the middle of that answer, and finds both of these behind it.
  RawClient next(listeners.port);
  next.send(get("/style.css"));
  idle.send(get("/style.css"));
  clock.allow(100);
  CHECK(busy.read().status == 200);
  CHECK(next.read().status == 200);
  CHECK(idle.read().status == 200);
  while (idle.is_silent() && busy.is_silent()) std::this_thread::yield();
  CHECK(idle.is_silent() != busy.is_silent());  // whichever was idle longest in that moment
  worker.stop();
  ended.get();
}

TEST_CASE("A deadline that passed while requests came is none of the next request", "[server]") {
  ServerOptions options = ServedSite::defaults();
  options.sweep_interval = milliseconds(1);
  options.idle_timeout = milliseconds(0);  // passes with the next tick
  MemorySnapshots snapshots;
  HeldClock clock;
  CollectingLog log;
  boost::asio::thread_pool pool(1);
  PollBudget polls(options.polls);
  const TrustedProxies proxies;
  CurrentTls tls("", "");
  Shared shared{options, snapshots, clock, log, pool, polls, proxies, nullptr, tls};
  Listeners listeners = listen_on(options.listen[0], 1).value();
  const std::vector<Listening> sockets{Listening{listeners.release(0), false}};
  Worker worker(shared, sockets);
  // All this is there before the thread begins, so it is never waited for.
  constexpr int count = 300;
  std::string requests;
  // So short that one read brings more than two fair shares of them, with a gap between.
  for (int i = 0; i < count; ++i) requests += "GET /%00 HTTP/1.1\r\nHost:a\r\n\r\n";
  RawClient client(listeners.port);
  client.send(requests + "GET /style.css HTTP/1.1\r\n");
  clock.allow(30);
  std::future<void> ended = std::async(std::launch::async, [&] { worker.run(); });
  clock.await_asked(31);
  // The next tick is due by the time the thread goes on, and finds this connection's time over.
  const auto due = std::chrono::steady_clock::now() + 3 * options.sweep_interval;
  while (std::chrono::steady_clock::now() < due) std::this_thread::yield();
  clock.allow(1000);
  for (int i = 0; i < count; ++i) REQUIRE(client.read().status == 400);
  client.half_close();
  CHECK(client.is_closed());  // without 408: a head has ten seconds
  worker.stop();
  ended.get();
}
