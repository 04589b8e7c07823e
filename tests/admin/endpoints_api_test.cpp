// /api/v1/endpoints
#include "api_fixture.hpp"

using namespace sosik;

namespace {

const std::string all = "/api/v1/endpoints";
const std::string body = R"({"description": "CI 서버", "url": "https://ci.example/hook?k=비밀",
  "events": ["post.published"], "feeds": ["main"], "categories": [" 개발/백엔드 "], "full": true,
  "headers": {"Authorization": "Bearer 1"}})";

std::string made(ApiBlog& blog) { return json_of(blog.ask({"POST", all, body}))["id"]; }

}  // namespace

TEST_CASE("An endpoint's secret is shown when it is made, and never again [N-164]",
          "[admin][api]") {
  ApiBlog blog;
  const auto answer = blog.ask({"POST", all, body});
  REQUIRE(status_of(answer) == 201);
  const auto endpoint = json_of(answer);
  const std::string id = endpoint["id"];
  CHECK(id.size() == 19);
  CHECK(header_of(answer, "Location") == all + "/" + id);
  CHECK(endpoint["secret"] == "whsec_" + id + "1");
  CHECK(endpoint["url"] == "https://ci.example/hook?k=%EB%B9%84%EB%B0%80");
  CHECK(endpoint["categories"][0] == "개발/백엔드");
  CHECK(endpoint["state"] == "ok");
  CHECK(endpoint["headers"]["Authorization"].is_null());
  CHECK(answer.body.find("Bearer 1") == std::string::npos);
  CHECK(blog.wakes == 1);

  auto known = endpoint;
  known.erase("secret");
  CHECK(json_of(blog.get(all + "/" + id)) == known);
  CHECK(json_of(blog.get(all))["endpoints"] == nlohmann::json::array({known}));
}

