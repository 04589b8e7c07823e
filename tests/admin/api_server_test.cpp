// The admin API over sockets: who may, what is read of a body and when, how answers are framed, and
// that probes are answered meanwhile.
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "collected_log.hpp"
#include "fake_clock.hpp"
#include "raw_client.hpp"
#include "sosik/admin/admin_server.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/store/syndication_store.hpp"
#include "store_file.hpp"

using namespace sosik;

namespace {

// A door that handlers stand before until it is opened.
class Gate {
 public:
  void close() { set(false); }
  void open() { set(true); }
  void pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return is_open_; });
  }
  void await_arrival() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_ > 0; });
  }

 private:
  void set(bool is_open) {
    std::lock_guard lock(mutex_);
    is_open_ = is_open;
    arrived_ = 0;
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_open_ = true;
  int arrived_ = 0;
};

struct ApiServer {
  StoreFile file;
  std::unique_ptr<Store> store = file.open();
  FakeClock clock;
  CollectedLog log;
  Gate gate;  // whoever makes an endpoint with a header stands before it
  std::atomic<int> writes{0};
  std::atomic<bool> is_store_gone{false}, is_store_mad{false};
  std::unique_ptr<AdminServer> server;

  explicit ApiServer(const std::string& hook_key = "") {
    add_token("reader", TokenScope::read);
    add_token("writer", TokenScope::publish);
    add_token("boss", TokenScope::admin);
    ApiContext context;
    context.open_store = [this]() -> Result<std::unique_ptr<Store>> {
      if (is_store_gone) return unavailable("store '/secret/path': gone");
      if (is_store_mad) throw 7;
      return open_store(file.url());
    };
    context.site = [] {
      Site site;
      site.public_url = "https://blog.example";
      return site;
    };
    context.clock = &clock;
    context.allowed_ports = {443};
    context.hook_key = hook_key;
    context.check_header = [this](std::string_view, std::string_view) {
      gate.pass();
      return Result<void>();
    };
    context.posts_written = [this] { ++writes; };
    context.endpoint_secret = [](const Endpoint&) { return std::string("whsec_x"); };
    AdminOptions options;
    options.port = 0;
    AdminSources sources{[] { return std::string(); }, [] { return std::string("x 1\n"); }};
    server = start_admin_server(options, sources, context, log).value();
  }

  void add_token(const std::string& name, TokenScope scope, std::optional<Timestamp> end = {}) {
    Token token;
    token.name = name;
    token.hash = sha256_hex("sosik_" + name);
    token.scope = scope;
    token.expires_at = end;
    REQUIRE(store->add_token(token).has_value());
  }
  RawClient connect() const { return RawClient(server->port()); }
};

// The head of a call by the holder of `token`; empty: nobody.
std::string head(const std::string& line, const std::string& token, const std::string& rest = "") {
  return line + " HTTP/1.1\r\nHost: localhost\r\n" +
         (token.empty() ? "" : "Authorization: Bearer sosik_" + token + "\r\n") + rest + "\r\n";
}
std::string with_body(const std::string& line, const std::string& token, const std::string& body,
                      const std::string& rest = "") {
  return head(line, token,
              "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                  "\r\n" + rest) +
         body;
}

nlohmann::json problem_in(const RawResponse& response) {
  CHECK(response.field("content-type") == "application/problem+json");
  auto problem = nlohmann::json::parse(response.body);
  CHECK(problem["status"] == response.status);
  CHECK(problem["instance"] == "urn:uuid:" + response.field("x-request-id"));
  return problem;
}

void record_event(Store& store, std::int64_t number) {
  auto& syndication = store.syndication();
  const auto done = syndication.transact([&]() -> Result<void> {
    Event event;
    event.event_id = "evt_" + std::to_string(number);
    event.number = number;
    event.subject = "글";
    event.data = "{}";
    return syndication.add_event(event, "");
  });
  REQUIRE(done.has_value());
}

const std::string posts = "/api/v1/posts";

}  // namespace

