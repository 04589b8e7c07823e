// The token decides whose the call is; the URLs of another site's things lead nowhere
// (docs/sites.md).
#include "api_server.hpp"
#include "sosik/store/ledger.hpp"

using namespace sosik;

namespace {

struct TwoSites : ApiServer {
  TwoSites() {
    Token token;
    token.site = 2;
    token.name = "boss";  // the name is the site's
    token.hash = sha256_hex("sosik_other");
    token.scope = TokenScope::admin;
    store->add_token(token).value();
    token.site = 7;
    token.hash = sha256_hex("sosik_lost");
    store->add_token(token).value();
  }
};

}  // namespace

TEST_CASE("Two sites have posts of one id, and each its own", "[admin][api][sites][threads]") {
  TwoSites site;
  RawClient client = site.connect();
  const auto put = [&](const std::string& token, const std::string& title) {
    return client.ask(with_body("PUT " + posts + "/same", token,
                                R"({"title":")" + title + R"(","slug":"same"})"));
  };
  CHECK(put("boss", "하나").status == 201);
  CHECK(put("other", "둘").status == 201);
  const auto one = client.ask(head("GET " + posts + "/same", "boss"));
  const auto two = client.ask(head("GET " + posts + "/same", "other"));
  CHECK_THAT(one.body, Catch::Contains("하나"));
  CHECK_THAT(two.body, Catch::Contains("둘"));
  // What one has read is no condition at the other.
  CHECK(client
            .ask(head("GET " + posts + "/same", "other",
                      "If-None-Match: " + one.field("etag") + "\r\n"))
            .status == 200);
  CHECK(client
            .ask(head("DELETE " + posts + "/same", "other",
                      "If-Match: " + one.field("etag") + "\r\n"))
            .status == 412);
  CHECK(client.ask(head("DELETE " + posts + "/same", "other")).status == 204);
  CHECK(client.ask(head("GET " + posts + "/same", "other")).status == 404);
  CHECK(client.ask(head("GET " + posts + "/same", "boss")).status == 200);
  CHECK(client.ask(head("GET " + posts, "other")).body.find("하나") == std::string::npos);
}

TEST_CASE("Events, endpoints and deliveries of another site are not there",
          "[admin][api][sites][threads]") {
  TwoSites site;
  RawClient client = site.connect();
  record_event(*site.store, 1);
  CHECK_THAT(client.ask(head("GET /api/v1/events", "boss")).body, Catch::Contains("evt_1"));
  CHECK(client.ask(head("GET /api/v1/events", "other")).body.find("evt_1") == std::string::npos);
  const auto made =
      client.ask(with_body("POST /api/v1/endpoints", "boss", R"({"url":"https://hook.example/"})"));
  REQUIRE(made.status == 201);
  const std::string path =
      "/api/v1/endpoints/" + nlohmann::json::parse(made.body).at("id").get<std::string>();
  CHECK(client.ask(head("GET " + path, "boss")).status == 200);
  CHECK(client.ask(head("GET " + path, "other")).status == 404);
  CHECK(client.ask(head("DELETE " + path, "other")).status == 404);
  CHECK(client.ask(head("GET /api/v1/endpoints", "other")).body.find("hook.example") ==
        std::string::npos);
  Delivery d;
  d.kind = TargetKind::websub;
  d.target = "websub:h";
  d.topic = "https://blog.example/rss.xml";
  site.store->syndication()
      .transact([&] { return site.store->syndication().add_delivery(d); })
      .value();
  const auto id = std::to_string(site.store->ledger().list_deliveries(1, {}).value().at(0).id);
  CHECK(client.ask(head("GET /api/v1/deliveries/" + id, "boss")).status == 200);
  CHECK(client.ask(head("GET /api/v1/deliveries/" + id, "other")).status == 404);
  CHECK(client.ask(head("GET /api/v1/deliveries", "other")).body.find("blog.example") ==
        std::string::npos);
}

TEST_CASE("A token whose site is not served opens nothing", "[admin][api][sites][threads]") {
  TwoSites site;
  RawClient client = site.connect();
  const auto refused = client.ask(head("GET " + posts, "lost"));
  CHECK(refused.status == 403);
  CHECK_THAT(problem_in(refused)["detail"].get<std::string>(), Catch::Contains("is not served"));
  CHECK(client.ask(with_body("PUT " + posts + "/a", "lost", R"({"title":"a"})")).status == 403);
  CHECK(site.store->list_posts(7, {}).value().empty());
}
