#include "blog_fixture.hpp"

using namespace sosik;
using sosik::testing::small_plan;

namespace {

Feed assemble(const std::string& key, const std::string& label = "") {
  FeedDefinition definition;
  definition.key = key;
  StoredFeed stored;
  stored.state.key = key;
  stored.state.label = label;
  return assemble_feed(small_plan(), definition, stored);
}

}  // namespace

TEST_CASE("Each feed knows its addresses", "[snapshot][assemble][F-004][F-201][H-275]") {
  const auto [key, base, page] = GENERATE(table<std::string, std::string, std::string>({
      {"main", "", "/"},
      {"", "", "/"},
      {"dev", "/dev", "/dev/feed"},
      {"category/개발/백엔드", "/category/%EA%B0%9C%EB%B0%9C/%EB%B0%B1%EC%97%94%EB%93%9C",
       "/category/%EA%B0%9C%EB%B0%9C/%EB%B0%B1%EC%97%94%EB%93%9C/feed"},
      {"tag/C/C++", "/tag/C%2FC++", "/tag/C%2FC++/feed"},
      {"author/kim", "/author/kim", "/author/kim/feed"},
  }));
  INFO(key);
  const std::string origin = "https://blog.example";
  const Feed feed = assemble(key);
  CHECK(feed.rss_url == origin + base + "/rss.xml");
  CHECK(feed.atom_url == origin + base + "/atom.xml");
  CHECK(feed.json_url == origin + base + "/feed.json");
  CHECK(feed.html_url == origin + page);
  CHECK(feed.home_url == origin + page);
}

TEST_CASE("The blog's home is where people read it, also when that is elsewhere",
          "[snapshot][assemble]") {
  SyndicationPlan plan = small_plan();
  plan.site.home_url = "https://www.elsewhere.example/";
  FeedDefinition definition;
  definition.key = "main";
  const Feed feed = assemble_feed(plan, definition, {});
  CHECK(feed.home_url == "https://www.elsewhere.example/");
  CHECK(feed.html_url == "https://blog.example/");
}

TEST_CASE("A derived feed is named after the site and what it is of", "[snapshot][assemble]") {
  CHECK(assemble("main").title == "소식 블로그");
  CHECK(assemble("").title == "소식 블로그");
  CHECK(assemble("category/dev", "개발").title == "소식 블로그 — 개발");
  FeedDefinition named;
  named.key = "dev";
  named.title = "개발 소식";
  named.description = "개발만";
  named.language = "ko-KR";
  const Feed feed = assemble_feed(small_plan(), named, {});
  CHECK(feed.title == "개발 소식");
  CHECK(feed.description == "개발만");
  CHECK(feed.language == "ko-KR");
}

TEST_CASE("A feed's id is its own, ASCII, and not its address", "[snapshot][assemble][F-086]") {
  CHECK(assemble("main").id == "tag:blog.example,2026:/feed/main");
  CHECK(assemble("category/개발").id == "tag:blog.example,2026:/feed/category/%EA%B0%9C%EB%B0%9C");
  SyndicationPlan moved = small_plan();
  moved.site.public_url = "https://new.example/blog";
  FeedDefinition main;
  main.key = "main";
  CHECK(assemble_feed(moved, main, {}).id == assemble("main").id);
}

TEST_CASE("Every feed says the poll hint that max-age says", "[snapshot][assemble][F-049][H-173]") {
  SyndicationPlan plan = small_plan();
  FeedDefinition main;
  const auto [seconds, minutes] = GENERATE(table<int, int>({{300, 5}, {900, 15}, {59, 1}, {0, 1}}));
  plan.site.max_age_seconds = seconds;
  CHECK(assemble_feed(plan, main, {}).ttl_minutes == minutes);
}
