// The operator's listener over a socket: what it says, and what must not end it.
#include "sosik/admin/admin_server.hpp"

#include <stdexcept>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "collected_log.hpp"
#include "fake_clock.hpp"
#include "gate.hpp"
#include "raw_client.hpp"
#include "store_file.hpp"

using namespace sosik;

namespace {

struct Operator {
  StoreFile file;
  FakeClock clock;
  CollectedLog log;
  std::function<std::string()> trouble = [] { return std::string(); };
  std::function<std::string()> metrics = [] { return std::string("sosik_ready 1\n"); };
  std::chrono::milliseconds patience = std::chrono::minutes(1);
  std::unique_ptr<AdminServer> admin;

  void start() {
    AdminOptions options;
    options.port = 0;
    options.readyz_patience = options.metrics_patience = patience;
    admin = start_admin_server(options, {trouble, metrics}, api(), log).value();
  }
  ApiContext api() {
    ApiContext context;
    context.open_store = [this] { return open_store(file.url()); };
    context.site = [](SiteId) { return Site(); };
    context.clock = &clock;
    return context;
  }
  RawClient connect() const { return RawClient(admin->port()); }
};

std::string request(const std::string& line, const std::string& rest = "\r\n") {
  return line + " HTTP/1.1\r\nHost: localhost\r\n" + rest;
}

}  // namespace

TEST_CASE("The process says that it is alive", "[admin]") {
  Operator site;
  site.start();
  RawClient client = site.connect();
  const RawResponse response = client.ask(request("GET /healthz"));
  CHECK(response.status == 200);
  CHECK(response.body == "alive\n");
  CHECK(response.field("cache-control") == "no-store");
  CHECK(client.ask(request("GET /nothing")).status == 404);
  CHECK(client.ask(request("GET /healthz")).status == 200);
}

