// Ports, connections and descriptors: what happens when there are no more of them.
#include <sys/resource.h>

#include <cerrno>
#include <cstdlib>
#include <thread>

#include "catch.hpp"
#include "served_site.hpp"

using namespace sosik;
using std::chrono::milliseconds;

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