TEST_CASE("Without a token that is known nothing is told", "[admin][api][threads]") {
  ApiServer site;
  site.add_token("old", TokenScope::admin, site.clock.now());
  auto [authorization, words] = GENERATE(table<std::string, std::string>({
      {"", "say Authorization: Bearer and a token"},
      {"Authorization: Basic c29zaWs=\r\n", "say Authorization: Bearer and a token"},
      {"Authorization: Bearer \r\n", "say Authorization: Bearer and a token"},
      {"Authorization: Bearer sosik_nobody\r\n", "there is no such token"},
      {"Authorization: Bearer sosik_old\r\n", "the token 'old' has expired"},
      {"Authorization: Bearer sosik_boss\r\nAuthorization: Bearer sosik_boss\r\n",
       "there is no such token"},
  }));
  INFO(authorization);
  const std::string target = GENERATE(as<std::string>{}, posts, "/api/v1/nothing", "/api/v1");
  RawClient client = site.connect();
  const auto response = client.ask(head("GET " + target, "", authorization));
  CHECK(response.status == 401);
  CHECK(response.field("www-authenticate").starts_with("Bearer realm=\"sosik\""));
  CHECK(problem_in(response)["detail"] == words);
  site.log.await("warn an API call was refused");
  CHECK(site.log.text().find("sosik_") == std::string::npos);
}

TEST_CASE("A token opens what its scope includes, until it is taken away",
          "[admin][api][threads]") {
  ApiServer site;
  RawClient client = site.connect();
  CHECK(client.ask(head("GET " + posts, "reader")).status == 200);
  const auto refused = client.ask(head("DELETE " + posts + "/a", "reader"));
  CHECK(refused.status == 403);
  CHECK(refused.field("www-authenticate").find("scope=\"publish\"") != std::string::npos);
  CHECK(client.ask(head("DELETE " + posts + "/a", "writer")).status == 404);
  CHECK(client.ask(head("GET /api/v1/endpoints", "writer")).status == 403);
  CHECK(client.ask(head("GET /api/v1/endpoints", "boss")).status == 200);
  CHECK(client
            .ask("GET " + posts +
                 " HTTP/1.1\r\nHost: x\r\nauthorization: bEARER sosik_reader\r\n\r\n")
            .status == 200);
  REQUIRE(site.store->delete_token(1, "reader").has_value());
  CHECK(client.ask(head("GET " + posts, "reader")).status == 401);
}

TEST_CASE("A token whose scope is damaged in the store opens nothing", "[admin][api][threads]") {
  ApiServer site;
  const int scope = GENERATE(-1, 3, 1 << 30);
  INFO(scope);
  CHECK(to_string(static_cast<TokenScope>(scope)) == "unknown");
  site.add_token("odd", static_cast<TokenScope>(scope));
  RawClient client = site.connect();
  const auto response = client.ask(head("GET " + posts, "odd"));
  CHECK(response.status == 401);
  CHECK(problem_in(response)["detail"] ==
        "the token 'odd' has no scope that is known; make it anew");
}

TEST_CASE("HEAD is GET without the body", "[admin][api][threads]") {
  ApiServer site;
  RawClient client = site.connect();
  const auto got = client.ask(head("GET " + posts, "reader"));
  const auto same = client.ask(head("HEAD " + posts, "reader"), false);
  CHECK(same.status == 200);
  CHECK(same.field("content-length") == std::to_string(got.body.size()));
  CHECK(got.field("cache-control") == "no-store");
  CHECK(client.ask(head("GET " + posts, "reader")).body == got.body);
}

TEST_CASE("What the head refuses is refused before the body is read", "[admin][api][threads]") {
  ApiServer site;
  auto [line, token, rest, status] = GENERATE(table<std::string, std::string, std::string, int>({
      {"PUT /api/v1/posts/a", "", "Content-Length: 5\r\n", 401},
      {"PUT /api/v1/posts/a", "reader", "Content-Length: 5\r\n", 403},
      {"PATCH /api/v1/posts/a", "writer", "Content-Length: 5\r\n", 405},
      {"POST /api/v1/nothing", "writer", "Content-Length: 5\r\n", 404},
      {"PUT /api/v1/posts/a", "writer", "Content-Length: 33554433\r\n", 413},
      {"POST /api/v1/endpoints", "boss", "Content-Length: 65537\r\n", 413},
      {"PUT /api/v1/posts/a", "writer", "Content-Length: 5\r\nContent-Encoding: gzip\r\n", 415},
      {"PUT /api/v1/posts/a", "writer",
       "Content-Length: 5\r\nContent-Type: application/json; charset=euc-kr\r\n", 415},
      {"PUT /api/v1/posts/a", "writer", "Content-Length: 5\r\nAccept: text/html\r\n", 406},
      {"PUT /api/v1/posts/a", "writer", "Content-Length: 5\r\nExpect: 200-ok\r\n", 417},
      {"PUT /api/v1/posts/%FF", "writer", "Content-Length: 5\r\n", 400},
      {"PUT /api/v1/posts/a?q=%FF", "writer", "Content-Length: 5\r\n", 400},
      {"GET /api/v1/posts", "reader", "Content-Length: 5\r\n", 400},
  }));
  INFO(line << " " << rest);
  RawClient client = site.connect();
  const auto response = client.ask(head(line, token, rest));
  CHECK(response.status == status);
  CHECK(response.field("connection") == "close");
  if (status == 405) CHECK(response.field("allow") == "GET, HEAD, PUT, DELETE");
  client.half_close();
  CHECK(client.is_closed());
}

