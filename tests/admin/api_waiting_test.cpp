// Who waits at the admin API, for what, and who does not have to.
#include "api_server.hpp"

using namespace sosik;

TEST_CASE("Probes are answered while a call runs", "[admin][api][threads]") {
  ApiServer site;
  site.gate.close();
  RawClient slow = site.connect();
  slow.send(with_body("POST /api/v1/endpoints", "boss",
                      R"({"url": "https://a.example/", "headers": {"X-A": "b"}})"));
  site.gate.await_arrival();
  RawClient probe = site.connect();
  CHECK(probe.ask("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").body == "alive\n");
  CHECK(probe.ask(head("GET " + posts, "reader")).status == 200);  // and who reads
  std::vector<RawClient> writers;  // they wait for the one before, and then for no other
  for (int i = 0; i < 10; ++i) {
    writers.push_back(site.connect());
    writers.back().send(with_body("PUT " + posts + "/" + std::to_string(i), "writer",
                                  i == 5 ? R"({"a": 1})" : "{}"));
  }
  site.gate.open();
  CHECK(slow.read().status == 201);
  for (int i = 0; i < 10; ++i) CHECK(writers[i].read().status == (i == 5 ? 422 : 201));
  CHECK(site.writes == 9);
}

TEST_CASE("Who waits for events is answered when there are some", "[admin][api][threads]") {
  ApiServer site;
  RawClient waits = site.connect(), other = site.connect();
  waits.send(head("GET /api/v1/events?after=0&wait=60", "reader"));
  // Wakes without news, too: the call goes on waiting.
  CHECK(other.ask(head("GET /api/v1/events", "reader")).status == 200);
  site.server->wake();
  CHECK(other.ask(head("GET /api/v1/events", "reader")).status == 200);
  CHECK(waits.is_silent());
  record_event(*site.store, 1);
  site.server->wake();
  const auto answer = nlohmann::json::parse(waits.read().body);
  CHECK(answer["next"] == 1);
  CHECK(answer["events"].size() == 1);
  CHECK(waits.ask(head("GET /api/v1/events?after=0&wait=60", "reader")).status == 200);  // at once
}

TEST_CASE("A wait that nothing ends has an end, and none holds up the stop",
          "[admin][api][threads]") {
  ApiServer site;
  RawClient waits = site.connect(), stays = site.connect();
  stays.send(head("GET /api/v1/events?wait=60", "reader"));
  const auto answer =
      nlohmann::json::parse(waits.ask(head("GET /api/v1/events?wait=1", "reader")).body);
  CHECK(answer["events"].empty());
  CHECK(answer["next"] == 0);
  site.server.reset();
  CHECK(stays.is_closed());
}

TEST_CASE("Who goes is waited for no longer", "[admin][api][threads]") {
  ApiServer site;
  RawClient goes = site.connect(), sends = site.connect();
  goes.send(head("GET /api/v1/events?wait=60", "reader"));
  goes.half_close();
  const auto answer = goes.read();
  CHECK(answer.status == 200);
  CHECK(nlohmann::json::parse(answer.body)["events"].empty());
  CHECK(goes.is_closed());

  // Who sends the next request meanwhile has not gone, and is answered in turn.
  sends.send(head("GET /api/v1/events?wait=60", "reader"));
  sends.send(head("GET " + posts, "reader"));
  RawClient other = site.connect();
  CHECK(other.ask(head("GET /api/v1/events", "reader")).status == 200);
  CHECK(sends.is_silent());
  record_event(*site.store, 1);
  site.server->wake();
  CHECK(nlohmann::json::parse(sends.read().body)["next"] == 1);
  CHECK(nlohmann::json::parse(sends.read().body)["posts"].empty());
}
