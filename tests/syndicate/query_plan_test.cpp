// The step's cost depends on what changed, not on the size of the store: every statement that it
// runs finds its rows by an index, and so does every trigger that another program's statement
// fires.
#include <vector>

#include "catch.hpp"
#include "ledger_tools.hpp"
#include "query_plans.hpp"
#include "sqlite_store.hpp"
#include "step_fixture.hpp"

using namespace sosik;

namespace {

constexpr AllowedWalk allowed[] = {
    {"FROM dirty_posts WHERE site_id = ?1 LIMIT 1",
     "SEARCH dirty_posts USING COVERING INDEX dirty_posts_by_site (site_id=?)",
     "LIMIT 1: whether there is any row"},
    {"FROM dirty_posts d WHERE d.site_id = ?1 ORDER BY d.seq LIMIT ?2",
     "SEARCH d USING INDEX dirty_posts_by_site (site_id=?)",
     "LIMIT: the first of what changed, in the order of the index"},
    {"FROM scheduled WHERE site_id = ?1 ORDER BY visible_at LIMIT 1",
     "SEARCH scheduled USING PRIMARY KEY (site_id=?)", "LIMIT 1: the first row of the key"},
    {"FROM feeds INDEXED BY feeds_defined", "SEARCH feeds USING INDEX feeds_defined (site_id=?)",
     "the index holds the defined feeds only"},
    {"SELECT next_at, max(leased_until, again_at) FROM deliveries WHERE state < 2 AND is_behind = "
     "0 ORDER BY "
     "next_at",
     "SCAN deliveries USING INDEX deliveries_due", "read up to the first that nobody holds"},
    {"FROM news ORDER BY number DESC LIMIT 1", "SCAN news", "LIMIT 1: the last row of the key"},
    {"FROM json_each(?", "SCAN json_each VIRTUAL TABLE INDEX 1:",
     "its own parameter: the names that the claim passes by, or the rows that it is about"},
    {"FROM endpoints WHERE site_id = ?1 ORDER BY", "SEARCH endpoints USING PRIMARY KEY (site_id=?)",
     "all are wanted, and only when targets_version has moved"},
    {"FROM target_state WHERE site_id = ?1 ORDER BY",
     "SEARCH target_state USING PRIMARY KEY (site_id=?)",
     "all are wanted, and only when targets_version has moved"},
};

bool is_allowed(std::string_view sql, std::string_view plan) {
  for (const auto& e : allowed)
    if (sql.find(e.part) != std::string_view::npos && plan == e.plan) return true;
  return false;
}

void check_plan(sqlite3* db, const std::string& sql) {
  for (const auto& line : plan_of(db, sql)) {
    INFO(sql << "\n" << line);
    CHECK((!walks(line) || is_allowed(sql, line)));
    // Sorting is for the handful of rows of one post or one id, or those that a statement names.
    const bool is_of_one = sql.find("l.post_id = ?2") != std::string::npos ||
                           sql.find("entry_id = ?2 ORDER BY") != std::string::npos ||
                           sql.find("subject = ?2") != std::string::npos ||
                           sql.find("id IN (SELECT value FROM json_each(?1))") != std::string::npos;
    CHECK((is_of_one || line.find("TEMP B-TREE") == std::string::npos));
  }
}

}  // namespace