TEST_CASE("Accept is understood", "[admin][api][threads]") {
  ApiServer site;
  RawClient client = site.connect();
  auto [accept, status] = GENERATE(table<std::string, int>({
      {"*/*", 200},
      {"application/json", 200},
      {"text/html, application/*;q=0.1", 200},
      {"application/json;q=0, */*", 406},
      {"application/json;q=0.000", 406},
      {"application/json;q=0.001", 200},
      {"application/openapi+json", 406},
      {"application/xml", 406},
      {"", 200},
  }));
  INFO(accept);
  CHECK(client.ask(head("GET " + posts, "reader", "Accept: " + accept + "\r\n")).status == status);
}

TEST_CASE("The API's description is JSON, or OpenAPI to who prefers that",
          "[admin][api][threads]") {
  ApiServer site;
  RawClient client = site.connect();
  const std::string json = "application/json", openapi = "application/openapi+json";
  auto [accept, type] = GENERATE_COPY(table<std::string, std::string>({
      {"", json},
      {"*/*", json},
      {json, json},
      {openapi, openapi},
      {openapi + ", " + json, json},
      {openapi + ", " + json + ";q=0.9", openapi},
      {openapi + ", */*;q=0.1", openapi},
      {json + ";q=0, application/*", openapi},
      {"text/html", ""},
      {"application/vnd.oai.openapi", ""},
  }));
  INFO(accept);
  const auto response =
      client.ask(head("GET /api/v1/openapi.json", "reader", "Accept: " + accept + "\r\n"));
  CHECK(response.status == (type.empty() ? 406 : 200));
  if (!type.empty()) CHECK(response.field("content-type") == type);
}

TEST_CASE("A body comes by length, in chunks, or after 100 Continue", "[admin][api][threads]") {
  ApiServer site;
  RawClient client = site.connect();
  const std::string line = "PUT " + posts + "/%EA%B0%80";
  CHECK(client.ask(with_body(line, "writer", R"({"title": "하나"})")).status == 201);
  CHECK(client
            .ask(head(line, "writer",
                      "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n") +
                 "8\r\n{\"title\"\r\na\r\n: \"이\"}  \r\n0\r\nHost: evil\r\n\r\n")
            .status == 200);
  CHECK(site.store->read_post(1, "가").value().title == "이");

  const std::string body = R"({"title": "셋"})";
  const auto go_on =
      client.ask(head(line, "writer",
                      "Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: " +
                          std::to_string(body.size()) + "\r\n"));
  CHECK(go_on.status == 100);
  CHECK(client.ask(body).status == 200);
  CHECK(site.store->read_post(1, "가").value().title == "셋");
}

TEST_CASE("A client that asks before it sends is refused before it sends",
          "[admin][api][threads]") {
  ApiServer site;
  RawClient client = site.connect();
  CHECK(client
            .ask(head("PUT " + posts + "/a", "nobody",
                      "Expect: 100-continue\r\nContent-Length: 30000000\r\n"))
            .status == 401);
}

TEST_CASE("A chunked body may be as long as one with a length, and no longer",
          "[admin][api][threads]") {
  ApiServer site;
  RawClient client = site.connect();
  client.send(head("POST /api/v1/endpoints", "boss",
                   "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n") +
              "8000\r\n" + std::string(0x8000, ' ') + "\r\n8001\r\n" + std::string(0x8001, ' '));
  CHECK(client.read().status == 413);
}

TEST_CASE("Two requests are never taken for others than they are [H-001] [H-040] [H-042] [H-047]",
          "[admin][api][threads]") {
  ApiServer site;
  const std::string fields =
      GENERATE(as<std::string>{}, "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
               "Content-Length: 5\r\nContent-Length: 5\r\n", "Content-Length: 5, 5\r\n",
               "Content-Length: 5\r\nContent-Length: 6\r\n", "Transfer-Encoding: gzip\r\n",
               "Transfer-Encoding: identity\r\n", "Transfer-Encoding: chunked, gzip\r\n",
               "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: xchunked\r\n",
               "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
               "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n", "Host: other\r\n",
               "X-A: b\r\n folded\r\n", "Content-Length: +5\r\n", "X-A : b\r\n");
  INFO(fields);
  RawClient client = site.connect();
  const auto response =
      client.ask(head("POST " + posts, "writer", fields) + "0\r\n\r\nDELETE " + posts +
                 "/a HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sosik_boss\r\n\r\n");
  CHECK(response.status == 400);
  CHECK(response.field("connection") == "close");
  client.half_close();
  CHECK(client.is_closed());
}

