// The admin API over sockets: who may, how answers are framed, and what is said when it fails.
#include "api_server.hpp"

using namespace sosik;

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
