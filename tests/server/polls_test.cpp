// What poll budgets do to readers, through the server.
#include "catch.hpp"
#include "served_site.hpp"
#include "temp_dir.hpp"

using namespace sosik;

namespace {

// Readers come through a proxy on loopback, which is trusted; three polls an hour.
ServerOptions slowing() {
  ServerOptions options = ServedSite::defaults();
  options.polls.per_hour = 3;
  options.trusted_proxies = {"127.0.0.1"};
  return options;
}
const std::string reader = "203.0.113.7";

}  // namespace

TEST_CASE("Who fetches in whole too often is told when to come again",
          "[server][polls][H-235][H-181]") {
  ServedSite site(slowing());
  for (int i = 0; i < 3; ++i) REQUIRE(site.ask_as(reader, "/rss.xml").status == 200);
  const RawResponse slowed = site.ask_as(reader, "/rss.xml");
  CHECK(slowed.status == 429);
  const int wait = std::stoi(slowed.field("retry-after"));
  CHECK(wait > 1100);
  CHECK(wait <= 1200);
  CHECK(slowed.field("cache-control") == "no-store");
  CHECK(slowed.field("access-control-expose-headers") == "Retry-After");  // H-250
  CHECK(slowed.field("access-control-allow-origin") == "*");
  for (std::string name : {"etag", "last-modified", "content-encoding", "link"})
    CHECK(slowed.count(name) == 0);
  CHECK(slowed.body.size() < 300);
  CHECK(slowed.body.find("without asking whether") != std::string::npos);
  CHECK(site.server->counters().throttled_addresses.not_asked == 1);
  CHECK(site.server->counters().throttled_addresses.asked == 0);
  CHECK(site.ask_as("203.0.113.8", "/rss.xml").status == 200);
}

TEST_CASE("All addresses and formats of a feed are one feed; another is another",
          "[server][polls][H-236]") {
  ServedSite site(slowing());
  CHECK(site.ask_as(reader, "/rss.xml").status == 200);
  CHECK(site.ask_as(reader, "/feed", "Accept: application/atom+xml\r\n").status == 200);
  CHECK(site.ask_as(reader, "/index.xml").status == 200);
  const auto [target, fields] = GENERATE(table<std::string, std::string>({
      {"/rss.xml", ""},
      {"/rss.xml", "Accept-Encoding: gzip\r\n"},
      {"/rss.xml?x=1", ""},
      {"/atom.xml", ""},
      {"/feed", ""},
      {"/feed/", ""},
  }));
  INFO(target);
  CHECK(site.ask_as(reader, target, fields).status == 429);
  CHECK(site.ask_as(reader, "/tag/%ED%95%9C%EA%B8%80/rss.xml").status == 200);
  CHECK(site.ask_as(reader, "/").status == 200);  // pages are for people
  CHECK(site.ask_as(reader, "/feed", "Accept: text/html\r\n").status == 200);
  CHECK(site.ask_as(reader, "/style.css").status == 200);
}

TEST_CASE("Nothing is made for who has to wait", "[server][polls][H-235]") {
  ServedSite site(slowing());
  for (int i = 0; i < 3; ++i) REQUIRE(site.ask_as(reader, "/rss.xml").status == 200);
  MemoryDocument changed;
  changed.identity = "<rss>new</rss>";
  site.snapshots.put("main", Format::rss, changed);
  site.snapshots.fail_with(unavailable("nothing can be made"));
  CHECK(site.ask_as(reader, "/rss.xml").status == 429);
  CHECK(site.ask_as(reader, "/atom.xml").status == 429);
  CHECK(site.ask_as("203.0.113.8", "/rss.xml").status == 503);
  CHECK(site.ask_as(reader, "/rss.xml", "If-None-Match: \"x\"\r\n").status == 503);  // may be 304
}

TEST_CASE("However a tag is spelled, its feed is one feed", "[server][polls][H-236][H-237]") {
  ServedSite site(slowing());
  MemoryDocument rss;
  rss.identity = "<rss/>";
  for (std::string name : {"AI", "ai", "Ai", "AIs"})
    site.snapshots.put("tag/" + name, Format::rss, rss);
  for (std::string name : {"AI", "ai", "Ai"})
    REQUIRE(site.ask_as(reader, "/tag/" + name + "/rss.xml").status == 200);
  CHECK(site.ask_as(reader, "/tag/AI/rss.xml").status == 429);
  CHECK(site.ask_as(reader, "/tag/AIs/rss.xml").status == 200);
}

TEST_CASE("304s cost nothing, also when nothing is left", "[server][polls][H-236]") {
  ServedSite site(slowing());
  const RawResponse full = site.ask_as(reader, "/rss.xml");
  while (site.ask_as(reader, "/rss.xml").status == 200) {
  }
  for (int i = 0; i < 50; ++i) {
    REQUIRE(
        site.ask_as(reader, "/rss.xml", "If-None-Match: " + full.field("etag") + "\r\n").status ==
        304);
    REQUIRE(site.ask_as(reader, "/rss.xml",
                        "If-Modified-Since: " + full.field("last-modified") + "\r\n")
                .status == 304);
  }
  CHECK(site.connect()
            .ask("HEAD /rss.xml HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n", false)
            .status == 200);  // has no body
}

