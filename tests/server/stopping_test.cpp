// Stopping: what is on its way ends, what idles is closed, nobody is waited for for ever.
#include <future>
#include <thread>

#include "catch.hpp"
#include "served_site.hpp"

using namespace sosik;
using std::chrono::milliseconds;

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