TEST_CASE("No statement of a step, a claim or a reader walks through a table",
          "[step][scale][sqlite]") {
  StoreFile file;
  sqlite::SqliteStore store(file.path(), {});
  FakeClock clock;
  auto plan = sample_plan();
  plan.targets = {
      webhook("a"),
      {.kind = TargetKind::websub, .name = "websub:hub", .url = "https://hub.example/"}};
  Step step(store, clock, plan);
  step.adopt(plan).value();
  const SeenStatements seen(store.handle());
  step.adopt(plan).value();  // as a start does when nothing changed
  const auto change = [&](const std::string& sql) {
    file.shell(sql);
    clock.advance(std::chrono::seconds(1));
    step.run().value();
  };
  change(
      "INSERT INTO posts (post_id, status, slug, title, body, published_at) VALUES ('a', "
      "'published', 'a', 'A', 'x', 1700000000000), "
      "('l', 'published', 'l', 'L', 'x', 4000000000000); INSERT INTO post_tags (post_id, tag) "
      "VALUES ('a', 'go'); "
      "INSERT INTO post_categories (post_id, path) VALUES ('a', 'x/y');");
  change("UPDATE posts SET post_id = 'b', title = 'B', body = 'y' WHERE post_id = 'a';");
  change(
      "INSERT INTO posts (post_id, source_key, status, slug, title, published_at) VALUES ('c', "
      "'b', 'published', 'c', 'C', 1700000000000);");
  change("DELETE FROM posts WHERE post_id = 'b';");
  const auto claimed =
      store.ledger().claim_deliveries("w", clock.now(), std::chrono::seconds(60), 10).value();
  REQUIRE(claimed.size() > 1);
  record_one(store, claimed[0], clock.now(), {DeliveryState::delivered, clock.now()}).value();
  record_one(store, claimed[1], clock.now(), {DeliveryState::pending, clock.now()}).value();
  store.ledger().next_delivery_at(clock.now()).value();
  store.read_feed(1, "main", 20).value();
  store.read_feed_list(1).value();
  store.read_entry_by_slug(1, "c").value();
  const std::vector<DocumentTag> tags = {{.key = "main",
                                          .format = Format::rss,
                                          .revision = store.feed_state(1, "main")->revision,
                                          .basis = "b",
                                          .etag_hash = "e",
                                          .size = 1}};
  store.remember_tags(1, tags).value();
  CHECK(store.read_tags(1, "main").value().size() == 1);
  const auto statements = seen.texts();
  CHECK(statements.size() > 40);
  for (const auto& sql : statements) {
    if (sql.starts_with("BEGIN") || sql.starts_with("COMMIT") ||
        sql.find("write_mode") != std::string::npos)
      continue;
    check_plan(store.handle(), sql);
  }
}

TEST_CASE("No statement of another program makes a trigger walk through a site",
          "[step][scale][sqlite]") {
  StoreFile file;
  { sqlite::SqliteStore made(file.path(), {}); }
  sqlite::SqliteStore store(file.path(), {});  // reads what the file has, as another program does
  sqlite3* db = store.handle();
  for (const std::string sql : {
           "INSERT INTO posts (post_id, slug) VALUES (?1, ?2)",
           "REPLACE INTO posts (post_id, slug) VALUES (?1, ?2)",
           "INSERT INTO posts (post_id, slug) VALUES (?1, ?2) ON CONFLICT (site_id, post_id) DO "
           "UPDATE SET slug = excluded.slug",
           "UPDATE posts SET slug = ?3, status = 'published' WHERE site_id = ?1 AND post_id = ?2",
           "UPDATE posts SET post_id = ?3 WHERE site_id = ?1 AND post_id = ?2",
           "UPDATE posts SET source = ?3, source_key = ?4 WHERE site_id = ?1 AND post_id = ?2",
           "UPDATE posts SET title = ?3 WHERE site_id = ?1 AND slug = ?2",
           "DELETE FROM posts WHERE site_id = ?1 AND post_id = ?2",
           "INSERT INTO post_tags (post_id, tag) VALUES (?1, ?2)",
           "UPDATE post_categories SET path = ?3 WHERE site_id = ?1 AND post_id = ?2",
           "DELETE FROM post_authors WHERE site_id = ?1 AND post_id = ?2",
           "DELETE FROM enclosures WHERE site_id = ?1 AND post_id = ?2",
           "INSERT INTO categories (path, name) VALUES (?1, ?2)",
           "UPDATE categories SET name = ?3 WHERE site_id = ?1 AND path = ?2",
           "UPDATE tags SET name = ?3 WHERE site_id = ?1 AND tag = ?2",
           "DELETE FROM authors WHERE site_id = ?1 AND author = ?2",
           "INSERT INTO touch (site_id, post_id) VALUES (?1, ?2)",
       })
    check_plan(db, sql);
  // The triggers are in the plans: this one is known by its index.
  const auto has = [&](const std::string& sql, std::string_view line) {
    for (const auto& seen : plan_of(db, sql))
      if (seen.find(line) != std::string::npos) return true;
    return false;
  };
  CHECK(has("INSERT INTO posts (post_id, slug) VALUES (?1, ?2)",
            "posts_by_slug (site_id=? AND slug=?)"));
  CHECK(has("UPDATE posts SET slug = 'x' WHERE site_id = 1 AND post_id = 'a'",
            "posts_by_slug (site_id=? AND slug=?)"));
  CHECK(has("UPDATE posts SET source_key = 'x' WHERE site_id = 1 AND post_id = 'a'",
            "posts_by_source (site_id=? AND source=? AND <expr>=?)"));
  CHECK(has("SELECT 1 FROM entries WHERE site_id = 1 AND entry_id = 'x'",
            "entries_by_id (site_id=? AND entry_id=?)"));
  CHECK(has("SELECT 1 FROM entries WHERE site_id = 1 AND slug = 'x' AND is_shown = 1",
            "entries_by_slug (site_id=? AND slug=?)"));
}
