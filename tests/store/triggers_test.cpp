// What other programs do to the store is noticed, whatever statement they use (PRODUCT.md
// section 4.1). What of this SQLite and PostgreSQL spell differently, PostgreSQL is asked in
// tests/system/test_postgres_contract.py.
#include "catch.hpp"
#include "store_file.hpp"

using namespace sosik;

namespace {

// Two posts with children and names, and an empty log.
struct Written {
  StoreFile file;
  std::unique_ptr<Store> store = file.open();
  Written() {
    file.shell(R"(
      INSERT INTO posts (post_id, status, slug, title, published_at)
        VALUES ('a', 'published', 'a', 'A', 1700000000000), ('b', 'published', 'b', 'B', 1700000001000);
      INSERT INTO post_categories (post_id, path) VALUES ('a', 'dev/backend'), ('b', 'dev');
      INSERT INTO post_tags (post_id, tag) VALUES ('a', 'go'), ('b', 'go'), ('b', 'team');
      INSERT INTO post_authors (post_id, author) VALUES ('a', 'kim'), ('b', 'lee');
      INSERT INTO enclosures (post_id, position, url) VALUES ('a', 0, 'https://x.example/a.mp3');
      DELETE FROM dirty_posts;)");
  }
  std::string dirty() const { return file.dirty(); }
  std::string children_of(const std::string& id) const {
    return file.shell("SELECT (SELECT count(*) FROM post_categories WHERE post_id='" + id +
                      "') + (SELECT count(*) FROM post_tags WHERE post_id='" + id +
                      "') + (SELECT count(*) FROM post_authors WHERE post_id='" + id +
                      "') + (SELECT count(*) FROM enclosures WHERE post_id='" + id + "');");
  }
};

}  // namespace

TEST_CASE("Every kind of statement on every table that shows marks the posts it touches",
          "[store][sqlite]") {
  const auto [sql, want] = GENERATE(table<std::string, std::string>({
      {"INSERT INTO posts (post_id, slug) VALUES ('c', 'c');", "c"},
      {"INSERT OR IGNORE INTO posts (post_id) VALUES ('a');", ""},
      {"UPDATE posts SET title = 'new' WHERE post_id = 'a';", "a"},
      {"UPDATE posts SET post_id = 'z' WHERE post_id = 'a';", "a z"},
      {"UPDATE posts SET site_id = 2 WHERE post_id = 'a';", "a"},
      {"UPDATE OR REPLACE posts SET post_id = 'b', slug = 'x' WHERE post_id = 'a';", "a b"},
      {"DELETE FROM posts WHERE post_id = 'a';", "a"},
      {"REPLACE INTO posts (post_id, slug) VALUES ('a', 'a');", "a"},
      {"INSERT INTO posts (post_id, title) VALUES ('a', 'u') ON CONFLICT DO UPDATE SET title = "
       "excluded.title;",
       "a"},
      {"INSERT INTO post_categories (post_id, path) VALUES ('a', 'x');", "a"},
      {"UPDATE post_categories SET post_id = 'b', path = 'y' WHERE post_id = 'a';", "a b"},
      {"UPDATE post_categories SET position = 3 WHERE post_id = 'b';", "b"},
      {"DELETE FROM post_categories WHERE post_id = 'a';", "a"},
      {"REPLACE INTO post_categories (post_id, path, position) VALUES ('a', 'dev/backend', 9);",
       "a"},
      {"INSERT INTO post_tags (post_id, tag) VALUES ('a', 'x');", "a"},
      {"UPDATE post_tags SET tag = 'y' WHERE tag = 'team';", "b"},
      {"UPDATE OR REPLACE post_tags SET post_id = 'b' WHERE post_id = 'a';", "a b"},
      {"DELETE FROM post_tags WHERE tag = 'go';", "a b"},
      {"REPLACE INTO post_tags (post_id, tag) VALUES ('b', 'go');", "b"},
      {"INSERT INTO post_authors (post_id, author) VALUES ('b', 'kim');", "b"},
      {"UPDATE post_authors SET author = 'x' WHERE author = 'kim';", "a"},
      {"DELETE FROM post_authors WHERE author = 'kim';", "a"},
      {"INSERT INTO enclosures (post_id, position, url) VALUES ('b', 0, 'https://x.example/b');",
       "b"},
      {"UPDATE enclosures SET length = 5;", "a"},
      {"DELETE FROM enclosures;", "a"},
      {"INSERT INTO categories (path, name) VALUES ('dev', 'Development');", "a b"},
      {"INSERT INTO categories (path, name) VALUES ('dev/backend', 'Backend');", "a"},
      {"INSERT INTO categories (path, name) VALUES ('de', 'Other');", ""},
      {"INSERT INTO tags (tag, name) VALUES ('team', 'Team');", "b"},
      {"INSERT INTO authors (author, name) VALUES ('lee', 'Lee');", "b"},
  }));
  for (const char* foreign_keys : {"OFF", "ON"}) {
    INFO(sql << " with foreign_keys " << foreign_keys);
    Written w;
    w.file.shell(std::string("PRAGMA foreign_keys = ") + foreign_keys + "; BEGIN; " + sql +
                 " COMMIT;");
    CHECK(w.dirty() == want);
  }
}

