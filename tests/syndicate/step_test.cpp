#include "catch.hpp"
#include "step_fixture.hpp"

using namespace sosik;
using Keys = std::vector<std::string>;

TEST_CASE("A plan without posts has empty feeds that can be served", "[step][F-013]") {
  StepFixture f;
  CHECK(f.feed("main").revision == 1);
  CHECK(f.feed("").revision == 1);
  CHECK(f.store->read_feed(1, "main", 20).value().entries.empty());
}

TEST_CASE("A published post appears in every feed it belongs to and is told once", "[step]") {
  StepFixture f;
  const auto report = f.shell(R"(BEGIN;
    INSERT INTO posts (post_id, status, slug, title, body, published_at)
      VALUES ('a', 'published', '첫-글', '첫 글', '<p>안녕하세요 <script>x()</script></p>', 1700000000000);
    INSERT INTO post_tags (post_id, tag) VALUES ('a', 'go');
    INSERT INTO post_categories (post_id, path) VALUES ('a', '개발/백엔드');
    INSERT INTO post_authors (post_id, author) VALUES ('a', 'kim');
    INSERT INTO authors (author, name) VALUES ('kim', '김지은');
    COMMIT;)");
  CHECK(f.keys(report) == Keys{"", "author/kim", "category/개발", "category/개발/백엔드", "go-only",
                               "main", "tag/go"});
  CHECK(report.changed_slugs == Keys{"첫-글"});
  CHECK(f.post_events() == "post.published:a");
  const Entry e = f.entry("첫-글");
  CHECK(e.title == "첫 글");
  CHECK(e.url == "https://feeds.example/posts/%EC%B2%AB-%EA%B8%80");
  CHECK(e.has_own_page);
  CHECK(e.content_html == "<p>안녕하세요 </p>");
  CHECK(e.summary == "안녕하세요");
  CHECK(e.authors.at(0).name == "김지은");
  CHECK(e.categories.at(0).label == "개발/백엔드");
  CHECK(e.tags == Keys{"go"});
  CHECK(e.revision == 1);
  CHECK(to_unix_ms(e.published) == 1700000000000);
  CHECK(e.id.starts_with("tag:blog.example,2026-11-23:/"));
  CHECK(f.feed("main").total == 1);
  CHECK(f.feed("author/kim").label == "김지은");
  CHECK(f.feed("main").changed_at == e.changed_at);
}

TEST_CASE("A step with nothing to do changes nothing", "[step]") {
  StepFixture f;
  f.publish(1, 2);
  const auto before = f.feed("main");
  const auto events = f.last_event();
  CHECK(f.keys(f.run()).empty());
  // Touched, but nothing differs.
  CHECK(f.keys(f.shell("UPDATE posts SET title = title; INSERT INTO post_tags (post_id, tag) "
                       "VALUES ('p1', 'x'); "
                       "DELETE FROM post_tags;"))
            .empty());
  CHECK(f.feed("main").revision == before.revision);
  CHECK(f.last_event() == events);
}

TEST_CASE("Every change that shows advances the feeds that show it", "[step][H-112]") {
  const auto [sql, events] = GENERATE(table<std::string, std::string>({
      {"UPDATE posts SET title = 'new' WHERE post_id = 'p2';", "post.updated:p2"},
      {"UPDATE posts SET slug = 'moved' WHERE post_id = 'p2';", "post.updated:p2"},
      {"UPDATE posts SET url = 'https://blog.example/p2' WHERE post_id = 'p2';", "post.updated:p2"},
      {"UPDATE posts SET body = '<p>other</p>' WHERE post_id = 'p2';", "post.updated:p2"},
      {"UPDATE posts SET updated_at = 1700000009000 WHERE post_id = 'p2';", "post.updated:p2"},
      {"UPDATE posts SET status = 'unpublished' WHERE post_id = 'p2';", "post.unpublished:p2"},
      {"UPDATE posts SET status = 'draft' WHERE post_id = 'p2';", "post.unpublished:p2"},
      {"UPDATE posts SET status = 'deleted' WHERE post_id = 'p2';", "post.deleted:p2"},
      {"UPDATE posts SET published_at = 4000000000000 WHERE post_id = 'p2';",
       "post.unpublished:p2"},
      {"UPDATE posts SET published_at = 1600000000000 WHERE post_id = 'p2';", "post.updated:p2"},
      {"DELETE FROM posts WHERE post_id = 'p2';", "post.deleted:p2"},
      {"INSERT INTO post_tags (post_id, tag) VALUES ('p2', 'new');", "post.updated:p2"},
      {"INSERT INTO post_categories (post_id, path) VALUES ('p2', 'new');", "post.updated:p2"},
      {"INSERT INTO post_authors (post_id, author) VALUES ('p2', 'new');", "post.updated:p2"},
      {"INSERT INTO enclosures (post_id, url) VALUES ('p2', 'https://x.example/a.mp3');",
       "post.updated:p2"},
      {"INSERT INTO posts (post_id, status, slug, title, published_at) VALUES ('p2', 'published', "
       "'s2', 'again', 1700000002000) ON CONFLICT (site_id, post_id) DO UPDATE SET "
       "title = excluded.title;",
       "post.updated:p2"},
      {is_on_postgresql()
           ? "DELETE FROM posts WHERE post_id = 'p2';"
           : "REPLACE INTO posts (post_id, status, slug, title, published_at) VALUES ('p2', "
             "'published', 's2', 'again', 1700000002000);",
       is_on_postgresql() ? "post.deleted:p2" : "post.updated:p2"},
      {"INSERT INTO posts (post_id, status, slug, title, published_at) VALUES ('p9', 'published', "
       "'s9', 'P', 1700000009000);",
       "post.published:p9"},
  }));
  INFO(sql);
  StepFixture f;
  f.publish(1, 2);
  const auto before = f.feed("main");
  const auto last = f.last_event();
  const auto report = f.shell(sql);
  CHECK(f.post_events(last) == events);
  CHECK(f.feed("main").revision == before.revision + 1);
  CHECK(f.feed("main").changed_at > before.changed_at);
  CHECK_FALSE(report.changed_slugs.empty());
}

