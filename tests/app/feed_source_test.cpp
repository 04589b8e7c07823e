// A feed and its older pages from a web that is made of answers: no socket, no waiting.
#include "../../src/app/feed_source.hpp"

#include <map>

#include "catch.hpp"

using namespace sosik;

namespace {

OutboundResponse answer(int status, std::string body = "",
                        std::vector<std::pair<std::string, std::string>> headers = {}) {
  OutboundResponse response;
  response.status = status;
  response.body = std::move(body);
  response.headers = std::move(headers);
  return response;
}

std::string item(std::string_view id) {
  return "<item><guid>https://a.example/" + std::string(id) +
         "</guid><title>글</title><pubDate>2026-01-01T00:00:00Z</pubDate></item>";
}

std::string rss(std::string_view items, std::string_view older = "",
                std::string_view generator = "") {
  std::string document = "<rss xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel>";
  if (!older.empty()) document += "<atom:link rel=\"next\" href=\"" + std::string(older) + "\"/>";
  if (!generator.empty()) document += "<generator>" + std::string(generator) + "</generator>";
  return document + std::string(items) + "</channel></rss>";
}

constexpr std::string_view wordpress = "https://wordpress.org/?v=6.6";

class Web {
 public:
  // The answers to one URL, the last for ever.
  std::map<std::string, std::vector<OutboundResponse>> at;
  std::function<OutboundResponse(const std::string& url)> otherwise = [](const std::string&) {
    return answer(404);
  };
  std::vector<std::string> asked;
  std::vector<int> pauses;

  Result<void> read(const std::string& url) {
    const FeedSource source(
        {}, {},
        [this](OutboundRequest request, const OutboundOptions&) -> OutboundResult {
          CHECK(request.method == "GET");
          asked.push_back(request.url);
          const auto found = at.find(request.url);
          if (found == at.end()) return otherwise(request.url);
          const auto response = found->second.front();
          if (found->second.size() > 1) found->second.erase(found->second.begin());
          return response;
        },
        [this](std::chrono::seconds pause) { pauses.push_back(static_cast<int>(pause.count())); });
    return source.read(url, pages);
  }
  std::size_t posts() { return pages.feed().posts.size(); }
  std::string notices() {
    std::string all;
    for (const auto& notice : pages.feed().notices) all += notice.reason + "\n";
    return all;
  }