TEST_CASE("Renaming and removing a display name marks every post that shows it",
          "[store][sqlite]") {
  Written w;
  w.file.shell(
      "INSERT INTO categories (path, name) VALUES ('dev', 'D'); INSERT INTO tags (tag, name) "
      "VALUES ('team', 'T'); INSERT INTO authors (author, name) VALUES ('kim', 'K'); "
      "DELETE FROM dirty_posts;");
  const auto [sql, want] = GENERATE(table<std::string, std::string>({
      {"UPDATE categories SET name = 'DD';", "a b"},
      {"UPDATE categories SET path = 'else';", "a b"},
      {"REPLACE INTO categories (path, name) VALUES ('dev', 'R');", "a b"},
      {"DELETE FROM categories;", "a b"},
      {"UPDATE tags SET name = 'TT';", "b"},
      {"UPDATE tags SET tag = 'go';", "a b"},
      {"DELETE FROM tags;", "b"},
      {"UPDATE authors SET url = 'https://kim.example/';", "a"},
      {"UPDATE authors SET author = 'lee';", "a b"},
      {"DELETE FROM authors;", "a"},
  }));
  INFO(sql);
  w.file.shell(sql);
  CHECK(w.dirty() == want);
}

TEST_CASE("REPLACE keeps a post's children, DELETE removes them, with foreign keys on and off",
          "[store][sqlite]") {
  for (const std::string foreign_keys : {"OFF", "ON"}) {
    INFO("foreign_keys " << foreign_keys);
    const std::string pragma = "PRAGMA foreign_keys = " + foreign_keys + ";";
    Written w;
    w.file.shell(pragma + "REPLACE INTO posts (post_id, slug, title) VALUES ('b', 'b', 'again');");
    CHECK(w.children_of("b") == "4");
    w.file.shell(pragma + "DELETE FROM posts WHERE post_id = 'b';");
    CHECK(w.children_of("b") == "0");
    CHECK(w.children_of("a") == "4");
  }
}

TEST_CASE("With recursive_triggers on, REPLACE is a delete and an insert, and is noticed",
          "[store][sqlite]") {
  Written w;
  w.file.shell(
      "PRAGMA recursive_triggers = ON; REPLACE INTO posts (post_id, slug) VALUES ('a', 'a');");
  CHECK(w.children_of("a") == "0");
  CHECK(w.dirty() == "a");
}

