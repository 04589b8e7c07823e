// A connection's life: deadlines, broken peers, large and slow answers, what it keeps of them.
#include <malloc.h>

#include <thread>

#include "catch.hpp"
#include "served_site.hpp"

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
