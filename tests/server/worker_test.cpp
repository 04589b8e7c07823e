// What a worker's thread does with what came while it was busy.
#include "worker.hpp"

#include <condition_variable>
#include <future>
#include <thread>

#include "catch.hpp"
#include "listen.hpp"
#include "served_site.hpp"
#include "temp_dir.hpp"

using namespace sosik;
using std::chrono::milliseconds;

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

struct HeldWorker {
  explicit HeldWorker(ServerOptions the_options) : options(std::move(the_options)) {}
  void start() {
    ended = std::async(std::launch::async, [this] { worker.run(); });
  }
  void end() {
    worker.stop();
    ended.get();
  }

  const ServerOptions options;
  MemorySnapshots snapshots;
  HeldClock clock;
  CollectingLog log;
  boost::asio::thread_pool pool{1};
  PollBudget polls{options.polls};
  const TrustedProxies proxies;
  CurrentTls tls{"", ""};
  Shared shared{options, snapshots, clock, log, pool, polls, proxies, nullptr, tls};
  Listeners listeners = listen_on(options.listen[0], 1).value();
  const std::vector<Listening> sockets{Listening{listeners.release(0), false}};
  Worker worker{shared, sockets};
  std::future<void> ended;
};

}  // namespace

TEST_CASE("A connection accepted in the moment of stopping is closed with the others",
          "[server][drain][threads]") {
  ServerOptions options = ServedSite::defaults();
  options.drain_timeout = std::chrono::hours(1);
  TempDir folder;  // a Unix socket: on TCP a connection is not accepted before its first bytes
  const std::string path = (folder.path() / "http").string();
  options.listen[0].unix_path = path;
  HeldWorker held(options);
  held.start();
  // While the thread is in the middle of the first answer, these come, for it to find in one poll:
  // a request, and behind it two connections.
  RawClient second = RawClient::over_unix(path);
  RawClient first = RawClient::over_unix(path);
  first.send(get("/style.css"));
  held.clock.await_asked(1);
  second.send(get("/style.css"));
  RawClient silent = RawClient::over_unix(path), silent_too = RawClient::over_unix(path);
  held.clock.allow(1);
  // In the middle of the second answer it is told to stop. So it takes the one connection and, on
  // the way, the other, hears that it stops, and only then begins with the latter.
  held.clock.await_asked(2);
  held.worker.stop();
  held.clock.allow(2);
  CHECK(first.read().status == 200);
  CHECK(second.read().status == 200);
  CHECK(silent.is_closed());
  CHECK(silent_too.is_closed());
  CHECK(first.is_closed());
  CHECK(second.is_closed());
  held.ended.get();
  CHECK(held.shared.connections == 0);
}

TEST_CASE("A request that comes as its connection makes room is answered", "[server][threads]") {
  ServerOptions options = ServedSite::defaults();
  options.max_connections = 2;
  HeldWorker held(options);
  held.start();
  held.clock.allow(2);
  RawClient idle(held.listeners.port), busy(held.listeners.port);
  CHECK(idle.ask(get("/style.css")).status == 200);
  CHECK(busy.ask(get("/style.css")).status == 200);
  busy.send(get("/style.css"));
  held.clock.await_asked(3);
  // The thread is in the middle of that answer, and finds both of these behind it.
  RawClient next(held.listeners.port);
  next.send(get("/style.css"));
  idle.send(get("/style.css"));
  held.clock.allow(100);
  CHECK(busy.read().status == 200);
  CHECK(next.read().status == 200);
  CHECK(idle.read().status == 200);
  while (idle.is_silent() && busy.is_silent()) std::this_thread::yield();
  CHECK(idle.is_silent() != busy.is_silent());  // whichever was idle longest in that moment
  held.end();
}

TEST_CASE("A deadline that passed while requests came is none of the next request", "[server]") {
  ServerOptions options = ServedSite::defaults();
  options.sweep_interval = milliseconds(1);
  options.idle_timeout = milliseconds(0);  // passes with the next tick
  HeldWorker held(options);
  // All this is there before the thread begins, so it is never waited for.
  constexpr int count = 300;
  std::string requests;
  // So short that one read brings more than two fair shares of them, with a gap between.
  for (int i = 0; i < count; ++i) requests += "GET /%00 HTTP/1.1\r\nHost:a\r\n\r\n";
  RawClient client(held.listeners.port);
  client.send(requests + "GET /style.css HTTP/1.1\r\n");
  held.clock.allow(30);
  held.start();
  held.clock.await_asked(31);
  // The next tick is due by the time the thread goes on, and finds this connection's time over.
  const auto due = std::chrono::steady_clock::now() + 3 * options.sweep_interval;
  while (std::chrono::steady_clock::now() < due) std::this_thread::yield();
  held.clock.allow(1000);
  for (int i = 0; i < count; ++i) REQUIRE(client.read().status == 400);
  client.half_close();
  CHECK(client.is_closed());  // without 408: a head has ten seconds
  held.end();
}

TEST_CASE("A reader has half a minute, and a second more for every 4096 bytes", "[server]") {
  ServerOptions options;  // of the program, not the tests': sweeps once a second
  options.listen[0].port = 0;
  const HeldWorker held(options);
  const std::uint64_t begun = 1;  // a tick that has begun already is given away
  CHECK(held.worker.end_of_writing(0) == 30 + begun);
  CHECK(held.worker.end_of_writing(100 * 4096) == 130 + begun);
}