TEST_CASE("A post that changes its key takes its children along", "[store][sqlite]") {
  for (const std::string foreign_keys : {"OFF", "ON"}) {
    INFO("foreign_keys " << foreign_keys);
    const std::string pragma = "PRAGMA foreign_keys = " + foreign_keys + ";";
    Written w;
    w.file.shell(pragma + "UPDATE posts SET post_id = 'z' WHERE post_id = 'a';");
    CHECK(w.children_of("a") == "0");
    CHECK(w.children_of("z") == "4");
    // What UPDATE OR REPLACE pushes away loses its own children and does not mix them with the
    // newcomer's.
    w.file.shell(pragma + "UPDATE OR REPLACE posts SET post_id = 'b' WHERE post_id = 'z';");
    CHECK(w.children_of("z") == "0");
    CHECK(w.file.shell("SELECT group_concat(tag) FROM post_tags;") == "go");
  }
}

TEST_CASE("A second post with a taken slug is refused with a clear sentence", "[store][sqlite]") {
  const std::string sql =
      GENERATE(as<std::string>(), "INSERT INTO posts (post_id, slug) VALUES ('c', 'a');",
               "REPLACE INTO posts (post_id, slug) VALUES ('b', 'a');",
               "INSERT OR IGNORE INTO posts (post_id, slug) VALUES ('c', 'a');",
               "UPDATE posts SET slug = 'a' WHERE post_id = 'b';",
               "UPDATE OR REPLACE posts SET slug = 'a' WHERE post_id = 'b';",
               "INSERT INTO posts (post_id, slug) VALUES ('c', 'a') ON CONFLICT DO UPDATE SET slug "
               "= excluded.slug;");
  INFO(sql);
  Written w;
  const auto answer = w.file.try_shell(sql);
  CHECK(answer.exit_code != 0);
  CHECK(answer.output.find("sosik: another post of this site has this slug") != std::string::npos);
  CHECK(w.dirty().empty());
}

TEST_CASE("A slug is free again for the post itself, after a delete, and on another site",
          "[store][sqlite]") {
  const std::string sql = GENERATE(
      as<std::string>(), "REPLACE INTO posts (post_id, slug, title) VALUES ('a', 'a', 'same');",
      "INSERT INTO posts (post_id, slug) VALUES ('a', 'a') ON CONFLICT DO UPDATE SET slug = "
      "excluded.slug;",
      "UPDATE posts SET slug = 'a', title = 'x' WHERE post_id = 'a';",
      "UPDATE posts SET status = 'deleted' WHERE post_id = 'a'; INSERT INTO posts (post_id, slug) "
      "VALUES ('c', 'a');",
      "DELETE FROM posts WHERE post_id = 'a'; UPDATE posts SET slug = 'a' WHERE post_id = 'b';",
      "INSERT INTO posts (site_id, post_id, slug) VALUES (2, 'c', 'a');",
      "INSERT INTO posts (post_id) VALUES ('c'), ('d');");
  INFO(sql);
  Written w;
  CHECK(w.file.try_shell(sql).output.empty());
}

