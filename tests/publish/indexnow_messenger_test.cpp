#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "messaging.hpp"

using namespace sosik;
using Kind = Verdict::Kind;

namespace {

Target engine() {
  auto t = target(TargetKind::indexnow, "https://api.indexnow.org/indexnow");
  t.secrets = {"0123456789abcdef"};
  return t;
}

Delivery post(std::string url) { return delivery(TargetKind::indexnow, std::move(url)); }

}  // namespace

TEST_CASE("Post URLs of one host go in one call, as they are written [N-131][K-067]",
          "[publish][indexnow]") {
  auto messenger = make_indexnow_messenger();
  const std::vector<Delivery> together = {post("https://blog.example/posts/%EC%95%88%EB%85%95"),
                                          post("https://blog.example/posts/b?x=1&y=2")};
  auto request = messenger->request(together, engine(), site(), now);
  REQUIRE(request.has_value());
  CHECK(request->method == "POST");
  CHECK(request->url == "https://api.indexnow.org/indexnow");
  CHECK(header(*request, "Content-Type") == "application/json; charset=utf-8");
  CHECK(
      request->body ==
      R"({"host":"blog.example","key":"0123456789abcdef","urlList":)"
      R"(["https://blog.example/posts/%EC%95%88%EB%85%95","https://blog.example/posts/b?x=1&y=2"]})");
}

TEST_CASE("What shares a call has one host and one place of the key, up to 10,000 [N-130][N-131]",
          "[publish][indexnow]") {
  auto messenger = make_indexnow_messenger();
  auto to = engine();
  CHECK(messenger->most_together(to) == 10'000);
  const auto bundle = [&](const char* url) { return messenger->bundle(post(url), to); };
  CHECK(bundle("https://blog.example/a").has_value());
  CHECK(bundle("https://blog.example/a") == bundle("https://BLOG.example/b"));
  CHECK(bundle("https://blog.example/a") != bundle("https://other.example/a"));
  CHECK_FALSE(bundle("mailto:a@b").has_value());
  to.key_location = "https://blog.example/feeds/0123456789abcdef.txt";
  CHECK(bundle("https://blog.example/feeds/a") == bundle("https://blog.example/feeds/b/c"));
  CHECK(bundle("https://blog.example/feeds/a") != bundle("https://blog.example/a"));
}

TEST_CASE("A key below a folder is named for the URLs below that folder alone [N-130]",
          "[publish][indexnow]") {
  auto messenger = make_indexnow_messenger();
  auto to = engine();
  to.key_location = "https://blog.example/feeds/0123456789abcdef.txt";
  const auto body_for = [&](const char* url) {
    return nlohmann::json::parse(request_of(*messenger, post(url), to)->body);
  };
  CHECK(body_for("https://blog.example/feeds/posts/a")["keyLocation"] == to.key_location);
  CHECK_FALSE(body_for("https://blog.example/posts/a").contains("keyLocation"));
  CHECK_FALSE(body_for("https://other.example/feeds/a").contains("keyLocation"));
}

TEST_CASE("Without a key, or for what is no URL, nothing is sent", "[publish][indexnow]") {
  auto messenger = make_indexnow_messenger();
  CHECK_FALSE(request_of(*messenger, post("nonsense"), engine()).has_value());
  auto keyless = engine();
  keyless.secrets.clear();
  CHECK_FALSE(request_of(*messenger, post("https://blog.example/a"), keyless).has_value());
}

TEST_CASE("A search engine's answers mean what the protocol says [N-133]", "[publish][indexnow]") {
  auto messenger = make_indexnow_messenger();
  auto [status, kind, ends] = GENERATE(table<int, Kind, bool>({{200, Kind::told, false},
                                                               {202, Kind::told, false},
                                                               {400, Kind::over, false},
                                                               {403, Kind::over, true},
                                                               {422, Kind::over, false},
                                                               {429, Kind::later, false},
                                                               {404, Kind::later, false},
                                                               {500, Kind::later, false},
                                                               {503, Kind::later, false}}));
  INFO(status);
  auto verdict = judge(*messenger, engine(), response(status, "", "90"));
  CHECK(verdict.kind == kind);
  CHECK(verdict.ends_target.empty() != ends);
  CHECK(verdict.may_be_of_one == (status == 400 || status == 422));
  if (kind == Kind::later) CHECK(verdict.not_before == std::chrono::seconds(90));
}
