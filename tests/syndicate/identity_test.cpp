// A post has one id, whatever is done to its row (promise 3, F-001..F-003).
#include "catch.hpp"
#include "step_fixture.hpp"

using namespace sosik;
using Keys = std::vector<std::string>;

TEST_CASE("An id survives delete and insert, REPLACE, a change of key, slug, title and domain",
          "[step][F-001]") {
  const std::string sql =
      GENERATE(as<std::string>(),
               "BEGIN; DELETE FROM posts; INSERT INTO posts (post_id, status, slug, title, "
               "published_at) VALUES "
               "('p1', 'published', 's1', 'B', 1700000001000); COMMIT;",
               std::string(is_on_postgresql() ? "INSERT" : "REPLACE") +
                   " INTO posts (post_id, status, slug, title, published_at) VALUES ('p1', "
                   "'published', 's1', 'B', 1700000001000)" +
                   (is_on_postgresql() ? " ON CONFLICT (site_id, post_id) DO UPDATE SET "
                                         "title = excluded.title;"
                                       : ";"),
               "UPDATE posts SET post_id = 'other', title = 'B';",
               "UPDATE posts SET slug = 'elsewhere', title = 'B';",
               "UPDATE posts SET source_key = 'x-1', title = 'B';",
               "BEGIN; UPDATE posts SET post_id = 'tmp'; UPDATE posts SET post_id = 'p2', title = "
               "'B'; COMMIT;");
  INFO(sql);
  StepFixture f;
  f.publish(1, 1);
  const auto id = f.entry("s1").id;
  const auto last = f.last_event();
  f.shell(sql);
  const auto entries = f.store->read_feed(1, "main", 10).value().entries;
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].id == id);
  CHECK(entries[0].title == "B");
  CHECK(entries[0].revision == 2);
  CHECK(f.post_events(last) == "post.updated:" + entries[0].post_id);
}

TEST_CASE("An id survives a delete and an insert in different steps", "[step][F-001]") {
  StepFixture f;
  f.publish(1, 1);
  const auto id = f.entry("s1").id;
  f.shell("DELETE FROM posts;");
  f.publish(1, 1);
  CHECK(f.entry("s1").id == id);
  CHECK(f.post_events() == "post.published:p1 post.deleted:p1 post.published:p1");
}

TEST_CASE("Posts that exchange their keys keep their ids", "[step]") {
  StepFixture f;
  f.publish(1, 2);
  const auto one = f.entry("s1").id, two = f.entry("s2").id;
  const auto last = f.last_event();
  f.shell(
      "BEGIN; UPDATE posts SET post_id = 'x' WHERE post_id = 'p1'; UPDATE posts SET post_id = 'p1' "
      "WHERE "
      "post_id = 'p2'; UPDATE posts SET post_id = 'p2' WHERE post_id = 'x'; COMMIT;");
  CHECK(f.entry("s1").id == one);
  CHECK(f.entry("s1").post_id == "p2");
  CHECK(f.entry("s2").id == two);
  CHECK(f.post_events(last).empty());
  f.shell("DELETE FROM posts WHERE post_id = 'p2';");
  CHECK_FALSE(f.is_served("s1"));
  CHECK(f.titles() == "Title 2");
}

TEST_CASE("A post that pushes another out of its key keeps its id, and the other's retires",
          "[step][sqlite]") {
  StepFixture f;
  f.publish(1, 2);
  const auto one = f.entry("s1").id, two = f.entry("s2").id;
  f.shell("UPDATE OR REPLACE posts SET post_id = 'p2' WHERE post_id = 'p1';");
  CHECK(f.titles() == "Title 1");
  CHECK(f.entry("s1").id == one);
  CHECK(f.post_events() == "post.published:p1 post.published:p2 post.deleted:p2");
  f.publish(1, 0,
            "INSERT INTO posts (post_id, status, slug, title, published_at) VALUES ('p1', "
            "'published', 'n', 'N', 1700000009000);");
  CHECK(f.entry("n").id != one);
  CHECK(f.entry("n").id != two);
}

TEST_CASE("A guid is kept byte for byte, never given twice and never changed", "[step][F-003]") {
  StepFixture f;
  f.shell(R"(INSERT INTO posts (post_id, guid, status, slug, title, published_at) VALUES
    ('a', 'http://old.example/?p=1&x=%ea', 'published', 'a', 'A', 1700000000000);)");
  CHECK(f.entry("a").id == "http://old.example/?p=1&x=%ea");
  const auto report =
      f.shell(R"(INSERT INTO posts (post_id, guid, status, slug, title, published_at) VALUES
    ('b', 'http://old.example/?p=1&x=%ea', 'published', 'b', 'B', 1700000000000);)");
  CHECK(f.entry("b").id.starts_with("tag:"));
  CHECK(report.notices == Keys{"post 'b': its guid is the id of another post; a new id is used"});
  f.shell("UPDATE posts SET guid = 'urn:new' WHERE post_id = 'a';");
  CHECK(f.entry("a").id == "http://old.example/?p=1&x=%ea");
  f.shell(
      "INSERT INTO posts (post_id, guid, status, slug, title, published_at) VALUES "
      "('c', 'two\nlines', 'published', 'c', 'C', 1700000000000);");
  CHECK(f.entry("c").id.starts_with("tag:"));
}

