// A feed's whole history in pages whose members never change places (RFC 5005, H-200..H-207).
#include <set>

#include "catch.hpp"
#include "sosik/model/archive.hpp"
#include "sosik/syndicate/feed_urls.hpp"
#include "step_fixture.hpp"

using namespace sosik;

namespace {

SyndicationPlan plan_with_limit(std::size_t limit) {
  SyndicationPlan plan = sample_plan();
  plan.definitions[0].limit = limit;
  return plan;
}

std::string page(std::int64_t number, std::string_view feed = "main") {
  return archive_key(feed, number);
}

// "Title 40", ..., "Title 21"
std::string titles(int from, int to) {
  std::string all;
  for (int i = from; i >= to; --i) all += (all.empty() ? "Title " : ",Title ") + std::to_string(i);
  return all;
}

}  // namespace

TEST_CASE("Members are numbered as they come, twenty a page, newest first",
          "[step][archive][H-203]") {
  StepFixture f(plan_with_limit(20));
  f.publish(1, 50);
  CHECK(f.titles(page(1)) == titles(20, 1));
  CHECK(f.titles(page(2)) == titles(40, 21));
  CHECK(f.titles(page(3)) == titles(50, 41));
  CHECK_FALSE(f.has_feed(page(4)));  // H-207
  CHECK_FALSE(f.feed(page(1)).older_page);
  CHECK(f.feed(page(1)).newer_page == 2);
  CHECK(f.feed(page(2)).older_page == 1);
  CHECK(f.feed(page(2)).newer_page == 3);
  CHECK_FALSE(f.feed(page(3)).newer_page);
  CHECK(f.feed(page(2)).total == 20);
  // Title 30 is the newest outside the window: the page that still grows is not needed.
  CHECK(f.feed("main").older_page == 2);
}

TEST_CASE("A feed whose window holds all members leads nowhere", "[step][archive][H-200]") {
  StepFixture f(plan_with_limit(20));
  f.publish(1, 20);
  CHECK_FALSE(f.feed("main").older_page);
  const auto before = f.feed("main");
  // The newcomer is the oldest: the window stays, but no longer holds everything.
  f.shell(
      "INSERT INTO posts (post_id, status, slug, title, body, published_at) VALUES ('old', "
      "'published', 'old', 'Old', '<p>b</p>', 1600000000000);");
  CHECK(f.feed("main").older_page == 2);
  CHECK(f.feed("main").revision == before.revision + 1);
  CHECK(f.titles("main", 20) == titles(20, 1));
  CHECK(f.titles(page(2)) == "Old");
  f.shell("DELETE FROM posts WHERE post_id = 'old';");
  CHECK_FALSE(f.feed("main").older_page);
  CHECK(f.feed("main").revision == before.revision + 2);
  CHECK_FALSE(f.has_feed(page(2)));
}

TEST_CASE("What is outside the window and in no full page is reached by the growing one",
          "[step][archive][H-202]") {
  StepFixture f(plan_with_limit(3));
  f.publish(1, 50);
  CHECK(f.feed("main").older_page == 3);
}

TEST_CASE("A large window leads past the pages that it holds whole", "[step][archive][H-202]") {
  StepFixture f(plan_with_limit(50));
  f.publish(1, 130);
  CHECK(f.feed("main").older_page == 4);  // Title 80
  // Outside by its date, and the newest of all: its page is needed, and every one before.
  f.shell(
      "INSERT INTO posts (post_id, status, slug, title, body, published_at) VALUES ('old', "
      "'published', 'old', 'Old', '<p>b</p>', 1600000000000);");
  CHECK(f.feed("main").older_page == 7);
  f.shell("DELETE FROM posts WHERE post_id = 'old';");
  CHECK(f.feed("main").older_page == 4);
  // Title 80 goes, and the newest outside is one of the same page; then all of that page go.
  f.shell("DELETE FROM posts WHERE post_id = 'p80';");
  CHECK(f.feed("main").older_page == 4);
  f.shell("DELETE FROM posts WHERE published_at BETWEEN 1700000061000 AND 1700000079000;");
  CHECK(f.feed("main").older_page == 3);
}