TEST_CASE("A post that comes back advances the feeds that show it again", "[step][H-112]") {
  const std::string away = GENERATE("unpublished", "deleted", "draft");
  INFO(away);
  StepFixture f;
  f.publish(1, 2);
  f.shell("UPDATE posts SET status = '" + away + "' WHERE post_id = 'p2';");
  const auto before = f.feed("main");
  f.shell("UPDATE posts SET status = 'published' WHERE post_id = 'p2';");
  CHECK(f.is_served("s2"));
  CHECK(f.feed("main").revision == before.revision + 1);
  CHECK(f.feed("main").changed_at > before.changed_at);
}

TEST_CASE("What does not show advances nothing", "[step][H-113]") {
  StepFixture f;
  f.publish(1, 5);  // main shows three
  const auto before = f.feed("main");
  f.shell("INSERT INTO posts (post_id, status, title) VALUES ('d', 'draft', 'D');");
  f.shell("UPDATE posts SET title = 'edited draft' WHERE post_id = 'd';");
  const auto report = f.shell("UPDATE posts SET title = 'old' WHERE post_id = 'p1';");
  CHECK(f.feed("main").revision == before.revision);
  CHECK(f.keys(report) == Keys{""});  // the list of all posts shows it
  CHECK(f.entry("s1").title == "old");
}

TEST_CASE("A post that leaves the window lets the next one in, and that is a change",
          "[step][H-111]") {
  StepFixture f;
  f.publish(1, 5);
  CHECK(f.titles("main", 3) == "Title 5,Title 4,Title 3");
  const auto before = f.feed("main");
  f.shell("DELETE FROM posts WHERE post_id = 'p5';");
  CHECK(f.titles("main", 3) == "Title 4,Title 3,Title 2");
  CHECK(f.feed("main").changed_at > before.changed_at);
  CHECK_FALSE(f.is_served("s5"));
}

TEST_CASE("A feed's count is the one of its revision, and the list of all posts counts every post",
          "[step]") {
  StepFixture f;
  f.publish(1, 5);
  f.shell("DELETE FROM posts WHERE post_id = 'p1';");  // outside the window of main
  CHECK(f.feed("main").total == 5);
  CHECK(f.feed("").total == 4);
  f.shell("UPDATE posts SET title = 'now' WHERE post_id = 'p5';");
  CHECK(f.feed("main").total == 4);
}

TEST_CASE("Nothing of an unpublished post stays in the records of the step", "[step][F-008]") {
  StepFixture f;
  f.publish(1, 1);
  f.shell("UPDATE posts SET status = 'unpublished';");
  CHECK(f.file.shell("SELECT count(*) FROM bodies; SELECT count(*) FROM feed_entries; "
                     "SELECT count(*) FROM entries WHERE doc LIKE '%Title 1%';") == "0\n0\n0");
  f.shell("UPDATE posts SET status = 'published';");
  CHECK(f.post_events() == "post.published:p1 post.unpublished:p1 post.published:p1");
  CHECK(f.entry("s1").revision == 3);
}

TEST_CASE("A feed advances at most once a second and every revision owns its second",
          "[step][H-116]") {
  StepFixture f;
  f.publish(1, 1);
  const auto first = f.feed("main");
  f.file.shell("UPDATE posts SET title = 'x';");
  CHECK(f.step->run().value().changed_feeds.empty());
  const auto wake = f.step->next_wake().value();
  REQUIRE(wake);
  CHECK(*wake == first.changed_at + std::chrono::seconds(1));
  f.file.shell("UPDATE posts SET title = 'y';");
  f.clock.set(*wake);
  CHECK(f.step->run().value().events > 0);
  CHECK(f.titles() == "y");
  CHECK(f.feed("main").revision == first.revision + 1);
  CHECK(f.feed("main").changed_at == *wake);
}

