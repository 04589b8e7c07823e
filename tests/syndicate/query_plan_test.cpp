// The step's cost depends on what changed, not on the size of the store: every statement that it
// runs finds its rows by an index.
#include <sqlite3.h>

#include <set>

#include "../../src/store/sqlite_store.hpp"
#include "catch.hpp"
#include "step_fixture.hpp"

using namespace sosik;

namespace {

int collect(unsigned, void* context, void* statement, void* text) {
  const std::string_view seen = static_cast<const char*>(text);
  if (!seen.starts_with("--"))  // a trigger begins
    static_cast<std::set<std::string>*>(context)->insert(
        sqlite3_sql(static_cast<sqlite3_stmt*>(statement)));
  return 0;
}

}  // namespace

TEST_CASE("No statement of a step, a claim or a reader walks through a table", "[step][scale]") {
  StoreFile file;
  sqlite::SqliteStore store(file.path(), {});
  FakeClock clock;
  auto plan = sample_plan();
  plan.targets = {webhook("a"),
                  {.kind = TargetKind::websub,
                   .name = "websub:hub",
                   .url = "https://hub.example/",
                   .secret = "",
                   .events = {}}};
  Step step(store, clock, plan);
  step.adopt(plan).value();
  std::set<std::string> statements;
  sqlite3_trace_v2(store.connection().handle(), SQLITE_TRACE_STMT, collect, &statements);
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
  store.claim_deliveries("w", clock.now(), std::chrono::seconds(60), 10).value();
  store.next_delivery_at().value();
  store.read_feed(1, "main", 20).value();
  store.read_entry_by_slug(1, "c").value();
  sqlite3_trace_v2(store.connection().handle(), 0, nullptr, nullptr);
  CHECK(statements.size() > 40);
  for (const auto& sql : statements) {
    if (sql.starts_with("BEGIN") || sql.starts_with("COMMIT") ||
        sql.find("write_mode") != std::string::npos)
      continue;
    const std::string explain = "EXPLAIN QUERY PLAN " + sql;
    sqlite::Query q = store.connection().query(explain);
    while (q.next()) {
      INFO(sql << "\n" << q.view(3));
      // A scan is allowed where an index bounds it (min(), ORDER BY ... LIMIT over a partial
      // index).
      const bool is_scan = q.view(3).starts_with("SCAN");
      CHECK((!is_scan || q.view(3).find("USING") != std::string::npos ||
             q.view(3).find("CONSTANT ROW") != std::string::npos));
      // Sorting is for the handful of rows of one post.
      const bool is_of_one_post = sql.find("l.post_id = ?2") != std::string::npos ||
                                  sql.find("entry_id = ?2 ORDER BY") != std::string::npos;
      CHECK((is_of_one_post || q.view(3).find("TEMP B-TREE") == std::string::npos));
    }
  }
}