TEST_CASE("An endpoint that cannot be called is refused [N-161] [N-162] [N-163] [N-180]",
          "[admin][api]") {
  ApiBlog blog;
  auto [wrong, where] = GENERATE(table<std::string, std::string>({
      {R"({"url": "http://ci.example/"})", "#/url: must be https"},
      {R"({"url": "https://a:b@ci.example/"})", "#/url: a URL must not hold a user name"},
      {R"({"url": "ftp://ci.example/"})", "#/url: not an http or https URL"},
      {R"({"url": "/hook"})", "#/url: not an http or https URL"},
      {R"({"url": "https://ci.example:22/"})",
       "#/url: port 22 of ci.example is not in publish.allow_ports"},
      {R"({})", "#/url: is missing"},
      {R"({"url": "https://a.example/", "events": ["post.moved"]})", "#/events/0: "},
      {R"({"url": "https://a.example/", "headers": {"Host": "x"}})",
       "#/headers/Host: Host is ours"},
      {R"({"url": "https://a.example/", "headers": {"A": null}})", "#/headers/A: has no value"},
      {R"({"url": "https://a.example/", "headers": {"A": 7}})", "#/headers/A: must be a text"},
      {R"({"url": "https://a.example/", "feeds": ["\u3000 "]})", "#/feeds: holds a blank name"},
      {R"({"url": "https://a.example/", "secret": "x"})", "#/secret: there is no such member"},
  }));
  INFO(wrong);
  const auto answer = blog.ask({"POST", all, wrong});
  CHECK(status_of(answer) == 422);
  CHECK(errors_of(answer).starts_with(where));
  CHECK(answer.problem->errors.size() == 1);
  CHECK(json_of(blog.get(all))["endpoints"].empty());
}

TEST_CASE("A URL of more than 2,048 bytes is refused without being shown [N-174]", "[admin][api]") {
  ApiBlog blog;
  const auto answer = blog.ask(
      {"POST", all, "{\"url\": \"https://a.example/geheim" + std::string(2048, 'a') + "\"}"});
  CHECK(status_of(answer) == 422);
  CHECK(errors_of(answer).find("geheim") == std::string::npos);
}

TEST_CASE("http is allowed only where the operator says so [N-162]", "[admin][api]") {
  ApiBlog blog;
  blog.context.allows_http = true;
  CHECK(status_of(blog.ask({"POST", all, R"({"url": "http://ci.example/"})"})) == 201);
}

TEST_CASE("A port that the operator allows is allowed to endpoints, made and changed [N-180]",
          "[admin][api]") {
  ApiBlog blog;
  blog.context.allowed_ports = {443, 9000};
  const auto id = json_of(blog.ask({"POST", all, R"({"url": "https://ci.example:9000/"})"}))["id"];
  const auto one = all + "/" + id.get<std::string>();
  CHECK(status_of(blog.ask({"PUT", one, R"({"url": "https://ci.example:8443/"})"})) == 422);
  CHECK(status_of(blog.ask({"PUT", one, R"({"url": "https://ci.example/"})"})) == 200);
}

TEST_CASE("PUT replaces what an endpoint is told, and keeps secret and hidden headers",
          "[admin][api]") {
  ApiBlog blog;
  const auto id = made(blog);
  const auto put = blog.ask({"PUT", all + "/" + id, R"({"url": "https://new.example/",
    "headers": {"Authorization": null, "X-Team": "b"}})"});
  REQUIRE(status_of(put) == 200);
  CHECK(json_of(put)["url"] == "https://new.example/");
  CHECK(json_of(put)["events"].empty());
  CHECK_FALSE(json_of(put).contains("secret"));
  const auto stored = blog.store->ledger().read_endpoint(1, id).value();
  CHECK(stored.generation == 1);
  REQUIRE(stored.headers.size() == 2);
  CHECK(stored.headers[0].second == "Bearer 1");
  CHECK(status_of(blog.ask(
            {"PUT", all + "/ep_0000000000000000", R"({"url": "https://new.example/"})"})) == 404);
}

TEST_CASE("A rotation keeps the secret before for a day; a second one meanwhile is meant [N-154]",
          "[admin][api]") {
  ApiBlog blog;
  const auto id = made(blog);
  const auto rotate = all + "/" + id + "/rotate";
  const auto first = json_of(blog.ask({"POST", rotate}));
  CHECK(first["secret"] == "whsec_" + id + "2");
  CHECK(first["previous_secret_until"] == "2026-11-24T09:05:09Z");
  blog.clock.advance(std::chrono::hours(23));
  CHECK(status_of(blog.ask({"POST", rotate})) == 409);
  CHECK(status_of(blog.ask({"POST", rotate, R"({"force": false})"})) == 409);
  CHECK(json_of(blog.ask({"POST", rotate, R"({"force": true})"}))["secret_generation"] == 3);
  blog.clock.advance(std::chrono::hours(24));
  CHECK(json_of(blog.get(all + "/" + id))["previous_secret_until"].is_null());
  CHECK(status_of(blog.ask({"POST", rotate})) == 200);
  const auto revoked = json_of(blog.ask({"POST", all + "/" + id + "/revoke-previous"}));
  CHECK(revoked["previous_secret_until"].is_null());
  CHECK(revoked["secret_generation"] == 4);
  CHECK(status_of(blog.ask({"POST", rotate})) == 200);
}

TEST_CASE("An endpoint is disabled, enabled and made good [N-158]", "[admin][api]") {
  ApiBlog blog;
  const auto one = all + "/" + made(blog);
  const auto off = json_of(blog.ask({"POST", one + "/disable"}));
  CHECK(off["state"] == "disabled");
  CHECK(off["disabled_why"] == "by the admin API");
  CHECK(off["disabled_at"] == "2026-11-23T09:05:09Z");
  CHECK(json_of(blog.ask({"POST", one + "/enable"}))["state"] == "ok");
  CHECK(json_of(blog.ask({"POST", one + "/recover", R"({"since": "2026-11-01T00:00:00Z"})"})) ==
        nlohmann::json({{"owed", 3}}));
  REQUIRE(blog.recovered.size() == 1);
  CHECK(to_unix_seconds(blog.recovered[0].second) == 1793491200);
  CHECK(status_of(blog.ask({"POST", one + "/recover", "{}"})) == 422);
  CHECK(status_of(blog.ask({"POST", one + "/enable", R"({"x": 1})"})) == 422);
  CHECK(status_of(blog.ask({"DELETE", one})) == 204);
  for (const char* what : {"/enable", "/disable", "/rotate", "/revoke-previous"}) {
    INFO(what);
    CHECK(status_of(blog.ask({"POST", one + what})) == 404);
  }
  CHECK(status_of(blog.ask({"DELETE", one})) == 404);
}

TEST_CASE("An endpoint is changed only as it was read, where the call says so", "[admin][api]") {
  ApiBlog blog;
  const auto created = blog.ask({"POST", all, body});
  const auto one = all + "/" + json_of(created)["id"].get<std::string>();
  const auto tag = header_of(blog.get(one), "ETag");
  CHECK(tag.size() == 34);
  CHECK(header_of(created, "ETag") == tag);
  CHECK(status_of(blog.ask({"GET", one, "", "", "", "W/" + tag})) == 304);
  CHECK(status_of(blog.ask({"GET", one, "", "", "", "\"other\""})) == 200);

  const std::string put = R"({"url": "https://new.example/"})", json = "application/json";
  const auto refused = blog.ask({"PUT", one, put, json, "\"other\""});
  CHECK(status_of(refused) == 412);
  CHECK(refused.problem->detail == "If-Match: the endpoint has changed; its tag is now " + tag);
  CHECK(status_of(blog.ask({"PUT", one, put, json, "", "*"})) == 412);
  CHECK(header_of(blog.get(one), "ETag") == tag);
  const auto replaced = blog.ask({"PUT", one, put, json, "\"other\", " + tag});
  CHECK(status_of(replaced) == 200);
  const auto next = header_of(replaced, "ETag");
  CHECK(next != tag);
  CHECK(header_of(blog.get(one), "ETag") == next);
  CHECK(status_of(blog.ask({"PUT", one, put, json, tag})) == 412);  // of two writers one wins

  // What others do to it counts too.
  const auto off = header_of(blog.ask({"POST", one + "/disable"}), "ETag");
  CHECK(off != next);
  const auto rotated = header_of(blog.ask({"POST", one + "/rotate"}), "ETag");
  CHECK(rotated == header_of(blog.get(one), "ETag"));
  CHECK(status_of(blog.ask({"DELETE", one, "", "", off})) == 412);
  CHECK(status_of(blog.get(one)) == 200);
  CHECK(status_of(blog.ask({"DELETE", one, "", "", "*"})) == 204);
  CHECK(status_of(blog.ask({"DELETE", one, "", "", "*"})) == 404);
  CHECK(status_of(blog.ask({"PUT", one, put, json, "*"})) == 404);
}