TEST_CASE("A clock that is set back neither holds up news nor moves a feed back",
          "[step][H-115][H-117]") {
  StepFixture f;
  f.publish(1, 1);
  const auto before = f.feed("main");
  f.clock.advance(std::chrono::hours(-2));
  f.shell("UPDATE posts SET title = 'later';");
  CHECK(f.titles() == "later");
  CHECK(f.feed("main").changed_at == before.changed_at + std::chrono::seconds(1));
  f.shell("UPDATE posts SET title = 'later still';");
  CHECK(f.feed("main").changed_at == before.changed_at + std::chrono::seconds(2));
}

TEST_CASE("A post that was shown stays when the clock goes back before its date", "[step]") {
  StepFixture f;
  const auto now = std::to_string(to_unix_ms(f.clock.now()));
  f.shell(
      "INSERT INTO posts (post_id, status, slug, title, published_at) VALUES ('a', 'published', "
      "'a', 'A', " +
      now + ");");
  f.clock.advance(std::chrono::hours(-2));
  f.shell("UPDATE posts SET title = 'B';");
  CHECK(f.post_events() == "post.published:a post.updated:a");
}

TEST_CASE("A scheduled post appears at its time by itself, once, also after a restart",
          "[step][H-114][N-211]") {
  const bool restarts = GENERATE(false, true);
  StepFixture f;
  const auto at = f.clock.now() + std::chrono::hours(1);
  f.shell(
      "INSERT INTO posts (post_id, status, slug, title, published_at) VALUES ('a', 'published', "
      "'a', 'A', " +
      std::to_string(to_unix_ms(at)) + ");");
  CHECK(f.titles().empty());
  CHECK(f.post_events().empty());
  CHECK(f.step->next_wake().value() == at);
  if (restarts) f.start(sample_plan());
  CHECK(f.step->next_wake().value() == at);
  f.clock.set(at - std::chrono::milliseconds(1));
  CHECK(f.step->run().value().events == 0);
  f.clock.set(at);
  CHECK(f.step->run().value().events > 0);
  CHECK(f.titles() == "A");
  CHECK_FALSE(f.step->next_wake().value().has_value());
  f.run();
  CHECK(f.post_events() == "post.published:a");
}

TEST_CASE("A scheduled post that is moved or withdrawn does not appear at the old time", "[step]") {
  const auto [sql, later] = GENERATE(table<std::string, bool>(
      {{"UPDATE posts SET status = 'draft';", false},
       {"DELETE FROM posts;", false},
       {"UPDATE posts SET published_at = published_at + 86400000;", true}}));
  INFO(sql);
  StepFixture f;
  const auto at = f.clock.now() + std::chrono::hours(1);
  f.shell(
      "INSERT INTO posts (post_id, status, slug, title, published_at) VALUES ('a', 'published', "
      "'a', 'A', " +
      std::to_string(to_unix_ms(at)) + ");");
  f.shell(sql);
  CHECK(f.step->next_wake().value().has_value() == later);
  f.clock.set(at);
  f.run();
  CHECK(f.post_events().empty());
}

TEST_CASE("A bulk import is recorded and shown, and nobody is told", "[step][N-212]") {
  auto plan = sample_plan();
  plan.targets = {
      webhook("build", {"post.published", "feed.changed"}),
      {.kind = TargetKind::websub, .name = "websub:hub", .url = "https://hub.example/"}};
  StepFixture f(plan);
  f.publish(1, 3);  // not quiet: told
  CHECK_FALSE(f.store->ledger().list_deliveries(1, {}).value().empty());
  const auto told = f.store->ledger().list_deliveries(1, up_to(1000)).value().size();
  const auto report =
      f.shell(quietly("INSERT INTO posts (post_id, status, slug, title, published_at) "
                      "VALUES ('q', 'published', 'q', 'Q', 1700000009000);"));
  CHECK(report.events == 2);
  CHECK(report.deliveries == 0);
  CHECK(f.titles("main", 1) == "Q");
  CHECK(f.store->ledger().list_deliveries(1, up_to(1000)).value().size() == told);
  CHECK(f.store->ledger().list_events(1, 0, 100).value().back().is_quiet);
}

TEST_CASE("A scheduled post that a quiet import brought is told when it comes due", "[step]") {
  auto plan = sample_plan();
  plan.targets = {webhook("build")};
  StepFixture f(plan);
  const auto at = f.clock.now() + std::chrono::hours(1);
  f.shell(
      quietly("INSERT INTO posts (post_id, status, slug, title, published_at) "
              "VALUES ('a', 'published', 'a', 'A', " +
              std::to_string(to_unix_ms(at)) + ");"));
  f.clock.set(at);
  CHECK(f.run().deliveries == 1);
}

TEST_CASE("A large import is taken in several steps and nothing of it is missed", "[step]") {
  StepFixture f;
  f.publish(1, 2500);
  CHECK(f.feed("").total == 2500);
  CHECK(f.store->ledger().list_events(1, 0, 10000).value().size() > 2500);
  CHECK(f.titles("main", 3) == "Title 2500,Title 2499,Title 2498");
  CHECK_FALSE(f.store->syndication().has_dirty(1).value());
}
