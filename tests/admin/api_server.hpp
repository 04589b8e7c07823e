// The admin API over real sockets, with a token of each scope, and how to ask it.
#pragma once
#include <atomic>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "collected_log.hpp"
#include "fake_clock.hpp"
#include "gate.hpp"
#include "raw_client.hpp"
#include "sosik/admin/admin_server.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/store/syndication_store.hpp"
#include "store_file.hpp"

namespace sosik {

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
    context.site = [](SiteId id) -> std::optional<Site> {
      if (id > 2) return std::nullopt;
      Site site;
      site.id = id;
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
inline std::string head(const std::string& line, const std::string& token,
                        const std::string& rest = "") {
  return line + " HTTP/1.1\r\nHost: localhost\r\n" +
         (token.empty() ? "" : "Authorization: Bearer sosik_" + token + "\r\n") + rest + "\r\n";
}
inline std::string with_body(const std::string& line, const std::string& token,
                             const std::string& body, const std::string& rest = "") {
  return head(line, token,
              "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                  "\r\n" + rest) +
         body;
}

inline nlohmann::json problem_in(const RawResponse& response) {
  CHECK(response.field("content-type") == "application/problem+json");
  auto problem = nlohmann::json::parse(response.body);
  CHECK(problem["status"] == response.status);
  CHECK(problem["instance"] == "urn:uuid:" + response.field("x-request-id"));
  return problem;
}

inline void record_event(Store& store, std::int64_t number) {
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

inline const std::string posts = "/api/v1/posts";

}  // namespace sosik