TEST_CASE("A request line that is none is refused [H-042] [H-044]", "[admin][api][threads]") {
  ApiServer site;
  auto [request, status] = GENERATE(table<std::string, int>({
      {"POST /api/v1/posts HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       400},
      {"GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n", 417},
      {"GET /api/v1/posts HTTP/1.1\r\n\r\n", 400},
      {"GET /api/v1/posts HTTP/1.1\r\nHost: \r\n\r\n", 400},
      {"GET /api/v1/\xEA\xB0\x80 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET api/v1/posts HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET /api/v1/posts#a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET /api/v1/posts HTTP/3.0\r\nHost: x\r\n\r\n", 505},
      {"GET /" + std::string(17000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 431},
  }));
  INFO(request.substr(0, 60));
  RawClient client = site.connect();
  const auto response = client.ask(request);
  CHECK(response.status == status);
  CHECK(response.field("connection") == "close");
  const std::string title = problem_in(response)["title"];
  CHECK(response.head.find(std::to_string(status) + " " + title.substr(0, 3)) != std::string::npos);
  site.log.await("a request was refused by its head id=" + response.field("x-request-id"));
}

TEST_CASE("An empty line before a request is passed over [H-045]", "[admin][api][threads]") {
  ApiServer site;
  RawClient client = site.connect();
  CHECK(client.ask("\r\n" + head("GET " + posts, "reader")).status == 200);
}

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

TEST_CASE("A store that is gone is 503 without its path, and found again",
          "[admin][api][threads]") {
  ApiServer site;
  site.is_store_gone = true;
  RawClient client = site.connect();
  const auto response = client.ask(head("GET " + posts, "reader"));
  CHECK(response.status == 503);
  CHECK(problem_in(response)["detail"].get<std::string>().find("/secret") == std::string::npos);
  site.log.await("why=store '/secret/path': gone");
  site.is_store_gone = false;
  CHECK(client.ask(head("GET " + posts, "reader")).status == 200);
}

TEST_CASE("A call that ends in what nobody expects is a 500, and the next one goes on",
          "[admin][api][threads]") {
  ApiServer site;
  RawClient client = site.connect();
  CHECK(client.ask(head("GET " + posts, "reader")).status == 200);  // its store stays open
  site.is_store_mad = true;
  const auto response = client.ask(with_body("PUT " + posts + "/a", "writer", "{}"));
  CHECK(response.status == 500);
  CHECK(problem_in(response)["detail"] == "the call failed; the log says why");
  site.log.await("why=something was thrown that is no exception");
  site.is_store_mad = false;
  CHECK(client.ask(with_body("PUT " + posts + "/a", "writer", "{}")).status == 201);
}

TEST_CASE("A hook may be signed instead, within five minutes [N-151] [N-152]",
          "[admin][api][hook][threads]") {
  const std::string key(32, 'k');
  ApiServer site(key);
  const std::string body = R"({"id": 1, "title": "서명한 글"})";
  const auto sign = [&](std::int64_t seconds, const std::string& signed_body) {
    const auto stamp = std::to_string(seconds);
    return "webhook-id: msg_1\r\nwebhook-timestamp: " + stamp + "\r\nwebhook-signature: v1,x v1," +
           base64(hmac_sha256(key, "msg_1." + stamp + "." + signed_body)) + "\r\n";
  };
  const auto now = to_unix_seconds(site.clock.now());
  const std::string line = "POST /api/v1/hooks/generic";
  RawClient client = site.connect();
  CHECK(client.ask(with_body(line, "", body, sign(now, body))).status == 201);
  CHECK(client.ask(with_body(line, "", body, sign(now - 300, body))).status == 200);  // again
  CHECK(client.ask(with_body(line, "", body, sign(now, body + " "))).status == 401);
  for (const std::int64_t seconds :
       {now - 301, now + 301, std::int64_t{-1}, INT64_MIN, INT64_MAX}) {
    INFO(seconds);
    RawClient other = site.connect();
    CHECK(other.ask(with_body(line, "", body, sign(seconds, body))).status == 401);
  }
  RawClient other = site.connect();
  CHECK(other.ask(with_body("POST " + posts, "", body, sign(now, body))).status == 401);
  RawClient third = site.connect();
  CHECK(third.ask(with_body(line, "", std::string(1024 * 1024 + 1, ' '), sign(now, ""))).status ==
        413);
  RawClient fourth = site.connect();
  CHECK(fourth.ask(with_body(line, "writer", body, sign(now, "other"))).status == 200);  // a token
}

TEST_CASE("A signed message that is sent again changes nothing, whoever sends it",
          "[admin][api][hook][threads]") {
  const std::string key(32, 'k');
  ApiServer site(key);
  RawClient client = site.connect();
  const auto send = [&](const std::string& id, const std::string& body) {
    const auto stamp = std::to_string(to_unix_seconds(site.clock.now()));
    const auto signed_text = id + "." + stamp + "." + body;
    return client.ask(with_body("POST /api/v1/hooks/generic", "", body,
                                "webhook-id: " + id + "\r\nwebhook-timestamp: " + stamp +
                                    "\r\nwebhook-signature: v1," +
                                    base64(hmac_sha256(key, signed_text)) + "\r\n"));
  };
  const auto title = [&] { return site.store->read_post(1, "hook:1").value().title; };
  const auto unchanged = nlohmann::json({{"post_id", "hook:1"}, {"outcome", "unchanged"}});
  const std::string first = R"({"id": 1, "title": "처음"})",
                    second = R"({"id": 1, "title": "고침"})";
  const std::string deletion = R"({"event": "post.deleted", "data": {"id": 1}})";
  CHECK(send("a", first).status == 201);
  CHECK(send("b", second).status == 200);
  const auto again = send("a", first);
  CHECK(again.status == 200);
  CHECK(nlohmann::json::parse(again.body) == unchanged);
  CHECK(title() == "고침");
  CHECK(send("c", deletion).status == 200);
  CHECK(send("b", second).status == 200);
  CHECK_FALSE(site.store->read_post(1, "hook:1").has_value());

  CHECK(send("d", R"({"id": 1})").status == 422);  // came to nothing: may be mended and sent again
  CHECK(send("d", first).status == 201);
  site.clock.advance(std::chrono::minutes(12));
  CHECK(send("a", second).status == 200);  // its first timestamp is no good any more
  CHECK(title() == "고침");
}

TEST_CASE("Without a secret for hooks no signature counts", "[admin][api][hook][threads]") {
  ApiServer site;
  RawClient client = site.connect();
  const auto now = std::to_string(to_unix_seconds(site.clock.now()));
  const std::string fields = "webhook-id: m\r\nwebhook-timestamp: " + now +
                             "\r\nwebhook-signature: v1," +
                             base64(hmac_sha256("", "m." + now + ".{}")) + "\r\n";
  CHECK(client.ask(with_body("POST /api/v1/hooks/generic", "", "{}", fields)).status == 401);
}

TEST_CASE("Writes are logged with the id that a problem names", "[admin][api][threads]") {
  ApiServer site;
  RawClient client = site.connect();
  const auto made = client.ask(with_body("PUT " + posts + "/a?quiet=true", "writer", "{}"));
  CHECK(made.status == 201);
  site.log.await("info API call id=" + made.field("x-request-id") +
                 " token=writer method=PUT path=/api/v1/posts/a status=201");
  const auto wrong = client.ask(with_body("PUT " + posts + "/a", "writer", R"({"a": 1})"));
  const auto problem = problem_in(wrong);
  CHECK(problem["title"] == "Unprocessable Content");
  CHECK(problem["errors"][0] ==
        nlohmann::json({{"detail", "there is no such member"}, {"pointer", "#/a"}}));
  site.log.await("id=" + wrong.field("x-request-id"));
}

TEST_CASE("An answer that has no body names no length", "[admin][api][threads]") {
  ApiServer site;
  RawClient client = site.connect();
  const auto made = client.ask(with_body("PUT " + posts + "/a", "writer", "{}"));
  const auto same = client.ask(
      head("GET " + posts + "/a", "reader", "If-None-Match: " + made.field("etag") + "\r\n"));
  CHECK(same.status == 304);
  CHECK(same.count("content-length") == 0);
  const auto gone = client.ask(head("DELETE " + posts + "/a", "writer"));
  CHECK(gone.status == 204);
  CHECK(gone.count("content-length") == 0);
  CHECK(client.ask(head("GET " + posts, "reader")).status == 200);
}
