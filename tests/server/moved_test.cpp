// Feeds that have moved or are gone, and what is asked of them all the same.
#include "catch.hpp"
#include "served_site.hpp"

using namespace sosik;

namespace {

const std::string target = "https://new.example/rss.xml";

struct MovedSite : ServedSite {
  MovedSite() {
    MemoryDocument moved;
    moved.status = 301;
    moved.identity = "This feed has moved.\n";
    moved.location = target;
    MemoryDocument gone = moved;
    gone.status = 410;
    gone.identity = "This feed is gone.\n";
    for (Format format : {Format::rss, Format::atom, Format::json, Format::html}) {
      snapshots.put("moved", format, moved);
      snapshots.put("gone", format, gone);
    }
  }
};

}  // namespace

TEST_CASE("A moved feed is 301 and a gone one 410, whatever the request's conditions",
          "[server][H-060][H-230][H-233]") {
  MovedSite site;
  const auto [key, status] = GENERATE(table<std::string, int>({{"moved", 301}, {"gone", 410}}));
  const std::string fields = GENERATE(
      as<std::string>{}, "", "If-None-Match: *\r\n", "If-Match: \"x\"\r\n",
      "If-Modified-Since: Mon, 23 Nov 2037 02:13:20 GMT\r\n",
      "If-Unmodified-Since: Mon, 23 Nov 2009 02:13:20 GMT\r\n", "Accept-Encoding: gzip, br\r\n");
  INFO(key << " " << fields);
  RawClient client = site.connect();
  for (std::string path : {"/rss.xml", "/feed", "/", "/index.xml"}) {
    INFO(path);
    for (int time = 0; time < 2; ++time) {  // as it is made, and from the cache
      const RawResponse response = client.ask(get("/" + key + path, fields));
      REQUIRE(response.status == status);
      CHECK(response.field("location") == (status == 301 ? target : ""));
      CHECK_FALSE(response.field("cache-control").empty());
      CHECK_FALSE(response.field("date").empty());
      CHECK(response.count("etag") == 0);
      CHECK(response.count("last-modified") == 0);
      CHECK_FALSE(response.body.empty());
    }
  }
}

TEST_CASE("A redirect is no answer of a format's, and is counted as what it is",
          "[server][H-230]") {
  MovedSite site;
  RawClient client = site.connect();
  CHECK(client.ask(get("/moved/rss.xml")).status == 301);
  CHECK(client.ask(get("/rss.xml")).status == 200);
  const ServerCounters counters = site.server->counters();
  CHECK(counters.by_format[static_cast<int>(Format::rss)][static_cast<int>(Coding::identity)] == 1);
  REQUIRE(counters.by_status.size() == 2);
  CHECK(counters.by_status[1].status == 301);
  CHECK(counters.by_status[1].requests == 1);
}

TEST_CASE("HEAD of a feed that has moved or is gone has the fields of GET",
          "[server][H-050][H-230]") {
  MovedSite site;
  const std::string path = GENERATE(as<std::string>{}, "/moved/rss.xml", "/gone/feed");
  RawClient client = site.connect();
  const RawResponse got = client.ask(get(path));
  const RawResponse head = client.ask("HEAD" + get(path).substr(3), false);
  CHECK(head.head == got.head);
  CHECK(client.is_silent());
  CHECK(client.ask("OPTIONS" + get(path).substr(3)).status == 204);
  CHECK(client.ask("POST" + get(path).substr(3)).status == 405);
}

TEST_CASE("However a moved feed's address is spelled, one redirect leads to its target",
          "[server][H-231]") {
  MovedSite site;
  RawClient client = site.connect();
  const auto [path, status] = GENERATE(table<std::string, int>({
      {"/%6doved/rss.xml", 301},
      {"/x/../moved/./rss.xml", 301},
      {"/moved/%66eed", 301},
      {"/%67one/rss.xml", 410},
  }));
  INFO(path);
  for (int time = 0; time < 2; ++time) {
    const RawResponse response = client.ask(get(path, "If-None-Match: *\r\n"));
    CHECK(response.status == status);
    CHECK(response.field("location") == (status == 301 ? target : ""));
  }
}

TEST_CASE("What a feed's snapshot remembers is no answer for one that has moved since",
          "[server][H-060]") {
  MovedSite site;
  MemoryDocument moved;
  moved.status = 301;
  moved.location = target;
  moved.is_remembered = true;  // without its head, until it is made
  site.snapshots.put("moved", Format::rss, moved);
  RawClient client = site.connect();
  CHECK(client.ask(get("/moved/rss.xml", "If-None-Match: *\r\n")).field("location") == target);
  site.snapshots.put("moved", Format::rss, moved);
  CHECK(client.ask(get("/moved/%72ss.xml")).field("location") == target);
}