  FeedPages pages;
};

bool says(const std::string& text, std::string_view what) {
  INFO(text);
  return text.find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("Pages are followed until they lead in a circle", "[app][feed_source][H-201]") {
  Web web;
  web.at["https://a.example/feed"] = {answer(200, rss(item("3"), "/2"))};
  web.at["https://a.example/2"] = {answer(200, rss(item("2"), "/1"))};
  web.at["https://a.example/1"] = {answer(200, rss(item("1"), "/feed"))};
  REQUIRE(web.read("https://a.example/feed").has_value());
  CHECK(web.posts() == 3);
  CHECK(web.asked.size() == 3);
  CHECK(says(web.notices(), "circle"));
}

TEST_CASE("Pages without end are left after some that hold nothing new", "[app][feed_source]") {
  Web web;
  int number = 0;
  web.otherwise = [&](const std::string&) {
    return answer(200, rss(item("1"), "/page/" + std::to_string(++number)));
  };
  REQUIRE(web.read("https://a.example/feed").has_value());
  CHECK(web.posts() == 1);
  CHECK(web.asked.size() < 50);
  CHECK(says(web.notices(), "nothing new"));
}

TEST_CASE("A page that repeats the feed, or lost its posts, does not end the walk",
          "[app][feed_source][H-204]") {
  Web web;
  web.at["https://a.example/feed"] = {answer(200, rss(item("2"), "/3"))};
  web.at["https://a.example/3"] = {answer(200, rss(item("2"), "/2"))};
  web.at["https://a.example/2"] = {answer(200, rss("", "/1"))};
  web.at["https://a.example/1"] = {answer(200, rss(item("1")))};
  REQUIRE(web.read("https://a.example/feed").has_value());
  CHECK(web.posts() == 2);
  CHECK(web.notices().empty());
}

TEST_CASE("Pages on another host are not asked for", "[app][feed_source]") {
  Web web;
  SECTION("by a link, which is a notice") {
    web.at["https://a.example/feed"] = {answer(200, rss(item("1"), "https://b.example/2"))};
    REQUIRE(web.read("https://a.example/feed").has_value());
    CHECK(web.asked.size() == 1);
    CHECK(says(web.notices(), "https://b.example/2"));
  }
  SECTION("nor on the same by http, where https cannot be meant") {
    web.at["https://a.example/feed"] = {answer(200, rss(item("1"), "http://a.example:8080/2"))};
    REQUIRE(web.read("https://a.example/feed").has_value());
    CHECK(web.asked.size() == 1);
    CHECK(says(web.notices(), "http://a.example:8080/2"));
  }
  SECTION("by a redirect of an older page") {
    web.at["https://a.example/feed"] = {answer(200, rss(item("2"), "/2"))};
    web.at["https://a.example/2"] = {answer(302, "", {{"location", "https://b.example/2"}})};
    web.at["https://b.example/2"] = {answer(200, rss(item("1")))};
    const auto read = web.read("https://a.example/feed");
    REQUIRE(read.has_error());
    CHECK(says(read.error().detail, "another host"));
    CHECK(web.posts() == 1);
  }
}

TEST_CASE("Redirects are followed five times, and never from https to http", "[app][feed_source]") {
  Web web;
  SECTION("to another host, whose pages are then the feed's") {
    web.at["http://old.example/feed"] = {answer(301, "", {{"location", "https://a.example/feed"}})};
    web.at["https://a.example/feed"] = {answer(200, rss(item("2"), "/2"))};
    web.at["https://a.example/2"] = {answer(200, rss(item("1")))};
    REQUIRE(web.read("http://old.example/feed").has_value());
    CHECK(web.posts() == 2);
  }
  SECTION("in a circle") {
    web.at["https://a.example/feed"] = {answer(302, "", {{"location", "/feed"}})};
    const auto read = web.read("https://a.example/feed");
    REQUIRE(read.has_error());
    CHECK(says(read.error().detail, "redirects"));
    CHECK(web.asked.size() == 6);
  }
  SECTION("from https to http") {
    web.at["https://a.example/feed"] = {answer(302, "", {{"location", "http://a.example/feed"}})};
    web.at["http://a.example/feed"] = {answer(200, rss(item("1")))};
    REQUIRE(web.read("https://a.example/feed").has_error());
    CHECK(web.asked.size() == 1);
  }
}

TEST_CASE("Pages of a feed on https are asked for by https, whatever it says",
          "[app][feed_source]") {
  Web web;
  web.at["https://a.example/feed"] = {answer(200, rss(item("2"), "http://a.example/2"))};
  web.at["https://a.example/2"] = {answer(200, rss(item("1")))};
  REQUIRE(web.read("https://a.example/feed").has_value());
  CHECK(web.posts() == 2);
}

TEST_CASE("WordPress is known by each feed's own generator", "[app][feed_source]") {
  Web web;
  const auto generator = GENERATE(std::string(wordpress), std::string("http://wordpress.com/"));
  web.at["https://b.example/feed"] = {answer(200, rss(item("9")))};
  web.at["https://a.example/feed"] = {answer(200, rss(item("2"), "", generator))};
  web.at["https://a.example/feed?paged=2"] = {answer(200, rss(item("1"), "", generator))};
  REQUIRE(web.read("https://b.example/feed").has_value());  // no WordPress
  REQUIRE(web.read("https://a.example/feed").has_value());
  CHECK(web.posts() == 3);
  CHECK(web.notices().empty());
  CHECK(web.asked == std::vector<std::string>{"https://b.example/feed", "https://a.example/feed",
                                              "https://a.example/feed?paged=2",
                                              "https://a.example/feed?paged=3"});
  web.asked.clear();
  REQUIRE(web.read("https://b.example/feed").has_value());
  CHECK(web.asked.size() == 1);
}

TEST_CASE("What another source held already does not end the walk", "[app][feed_source]") {
  Web web;
  web.at["https://a.example/saved"] = {answer(200, rss(item("2")))};
  web.at["https://a.example/feed"] = {answer(200, rss(item("2"), "", wordpress))};
  web.at["https://a.example/feed?paged=2"] = {answer(200, rss(item("1"), "", wordpress))};
  REQUIRE(web.read("https://a.example/saved").has_value());
  REQUIRE(web.read("https://a.example/feed").has_value());
  CHECK(web.posts() == 2);
}

TEST_CASE("Older entries that cannot be had are a failure, and what was read stays",
          "[app][feed_source]") {
  Web web;
  web.at["https://a.example/feed"] = {answer(200, rss(item("2"), "/2"))};
  const auto broken = GENERATE(answer(500), answer(404), answer(200, "<html/>"));
  web.at["https://a.example/2"] = {broken};
  const auto read = web.read("https://a.example/feed");
  REQUIRE(read.has_error());
  CHECK(says(read.error().detail, "older entries could not be read: https://a.example/2"));
  CHECK(web.posts() == 1);
}

TEST_CASE("A busy server is waited for as long as it says, up to two minutes",
          "[app][feed_source]") {
  Web web;
  const auto busy = [](std::string after) {
    return answer(503, "", {{"retry-after", std::move(after)}});
  };
  auto& feed = web.at["https://a.example/feed"];
  SECTION("seconds") {
    feed = {busy("7"), busy("120"), answer(200, rss(item("1")))};
    REQUIRE(web.read("https://a.example/feed").has_value());
    CHECK(web.pauses == std::vector<int>{7, 120});
  }
  SECTION("too long, or in no number") {
    feed = {busy(GENERATE("121", "-1", "soon", ""))};
    REQUIRE(web.read("https://a.example/feed").has_error());
    CHECK(web.pauses.empty());
  }
  SECTION("a moment that has passed") {
    feed = {busy("Wed, 01 Jan 2020 00:00:00 GMT"), answer(200, rss(item("1")))};
    REQUIRE(web.read("https://a.example/feed").has_value());
    CHECK(web.pauses == std::vector<int>{0});
  }
  SECTION("again and again") {
    feed = {busy("1")};
    REQUIRE(web.read("https://a.example/feed").has_error());
    CHECK(web.pauses.size() == 3);
  }
}

TEST_CASE("A document that is too large, or compressed unasked, is refused", "[app][feed_source]") {
  Web web;
  auto& feed = web.at["https://a.example/feed"];
  SECTION("too large") {
    feed = {answer(200, std::string(max_feed_bytes + 1, ' '))};
    const auto read = web.read("https://a.example/feed");
    REQUIRE(read.has_error());
    CHECK(read.error().code == Errc::too_large);
  }
  SECTION("compressed") {
    feed = {answer(200, "x", {{"content-encoding", "gzip"}})};
    const auto read = web.read("https://a.example/feed");
    REQUIRE(read.has_error());
    CHECK(says(read.error().detail, "gzip"));
  }
}

TEST_CASE("The charset of HTTP is the document's", "[app][feed_source][K-045]") {
  Web web;
  web.at["https://a.example/feed"] = {answer(
      200, "<rss><channel><item><guid>a</guid><title>\xB0\xA1</title></item></channel></rss>",
      {{"content-type", "text/xml; Charset=\"EUC-KR\"; x=y"}})};
  REQUIRE(web.read("https://a.example/feed").has_value());
  CHECK(web.pages.feed().posts.at(0).post.title == "가");
}