TEST_CASE("Entries say the page that holds them", "[step][archive][H-202]") {
  StepFixture f(plan_with_limit(3));
  f.publish(1, 22);
  std::vector<std::int64_t> pages;
  for (const auto& e : f.store->read_feed(1, "main", 3).value().entries)
    pages.push_back(e.archive_page);
  CHECK(pages == std::vector<std::int64_t>{2, 2, 1});
  CHECK(f.store->read_feed(1, "", 1).value().entries.at(0).archive_page == 0);
}

TEST_CASE("New posts leave full pages as they are", "[step][archive][H-203]") {
  StepFixture f(plan_with_limit(20));
  f.publish(1, 45);
  const auto first = f.feed(page(1)), second = f.feed(page(2)), third = f.feed(page(3));
  f.publish(46, 50);
  CHECK(f.feed(page(1)).revision == first.revision);
  CHECK(f.feed(page(2)).revision == second.revision);
  CHECK(f.feed(page(3)).revision == third.revision + 1);
}

TEST_CASE("An edit touches its page alone, and a changed date moves nobody",
          "[step][archive][H-203]") {
  StepFixture f(plan_with_limit(3));
  f.publish(1, 45);
  const auto first = f.feed(page(1)), second = f.feed(page(2));
  f.shell("UPDATE posts SET title = 'Other' WHERE post_id = 'p25';");
  CHECK(f.feed(page(1)).revision == first.revision);
  CHECK(f.feed(page(2)).revision == second.revision + 1);
  CHECK(f.titles(page(2)).find("Other") != std::string::npos);
  f.shell("UPDATE posts SET published_at = 1600000000000 WHERE post_id = 'p25';");
  CHECK(f.titles(page(2)).ends_with(",Other"));  // the same page, by its new date
  f.publish(46, 46);
  CHECK(f.titles(page(3)) == titles(46, 41));
}

TEST_CASE("A page whose posts have all gone is gone, and its neighbours meet",
          "[step][archive][H-207]") {
  StepFixture f(plan_with_limit(3));
  f.publish(1, 60);
  std::string sql = "BEGIN;";
  for (int i = 21; i <= 40; ++i)
    sql += "DELETE FROM posts WHERE post_id = 'p" + std::to_string(i) + "';";
  f.shell(sql + "COMMIT;");
  CHECK_FALSE(f.has_feed(page(2)));
  CHECK(f.feed(page(3)).older_page == 1);
  CHECK(f.feed(page(1)).newer_page == 3);
  // Its numbers are never given again.
  f.publish(61, 61);
  CHECK(f.titles(page(4)) == "Title 61");
}

TEST_CASE("A post that goes and comes back is new to the archive", "[step][archive][H-203]") {
  StepFixture f(plan_with_limit(3));
  f.publish(1, 25);
  f.shell("UPDATE posts SET status = 'draft' WHERE post_id = 'p5';");
  CHECK(f.titles(page(1)).find("Title 5,") == std::string::npos);
  f.shell("UPDATE posts SET status = 'published' WHERE post_id = 'p5';");
  CHECK(f.titles(page(1)).find("Title 5,") == std::string::npos);
  CHECK(f.titles(page(2)).ends_with("Title 5"));
}

TEST_CASE("Derived feeds have archives of their own", "[step][archive][H-202]") {
  StepFixture f(plan_with_limit(3));
  f.publish(1, 30, "INSERT INTO post_tags (post_id, tag) SELECT post_id, '한글' FROM posts;");
  CHECK(f.titles(page(1, "tag/한글")) == titles(20, 1));
  CHECK(f.feed(page(2, "tag/한글")).older_page == 1);
  const Site site = sample_plan().site;
  CHECK(feed_urls(site, page(2, "tag/한글")).atom ==
        "https://feeds.example/tag/%ED%95%9C%EA%B8%80/archive/2/atom.xml");
  CHECK(feed_urls(site, page(2)).json == "https://feeds.example/archive/2/feed.json");
}