TEST_CASE("Metrics are told in Prometheus' words", "[admin]") {
  Operator site;
  site.start();
  RawClient client = site.connect();
  const RawResponse response = client.ask(request("GET /metrics"));
  CHECK(response.status == 200);
  CHECK(response.field("content-type") == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(response.body == "sosik_ready 1\n");
}

TEST_CASE("Readiness is asked for each time, and its trouble told", "[admin]") {
  Operator site;
  std::atomic<bool> is_ready{true};
  site.trouble = [&] { return std::string(is_ready ? "" : "the store does not answer"); };
  site.start();
  RawClient client = site.connect();
  CHECK(client.ask(request("GET /readyz")).status == 200);
  is_ready = false;
  const RawResponse response = client.ask(request("GET /readyz"));
  CHECK(response.status == 503);
  CHECK(response.body == "the store does not answer\n");
  is_ready = true;
  CHECK(client.ask(request("GET /readyz")).body == "ready\n");
}

TEST_CASE("A store that does not answer holds up nobody, and has a bound", "[admin][threads]") {
  Gate gate;
  Operator site;
  std::atomic<int> asked{0};
  site.trouble = [&] {
    ++asked;
    gate.pass();
    return std::string();
  };
  site.patience = std::chrono::milliseconds(20);
  site.start();
  RawClient client = site.connect();
  gate.close();
  for (int i = 0; i < 3; ++i) {  // and who comes meanwhile asks nothing more of it
    const RawResponse response = client.ask(request("GET /readyz"));
    CHECK(response.status == 503);
    CHECK(response.body ==
          "no answer for 20 ms: the disk is slow, or another program holds it locked\n");
  }
  CHECK(client.ask(request("GET /metrics")).status == 503);  // it waits for its turn
  CHECK(client.ask(request("GET /healthz")).body == "alive\n");
  CHECK(client.ask(request("GET /nothing")).status == 404);
  CHECK(asked == 1);
  gate.open();
  while (client.ask(request("GET /readyz")).status != 200) {
  }
  while (client.ask(request("GET /metrics")).status != 200) {
  }
}

TEST_CASE("A probe that waits hears the answer when it comes", "[admin][threads]") {
  Gate gate;
  Operator site;
  site.trouble = [&] {
    gate.pass();
    return std::string("the store is slow");
  };
  site.start();
  gate.close();
  RawClient first = site.connect(), second = site.connect(), other = site.connect();
  first.send(request("GET /readyz"));
  gate.await_arrival();
  second.send(request("GET /readyz"));
  CHECK(other.ask(request("GET /healthz")).status == 200);
  gate.open();
  CHECK(first.read().body == "the store is slow\n");
  CHECK(second.read().body == "the store is slow\n");
}

TEST_CASE("HEAD gets the length and no body", "[admin]") {
  Operator site;
  site.start();
  RawClient client = site.connect();
  const RawResponse response = client.ask(request("HEAD /healthz"), false);
  CHECK(response.status == 200);
  CHECK(response.field("content-length") == "6");
  CHECK(client.ask(request("GET /healthz")).body == "alive\n");
}

TEST_CASE("Other methods are 405; one with a body ends the connection", "[admin]") {
  Operator site;
  site.start();
  RawClient client = site.connect();
  CHECK(client.ask(request("DELETE /healthz")).status == 405);
  const std::string rest = GENERATE(as<std::string>{}, "Content-Length: 5\r\n\r\nhello",
                                    "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                                    "Content-Length: 50000\r\n\r\nthe beginning");
  INFO(rest);
  const RawResponse response = client.ask(request("POST /healthz", rest));
  CHECK(response.status == 405);
  CHECK(response.field("allow") == "GET, HEAD");
  CHECK(response.field("connection") == "close");
  client.half_close();
  CHECK(client.is_closed());
}

TEST_CASE("A GET with a body is answered, and the connection ends", "[admin]") {
  Operator site;
  site.start();
  RawClient client = site.connect();
  const RawResponse response =
      client.ask(request("GET /healthz", "Content-Length: 5\r\n\r\nhello"));
  CHECK(response.status == 200);
  CHECK(response.field("connection") == "close");
}

TEST_CASE("A check that throws is trouble, and the next one is asked again", "[admin]") {
  Operator site;
  std::atomic<bool> throws{true};
  site.trouble = [&]() -> std::string {
    if (throws) throw std::runtime_error("password=secret");
    return {};
  };
  site.start();
  RawClient client = site.connect();
  const RawResponse response = client.ask(request("GET /readyz"));
  CHECK(response.status == 503);
  CHECK(response.body.find("secret") == std::string::npos);
  site.log.await("password=secret");
  throws = false;
  CHECK(client.ask(request("GET /readyz")).status == 200);
}

TEST_CASE(
    "The operator's listener holds 64 connections, and closes the longest silent for the next",
    "[admin]") {
  Operator site;
  site.start();
  std::vector<RawClient> clients;
  for (int i = 0; i < 64; ++i) clients.push_back(site.connect());
  // The silent, a head that never ends, and what is refused and stays to hear it all: nobody keeps
  // the door.
  CHECK(clients[63].ask(request("GET /healthz")).status == 200);  // so all have been accepted
  clients[0].send("GET /healthz HTTP/1.1\r\n");
  CHECK(clients[2].ask(request("POST /healthz", "Content-Length: 9\r\n\r\n")).status == 405);
  CHECK(clients[1].ask(request("GET /healthz")).status == 200);
  for (int i = 0; i < 63; ++i) {
    RawClient probe = site.connect();
    CHECK(probe.ask(request("GET /healthz")).body == "alive\n");
    clients.push_back(std::move(probe));
  }
  CHECK(clients[1].ask(request("GET /healthz")).status == 200);
  CHECK(clients[0].is_closed());
  for (std::size_t i = 2; i < 64; ++i) CHECK(clients[i].is_closed());
}

TEST_CASE("A query changes nothing", "[admin]") {
  Operator site;
  site.start();
  RawClient client = site.connect();
  CHECK(client.ask(request("GET /healthz?t=1")).body == "alive\n");
  CHECK(client.ask(request("GET /readyz?")).body == "ready\n");
  CHECK(client.ask(request("GET /metrics?name[]=a")).body == "sosik_ready 1\n");
  CHECK(client.ask(request("GET /metric?s")).status == 404);
}

TEST_CASE("Metrics that cannot be told are 500, not an empty page of them", "[admin]") {
  Operator site;
  site.metrics = []() -> std::string { throw std::runtime_error("password=secret"); };
  site.start();
  RawClient client = site.connect();
  const RawResponse response = client.ask(request("GET /metrics"));
  CHECK(response.status == 500);
  CHECK(response.field("content-type") == "text/plain; charset=utf-8");
  CHECK(response.body == "the question itself failed; the log says why\n");
  CHECK(client.ask(request("GET /healthz")).status == 200);
}

TEST_CASE("What is not HTTP ends its own connection only", "[admin]") {
  Operator site;
  site.start();
  RawClient client = site.connect();
  CHECK(client.ask("\x16\x03\x01 nonsense\r\n\r\n").status == 400);
  client.half_close();
  CHECK(client.is_closed());
  RawClient other = site.connect();
  CHECK(other.ask(request("GET /healthz")).status == 200);
}

TEST_CASE("A port that somebody has is refused by name", "[admin]") {
  Operator site;
  site.start();
  AdminOptions options;
  options.port = site.admin->port();
  const auto second =
      start_admin_server(options, {site.trouble, site.metrics}, site.api(), site.log);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().code == Errc::unavailable);
  CHECK(second.error().detail == "cannot listen on 127.0.0.1:" + std::to_string(options.port) +
                                     " for the operator: Address already in use");
  options.address = "localhost";
  CHECK(start_admin_server(options, {site.trouble, site.metrics}, site.api(), site.log)
            .error()
            .code == Errc::invalid);
}
