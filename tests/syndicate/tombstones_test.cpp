// What a feed remembers of posts that have gone (F-102).
#include "catch.hpp"
#include "step_fixture.hpp"

using namespace sosik;

namespace {

SyndicationPlan with_tombstones() {
  auto plan = sample_plan();  // main (of three) and go-only
  plan.definitions[0].extensions.tombstones = true;
  return plan;
}

std::vector<std::string> tombstones(const StepFixture& f, std::string_view key = "main") {
  std::vector<std::string> ids;
  for (const auto& t : f.store->read_feed(1, key, 10).value().tombstones) ids.push_back(t.entry_id);
  return ids;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("A post that goes leaves its id in the feeds that showed it, and no content",
          "[step][tombstones][F-102]") {
  const std::string statement =
      GENERATE(as<std::string>{}, "DELETE FROM posts WHERE post_id = 'p1'",
               "UPDATE posts SET status = 'deleted' WHERE post_id = 'p1'",
               "UPDATE posts SET status = 'unpublished' WHERE post_id = 'p1'",
               "UPDATE posts SET published_at = NULL WHERE post_id = 'p1'");
  INFO(statement);
  StepFixture f(with_tombstones());
  f.publish(1, 2);
  const std::string id = f.entry("s1").id;
  const auto before = f.feed("main");
  f.shell(statement);
  CHECK(tombstones(f) == Ids{id});
  CHECK(tombstones(f, "").empty());
  CHECK(tombstones(f, "go-only").empty());  // it never was there
  CHECK(f.feed("main").revision == before.revision + 1);
  CHECK(f.store->read_feed(1, "main", 10).value().tombstones[0].when > before.changed_at);
}

TEST_CASE("A post that comes back takes its tombstones along", "[step][tombstones][F-102]") {
  StepFixture f(with_tombstones());
  f.publish(1, 1, "INSERT INTO post_tags (post_id, tag) VALUES ('p1', 'go');");
  f.shell("UPDATE posts SET status = 'unpublished' WHERE post_id = 'p1'");
  CHECK(tombstones(f, "go-only").size() == 1);
  // It comes back without the tag: go-only must not go on saying that it was deleted.
  f.shell("DELETE FROM post_tags; UPDATE posts SET status = 'published' WHERE post_id = 'p1'");
  CHECK(tombstones(f).empty());
  CHECK(tombstones(f, "go-only").empty());
}

TEST_CASE("A post that comes back after another took its place takes its tombstones along",
          "[step][tombstones][F-102]") {
  StepFixture f(with_tombstones());
  const auto insert = [](const std::string& post, const std::string& key, const std::string& slug) {
    return "INSERT INTO posts (post_id, source_key, slug, title, status, published_at) VALUES ('" +
           post + "', '" + key + "', '" + slug + "', 'A', 'published', 1700000001000);";
  };
  f.shell(insert("p1", "one", "s1"));
  const std::string id = f.entry("s1").id;
  // Of the record of the first nothing stays.
  f.shell("BEGIN; DELETE FROM posts; " + insert("p1", "two", "s2") + "COMMIT;");
  REQUIRE(f.entry("s2").id != id);
  REQUIRE(tombstones(f) == Ids{id});
  f.shell(insert("p9", "one", "s1"));
  REQUIRE(f.entry("s1").id == id);
  CHECK(tombstones(f).empty());
}

TEST_CASE("A post that only leaves a feed is not said to be deleted", "[step][tombstones]") {
  StepFixture f(with_tombstones());
  f.publish(1, 1, "INSERT INTO post_tags (post_id, tag) VALUES ('p1', 'go');");
  f.shell("DELETE FROM post_tags");
  CHECK(tombstones(f, "go-only").empty());
}

TEST_CASE("A feed that shows tombstones advances for a post beyond its window, others do not",
          "[step][tombstones][H-113]") {
  auto plan = with_tombstones();
  plan.definitions[1].filter.tags.clear();
  plan.definitions[1].limit = 3;  // the same posts as main
  StepFixture f(plan);
  f.publish(1, 5);
  const auto main = f.feed("main"), other = f.feed("go-only");
  f.shell("DELETE FROM posts WHERE post_id = 'p1'");
  CHECK(f.feed("main").revision == main.revision + 1);
  CHECK(f.feed("go-only").revision == other.revision);
  CHECK(tombstones(f, "go-only").size() == 1);
  f.publish(1, 1);
  CHECK(tombstones(f).empty());
  CHECK(f.feed("main").revision == main.revision + 2);
  CHECK(f.feed("go-only").revision == other.revision);
}

TEST_CASE("Of many posts that go the newest fifty are remembered", "[step][tombstones]") {
  StepFixture f(with_tombstones());
  f.publish(1, 60);
  for (int i = 1; i <= 60; ++i)
    f.shell("DELETE FROM posts WHERE post_id = 'p" + std::to_string(i) + "'");
  CHECK(tombstones(f).size() == max_tombstones);
  const auto kept = f.store->read_feed(1, "main", 1).value().tombstones;
  CHECK(std::is_sorted(kept.begin(), kept.end(),
                       [](const Tombstone& a, const Tombstone& b) { return a.when > b.when; }));
  CHECK(f.file.shell("SELECT count(*) FROM feed_tombstones WHERE fold = 'main'") == "50");
}

TEST_CASE("Fifty and more that go at once leave the same ones in any order", "[step][tombstones]") {
  std::vector<Ids> kept;
  for (const char* order : {"ASC", "DESC"}) {
    StepFixture f(with_tombstones());
    std::string sql = "BEGIN;";
    for (int i = 1; i <= 60; ++i) {
      const std::string n = std::to_string(i);
      sql +=
          "INSERT INTO posts (post_id, guid, status, slug, title, body, published_at) VALUES ('p" +
          n + "', 'tag:old.example,2020:" + n + "', 'published', 's" + n +
          "', 'T', 'x', 1700000000000);";
    }
    f.shell(sql + "COMMIT;");
    f.shell(std::string("INSERT INTO touch SELECT site_id, post_id FROM posts ORDER BY post_id ") +
            order + "; DELETE FROM posts;");
    kept.push_back(tombstones(f));
  }
  CHECK(kept[0].size() == max_tombstones);
  CHECK(kept[0] == kept[1]);
}