TEST_CASE("A question that cannot have been ours asks nothing", "[server][polls][H-236]") {
  ServedSite site(slowing());
  const std::string fields =
      GENERATE(as<std::string>{}, "If-None-Match: \"x\"\r\n", "If-None-Match: x\r\n",
               "If-None-Match: \r\n", "If-None-Match: \"xyz0123456789abc-gzip\"\r\n",
               "If-None-Match: \"0123456789abcdef0\"\r\n", "If-Modified-Since: yesterday\r\n",
               "If-Modified-Since: \r\n", "If-Modified-Since: Mon, 23 Nov 2009 02:13:20 +0900\r\n",
               "If-None-Match: \"x\"\r\nIf-Modified-Since: Mon, 23 Nov 2009 02:13:20 GMT\r\n",
               "If-Unmodified-Since: Mon, 23 Nov 2037 02:13:20 GMT\r\n", "If-Match: *\r\n");
  INFO(fields);
  for (int i = 0; i < 3; ++i) REQUIRE(site.ask_as(reader, "/rss.xml", fields).status == 200);
  CHECK(site.ask_as(reader, "/rss.xml", fields).status == 429);
}

TEST_CASE("A question that is always behind gets ten times as much, and not more",
          "[server][polls][H-236]") {
  ServedSite site(slowing());
  const std::string fields =
      GENERATE(as<std::string>{}, "If-None-Match: \"0123456789abcdef-gzip\"\r\n",
               "If-None-Match: W/\"0123456789abcdef-identity-gzip\"\r\n",
               "If-Modified-Since: Mon, 23 Nov 2009 02:13:20 GMT\r\n");
  INFO(fields);
  for (int i = 0; i < 30; ++i) REQUIRE(site.ask_as(reader, "/rss.xml", fields).status == 200);
  const RawResponse slowed = site.ask_as(reader, "/rss.xml", fields);
  CHECK(slowed.status == 429);
  CHECK(slowed.body.find("validators that never match") != std::string::npos);
  CHECK(slowed.body.size() < 300);
  CHECK(site.server->counters().throttled_addresses.asked == 1);
  CHECK(site.server->counters().throttled_addresses.not_asked == 0);
  CHECK(site.ask_as(reader, "/rss.xml").status == 200);  // the plain budget is another
}

TEST_CASE("Hosted aggregators are never slowed by their address alone", "[server][polls][H-238]") {
  ServedSite site(slowing());
  const std::string feedly = "User-Agent: Feedly/1.0 (+http://www.feedly.com/fetcher.html)\r\n";
  while (site.ask_as(reader, "/rss.xml").status == 200) {
  }
  for (int i = 0; i < 30; ++i) REQUIRE(site.ask_as(reader, "/rss.xml", feedly).status == 200);
  CHECK(site.ask_as(reader, "/rss.xml", feedly).status == 429);
  CHECK(site.server->counters().throttled_aggregators.not_asked == 1);
}

TEST_CASE("Whoever is not trusted to say who asks is the one who asks", "[server][polls][H-237]") {
  ServerOptions options = slowing();
  SECTION("nobody is trusted, and loopback is not counted") {
    options.trusted_proxies.clear();
    ServedSite site(options);
    for (int i = 0; i < 10; ++i) REQUIRE(site.ask_as(reader, "/rss.xml").status == 200);
  }
  SECTION("what stands left of the first stranger anybody may have written") {
    ServedSite site(options);
    for (int i = 0; i < 3; ++i)
      REQUIRE(site.ask_as("198.51.100." + std::to_string(i) + ", " + reader, "/rss.xml").status ==
              200);
    CHECK(site.ask_as("127.0.0.1, " + reader, "/rss.xml").status == 429);
  }
  SECTION("a proxy behind a Unix socket is trusted by that name") {
    TempDir folder;
    options.listen[0].unix_path = (folder.path() / "http").string();
    options.trusted_proxies = {"unix"};
    ServedSite site(options);
    const auto status = [&](const std::string& fields) {
      return RawClient::over_unix(options.listen[0].unix_path).ask(get("/rss.xml", fields)).status;
    };
    const std::string named = "X-Forwarded-For: " + reader + "\r\n";
    for (int i = 0; i < 3; ++i) REQUIRE(status(named) == 200);
    CHECK(status(named) == 429);
    for (int i = 0; i < 5; ++i) CHECK(status("") == 200);  // whoever that was
  }
  SECTION("an IPv6 reader is its /56") {
    ServedSite site(options);
    for (int i = 0; i < 3; ++i)
      REQUIRE(site.ask_as("2001:db8::" + std::to_string(i), "/rss.xml").status == 200);
    CHECK(site.ask_as("2001:db8:0:00ff::9", "/rss.xml").status == 429);
    CHECK(site.ask_as("2001:db8:0:0100::9", "/rss.xml").status == 200);
  }
}

TEST_CASE("A clock that jumps an hour either way gives nobody more or less",
          "[server][polls][H-235]") {
  ServedSite site(slowing());
  for (int i = 0; i < 3; ++i) REQUIRE(site.ask_as(reader, "/rss.xml").status == 200);
  site.clock.advance(std::chrono::hours(1));
  CHECK(site.ask_as(reader, "/rss.xml").status == 429);
  site.clock.advance(std::chrono::hours(-2));
  const RawResponse slowed = site.ask_as(reader, "/rss.xml");
  CHECK(slowed.status == 429);
  CHECK(slowed.field("date") == "Mon, 23 Nov 2026 08:05:09 GMT");
}