TEST_CASE("A changed filter begins new pages, and no page serves two histories",
          "[step][archive][H-203]") {
  SyndicationPlan plan = plan_with_limit(3);
  StepFixture f(plan);
  f.publish(1, 30, "INSERT INTO post_tags (post_id, tag) SELECT post_id, 'go' FROM posts;");
  CHECK(f.titles(page(2, "go-only")) == titles(30, 21));
  // What was remembered of the old pages goes with them.
  f.file.shell(
      "INSERT INTO held_entries (site_id, fold, format, position, post_id, revision, reason) "
      "VALUES (1, '\ngo-only\n1', 0, 0, 'p1', 1, 'r');");
  plan.definitions[1].filter.exclude_tags = {"java"};
  f.start(plan);
  CHECK(f.file.shell("SELECT count(*) FROM held_entries;") == "0");
  CHECK_FALSE(f.has_feed(page(1, "go-only")));
  CHECK_FALSE(f.has_feed(page(2, "go-only")));
  CHECK(f.titles(page(3, "go-only")) == titles(20, 1));
  CHECK(f.titles(page(4, "go-only")) == titles(30, 21));
}

TEST_CASE("Only a category can be spelled like a page of an archive", "[step][archive][H-203]") {
  StepFixture f;
  f.publish(
      1, 1,
      "INSERT INTO post_tags (post_id, tag) VALUES ('p1', 'archive/3'), ('p1', 'x/archive/3');"
      "INSERT INTO post_authors (post_id, author) VALUES ('p1', 'archive/3');"
      "INSERT INTO post_categories (post_id, path) VALUES ('p1', 'x/archive/3');");
  CHECK(f.titles("tag/archive/3") == "Title 1");
  CHECK(f.titles("tag/x/archive/3") == "Title 1");
  CHECK(f.titles("author/archive/3") == "Title 1");
  CHECK(f.titles(page(1, "tag/archive/3")) == "Title 1");
  CHECK_FALSE(f.has_feed("category/x/archive/3"));
  CHECK(f.has_feed("category/x/archive"));
}

TEST_CASE("Pages are nobody's news", "[step][archive]") {
  SyndicationPlan plan = plan_with_limit(3);
  plan.targets = {webhook("all", {"post.published", "feed.changed"})};
  StepFixture f(plan);
  f.publish(1, 25);
  const auto report = f.shell("UPDATE posts SET title = 'Other' WHERE post_id = 'p3';");
  CHECK(StepFixture::keys(report) == std::vector<std::string>{""});
  CHECK(f.has_feed(page(2)));
  std::vector<std::string> listed;
  for (const auto& feed : f.store->list_feeds(1).value()) listed.push_back(feed.key);
  CHECK(listed == std::vector<std::string>{"go-only", "main", "opml"});
  for (const auto& event : f.store->ledger().list_events(1, 0, 1000).value())
    CHECK_FALSE(archive_page_of(event.subject));
}

TEST_CASE("Every post of a long history is in the feed or in one page", "[step][archive][H-202]") {
  StepFixture f(plan_with_limit(20));
  for (int i = 0; i < 5; ++i) f.publish(i * 400 + 1, (i + 1) * 400);
  std::set<std::string> seen;
  std::size_t shown = 0;
  for (const auto& e : f.store->read_feed(1, "main", 20).value().entries) seen.insert(e.post_id);
  for (auto at = f.feed("main").older_page; at; at = f.feed(page(*at)).older_page)
    for (const auto& e : f.store->read_feed(1, page(*at), 20).value().entries) {
      seen.insert(e.post_id);
      ++shown;
    }
  CHECK(seen.size() == 2000);
  CHECK(shown == 1980);  // in 99 full pages; the window holds the last one whole
}