TEST_CASE("Values that could only be mistakes are refused by name", "[store][sqlite]") {
  const auto [sql, reason] = GENERATE(table<std::string, std::string>({
      {"INSERT INTO posts (post_id, status) VALUES ('c', 'live');", "status is draft"},
      {"INSERT INTO posts (post_id, body_format) VALUES ('c', 'rst');", "body_format is html"},
      {"INSERT INTO posts (post_id, published_at) VALUES ('c', '2026-01-01');",
       "published_at is milliseconds"},
      {"INSERT INTO posts (post_id, published_at) VALUES ('c', 1.5);",
       "published_at is milliseconds"},
      {"INSERT INTO posts (post_id, updated_at) VALUES ('c', 'now');",
       "updated_at is milliseconds"},
      {"INSERT INTO posts (post_id, comment_count) VALUES ('c', -1);", "comment_count is a whole"},
      {"UPDATE posts SET comment_count = 'many' WHERE post_id = 'a';", "comment_count is a whole"},
      {"INSERT INTO posts (post_id) VALUES ('');", "post_id has 1 to 255 bytes"},
      {"INSERT INTO posts (post_id) VALUES (x'6162');", "post_id is text"},
      {"UPDATE posts SET post_id = x'6162' WHERE post_id = 'a';", "post_id is text"},
      {"INSERT INTO post_categories (post_id, path) VALUES (x'61', 'x');",
       "post_id of post_categories is text"},
      {"INSERT INTO post_tags (post_id, tag) VALUES (x'61', 'x');", "post_id of post_tags is text"},
      {"INSERT INTO post_authors (post_id, author) VALUES (x'61', 'x');",
       "post_id of post_authors is text"},
      {"INSERT INTO enclosures (post_id, position, url) VALUES (x'61', 5, 'https://x.example/');",
       "post_id of enclosures is text"},
  }));
  INFO(sql);
  Written w;
  const auto answer = w.file.try_shell(sql);
  CHECK(answer.exit_code != 0);
  CHECK(answer.output.find(reason) != std::string::npos);
}

TEST_CASE("Numbers as keys become text; a blob that is touched is the post of these bytes",
          "[store][sqlite]") {
  Written w;
  w.file.shell(
      "INSERT INTO posts (post_id) VALUES (42); INSERT INTO post_tags (post_id, tag) "
      "VALUES (42, 'x'); INSERT INTO touch VALUES (1, 42), (1, x'61'), (1, 'a');");
  CHECK(w.file.shell("SELECT group_concat(typeof(post_id) || post_id, ' ') FROM (SELECT post_id "
                     "FROM dirty_posts ORDER BY post_id);") == "text42 texta");
}

TEST_CASE("A post without its row is refused where foreign keys are on", "[store][sqlite]") {
  Written w;
  const auto answer = w.file.try_shell(
      "PRAGMA foreign_keys = ON; INSERT INTO post_tags (post_id, tag) VALUES ('nobody', 'x');");
  CHECK(answer.exit_code != 0);
  CHECK(
      w.file
          .try_shell("PRAGMA foreign_keys = ON; BEGIN; INSERT INTO post_tags (post_id, tag) VALUES "
                     "('late', 'x'); INSERT INTO posts (post_id) VALUES ('late'); COMMIT;")
          .exit_code == 0);
}

TEST_CASE("A transaction that is rolled back marks nothing", "[store][N-200]") {
  Written w;
  w.file.shell("BEGIN; UPDATE posts SET title = 'x'; ROLLBACK;");
  CHECK(w.dirty().empty());
}

TEST_CASE("Many changes of one post are one key in the log", "[store][sqlite]") {
  Written w;
  for (int i = 0; i < 3; ++i)
    w.file.shell("UPDATE posts SET title = title || '!' WHERE post_id = 'a';");
  CHECK(w.file.shell("SELECT count(*) FROM dirty_posts;") == "1");
  CHECK(
      w.file.shell("BEGIN; UPDATE write_mode SET is_quiet = 1; UPDATE posts SET title = 'q' WHERE "
                   "post_id = 'a'; UPDATE write_mode SET is_quiet = 0; COMMIT; "
                   "SELECT count(*), min(is_quiet) FROM dirty_posts;") == "1|0");
}

TEST_CASE("Quiet is over when a program forgot to say so", "[store][N-212][sqlite]") {
  Written w;
  w.file.shell("UPDATE write_mode SET is_quiet = 1;");
  w.store->syndication().transact([]() -> Result<void> { return {}; }).value();
  CHECK(w.file.shell("SELECT is_quiet FROM write_mode;") == "0");
}

TEST_CASE("A commit of another process changes the data version, our own reads do not", "[store]") {
  Written w;
  const auto before = w.store->data_version().value();
  CHECK(w.store->data_version().value() == before);
  w.file.shell("UPDATE posts SET title = 'x';");
  CHECK(w.store->data_version().value() != before);
}
