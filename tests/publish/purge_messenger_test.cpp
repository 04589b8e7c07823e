#include "catch.hpp"
#include "messaging.hpp"
#include "purge_keys.hpp"
#include "sosik/model/archive.hpp"
#include "sosik/model/surrogate_key.hpp"

using namespace sosik;
using Kind = Verdict::Kind;

namespace {

Target cdn(std::string url, std::string body = {}, std::string method = {}) {
  auto t = target(TargetKind::purge, std::move(url));
  t.body = std::move(body);
  t.method = std::move(method);
  t.headers = {{"Authorization", "Bearer {token}"}};
  t.secrets = {"abc123"};
  return t;
}

Delivery changed(std::string url) { return delivery(TargetKind::purge, std::move(url)); }

const std::vector<Delivery> two = {changed("https://blog.example/rss.xml"),
                                   changed("https://blog.example/atom.xml")};

}  // namespace

TEST_CASE("A list of URLs is one call to a CDN, the token in its header [H-178]",
          "[publish][purge]") {
  auto messenger = make_purge_messenger();
  const auto to = cdn("https://api.cdn.example/purge_cache", R"({"files": {urls}})");
  CHECK(messenger->bundle(two[0], to).has_value());
  CHECK(messenger->bundle(two[0], to) == messenger->bundle(two[1], to));
  CHECK(messenger->most_together(to) == 30);
  auto request = messenger->request(two, to, site(), now);
  REQUIRE(request.has_value());
  CHECK(request->method == "POST");
  CHECK(request->url == "https://api.cdn.example/purge_cache");
  CHECK(request->body ==
        R"({"files": ["https://blog.example/rss.xml","https://blog.example/atom.xml"]})");
  CHECK(header(*request, "Authorization") == "Bearer abc123");
  CHECK(header(*request, "Content-Type") == "application/json");
}

TEST_CASE("Surrogate keys are those that the documents are served with, each once [H-177]",
          "[publish][purge]") {
  auto messenger = make_purge_messenger();
  auto to = cdn("https://api.cdn.example/purge", R"({"surrogate_keys":{keys}})");
  to.headers.emplace_back("content-type", "application/vnd.api+json");
  auto request = messenger->request(two, to, site(), now).value();
  CHECK(request.body == R"({"surrogate_keys":[")" + surrogate_key(main_site, "main") + R"("]})");
  CHECK(header(request, "Content-Type").empty());  // the operator's stands alone
  CHECK_FALSE(request_of(*messenger, changed("https://elsewhere.example/x"), to).has_value());
}

TEST_CASE("A URL of ours leads to the keys of what is there", "[publish][purge]") {
  auto s = site();
  s.public_url = "https://blog.example/b";
  auto [path, keys] = GENERATE(table<std::string, std::vector<std::string>>({
      {"/rss.xml", {"main"}},
      {"/feed.json", {"main"}},
      {"/feed", {"main", ""}},
      {"/", {""}},
      {"/opml.xml", {"opml"}},
      {"/dev/atom.xml", {"dev"}},
      {"/dev/feed", {"dev"}},
      {"/dev/", {"dev"}},
      {"/category/%EA%B0%9C%EB%B0%9C/c%2B%2B/rss.xml", {"category/개발/c++"}},
      {"/tag/a%2Fb/rss.xml", {"tag/a/b"}},
      {"/archive/3/rss.xml", {archive_key("main", 3)}},
      {"/dev/archive/12/atom.xml", {archive_key("dev", 12)}},
      {"/posts/%EC%95%88%EB%85%95", {"posts/안녕"}},
      {"/style.css", {}},
      {"/dev/archive/x/rss.xml", {}},
      {"/posts/%zz", {}},
      {"", {}},
      {"log/rss.xml", {}},  // of another site, whose address begins alike
  }));
  INFO(path);
  std::vector<std::string> want;
  for (const auto& key : keys) want.push_back(surrogate_key(main_site, key));
  CHECK(purge_keys(s, "https://blog.example/b" + path) == want);
}

TEST_CASE("A cache that is asked by URL is asked once a URL [H-178]", "[publish][purge]") {
  auto messenger = make_purge_messenger();
  SECTION("PURGE to the URL itself") {
    const auto to = cdn("{url}", "", "PURGE");
    CHECK_FALSE(messenger->bundle(two[0], to).has_value());
    CHECK(messenger->most_together(to) == 1);
    auto request = request_of(*messenger, two[0], to).value();
    CHECK(request.method == "PURGE");
    CHECK(request.url == "https://blog.example/rss.xml");
    CHECK(request.body.empty());
    CHECK(header(request, "Content-Type").empty());
  }
  SECTION("the URL as a value in another") {
    const auto to = cdn("https://api.cdn.example/purge?url={url}&async=true");
    CHECK_FALSE(messenger->bundle(two[0], to).has_value());
    CHECK(request_of(*messenger, changed("https://blog.example/a?b=1&c=%EA%B0%80"), to)->url ==
          "https://api.cdn.example/purge?url="
          "https%3A%2F%2Fblog.example%2Fa%3Fb%3D1%26c%3D%25EA%25B0%2580&async=true");
  }
  SECTION("in the body") {
    const auto to = cdn("https://api.cdn.example/purge", R"({"url":"{url}"})", "PUT");
    CHECK_FALSE(messenger->bundle(two[0], to).has_value());
    auto request = request_of(*messenger, two[0], to).value();
    CHECK(request.method == "PUT");
    CHECK(request.body == R"({"url":"https://blog.example/rss.xml"})");
  }
}

TEST_CASE("A purge is told by 2xx, and by 404 for PURGE of what no cache holds [H-178]",
          "[publish][purge]") {
  auto messenger = make_purge_messenger();
  const auto by_url = cdn("{url}", "", "PURGE");
  const auto by_list = cdn("https://api.cdn.example/p", R"({"files":{urls}})");
  auto [to, status, body, kind] = GENERATE_COPY(table<Target, int, std::string, Kind>({
      {by_url, 200, "", Kind::told},
      {by_url, 404, "", Kind::told},
      {by_url, 403, "", Kind::later},
      {by_url, 405, "", Kind::later},
      {by_url, 500, "", Kind::later},
      {by_url, 307, "", Kind::later},
      {by_list, 200, R"({"success":true})", Kind::told},
      {by_list, 200, R"({"success":false,"errors":[]})", Kind::later},
      {by_list, 202, "", Kind::told},
      {by_list, 404, "", Kind::later},
      {by_list, 429, "", Kind::later},
  }));
  INFO(status << ' ' << body);
  CHECK(judge(*messenger, to, response(status, body)).kind == kind);
}