TEST_CASE("The id of a deleted post is not given to another", "[step][F-001]") {
  StepFixture f;
  f.publish(1, 1);
  const auto id = f.entry("s1").id;
  f.shell("DELETE FROM posts;");
  f.shell("INSERT INTO posts (post_id, guid, status, slug, title, published_at) VALUES ('n', '" +
          id + "', 'published', 'n', 'N', 1700000000000);");
  CHECK(f.entry("n").id != id);
}

TEST_CASE("Two posts under one source key: the first is shown, the second waits and follows",
          "[step]") {
  StepFixture f;
  const std::string insert =
      "INSERT INTO posts (post_id, source_key, status, slug, title, published_at) VALUES ";
  f.shell(insert + "('a', 'k', 'published', 'a', 'A', 1700000000000);");
  const auto report = f.shell(insert + "('b', 'k', 'published', 'b', 'B', 1700000000000);");
  CHECK(f.titles() == "A");
  REQUIRE(report.notices.size() == 1);
  CHECK(report.notices[0] == "post 'b': held back: its source key 'k' is also that of post 'a'");
  const auto list = f.store->list_posts(1, {10}).value();
  CHECK(std::any_of(list.begin(), list.end(), [](const PostOverview& p) {
    return p.post_id == "b" && !p.is_shown && !p.held_back.empty();
  }));
  const auto id = f.entry("a").id;
  f.shell("DELETE FROM posts WHERE post_id = 'a';");
  CHECK(f.titles() == "B");
  CHECK(f.entry("b").id == id);
}

TEST_CASE(
    "The second of two posts under one source key is shown with an id of its own once it has its "
    "own key",
    "[step]") {
  StepFixture f;
  const std::string insert =
      "INSERT INTO posts (post_id, source_key, status, slug, title, published_at) VALUES ";
  f.shell(insert +
          "('a', 'k', 'published', 'a', 'A', 1700000000000), ('b', 'k', 'published', 'b', 'B', "
          "1700000001000);");
  CHECK(f.titles() == "A");
  f.shell("UPDATE posts SET source_key = 'own' WHERE post_id = 'b';");
  CHECK(f.titles() == "B,A");
  CHECK(f.entry("a").id != f.entry("b").id);
}

TEST_CASE("Slugs that are equal in NFC are told apart, and stay as they were shown",
          "[step][K-002]") {
  StepFixture f;
  const std::string nfc = "각", nfd = "\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8";
  f.publish(
      1, 0,
      "INSERT INTO posts (post_id, status, slug, title, published_at) VALUES ('a', 'published', '" +
          nfc + "', 'A', 1700000000000), ('b', 'published', '" + nfd + "', 'B', 1700000001000);");
  CHECK(f.entry(nfc).title == "A");
  CHECK(f.entry(nfc + "-2").title == "B");
  f.shell("DELETE FROM posts WHERE post_id = 'a';");
  f.shell("UPDATE posts SET title = 'B2';");
  CHECK(f.entry(nfc + "-2").title == "B2");
}

TEST_CASE("Posts that exchange their slugs in one transaction have them exchanged", "[step]") {
  StepFixture f;
  f.publish(1, 2);
  f.shell(
      "BEGIN; UPDATE posts SET slug = '' WHERE post_id = 'p1'; UPDATE posts SET slug = 's1' WHERE "
      "post_id = 'p2'; "
      "UPDATE posts SET slug = 's2' WHERE post_id = 'p1'; COMMIT;");
  CHECK(f.entry("s1").title == "Title 2");
  CHECK(f.entry("s2").title == "Title 1");
}

TEST_CASE("A post without a slug gets one from its title and keeps it", "[step][K-065]") {
  StepFixture f;
  f.shell(
      "INSERT INTO posts (post_id, status, title, published_at) VALUES ('a', 'published', '좋은 "
      "팀이란?', 1700000000000);");
  CHECK(f.is_served("좋은-팀이란"));
  f.shell("UPDATE posts SET title = '다른 제목';");
  CHECK(f.entry("좋은-팀이란").title == "다른 제목");
  f.shell(
      "INSERT INTO posts (post_id, status, title, body, published_at) VALUES ('x y', 'published', "
      "'', 'text', 1700000000000);");
  CHECK(f.entry("x-y").title.empty());
}
