// Work that must not grow with what it does not touch, counted in instructions of SQLite's virtual
// machine.
#include "catch.hpp"
#include "instruction_count.hpp"
#include "sosik/model/archive.hpp"
#include "step_fixture.hpp"

using namespace sosik;

namespace {

// What it takes to publish one post, which is in none of the feeds that are there besides.
std::int64_t cost_of_a_post(int other_feeds) {
  StepFixture f;
  std::string tags;
  for (int i = 0; i < other_feeds; ++i)
    tags += "INSERT INTO post_tags (post_id, tag) VALUES ('p" + std::to_string(i % 10 + 1) +
            "', 'tag" + std::to_string(i) + "');";
  f.publish(1, 10, tags);
  f.step.reset();
  f.store.reset();
  const InstructionCount instructions;
  f.start(sample_plan());
  const auto before = instructions.value();
  f.file.shell(
      "INSERT INTO posts (post_id, status, slug, title, body, published_at) VALUES ('new', "
      "'published', 'new', 'New', "
      "'<p>b</p>', 1700000099000);");
  const auto report = f.run();
  CHECK(report.posts == 1);
  CHECK(StepFixture::keys(report) == std::vector<std::string>{"", "main"});
  return instructions.value() - before;
}

// A store with so many shown posts in main, written by SQL: the step takes them in one by one.
void fill(StepFixture& f, int posts) {
  f.publish(1, 1);
  const std::string n = std::to_string(posts);
  f.file.shell(
      "BEGIN; CREATE TEMP TABLE n AS WITH RECURSIVE c(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM "
      "c WHERE i < " +
      n +
      ") SELECT i FROM c;"
      "INSERT INTO bodies (site_id, body_hash, first_image, notices, excerpt, html) SELECT 1, 'b' "
      "|| i, '', '', 'x', '<p>x</p>' FROM n;"
      "INSERT INTO entries (site_id, post_id, entry_id, sequence, revision, is_shown, held_back, "
      "slug, published_at, updated_at, "
      "changed_at, shown_hash, body_hash, doc) SELECT 1, 'q' || i, 'tag:blog.example,2026:/' || i, "
      "i, 1, 1, '', 'q' || i, "
      "1700000000000 + i * 1000, 1700000000000 + i * 1000, 1700000000, 'h', 'b' || i, e.doc FROM "
      "n, entries e WHERE e.post_id = 'p1';"
      "INSERT INTO feed_entries (site_id, fold, published_at, sequence, post_id, number) "
      "SELECT 1, 'main', 1700000000000 + i * 1000, i, 'q' || i, i FROM n;"
      "UPDATE feeds SET last_number = " +
      n + ", members = " + n + ", total = " + n + ", older_page = " + n +
      " / 20 WHERE fold = 'main';"
      "INSERT OR REPLACE INTO feeds (site_id, fold, feed_key, label, revision, changed_at, "
      "definition_hash, filter_hash, format_version, "
      "total, members, older_page, newer_page) SELECT 1, char(10) || 'main' || char(10) || i, "
      "char(10) || 'main' || char(10) || i, '', 1, "
      "1700000000, '', '', 0, 20, 20, i - 1, i + 1 FROM (SELECT i - 1 AS i FROM n WHERE i - 1 <= " +
      n +
      " / 20);"
      "COMMIT;");
}

std::int64_t cost_of_page(StepFixture& f, std::int64_t page) {
  f.step.reset();
  f.store.reset();
  const InstructionCount instructions;
  f.store = f.file.open();
  const auto before = instructions.value();
  CHECK(f.store->read_feed(1, archive_key("main", page), 20).value().entries.size() == 20);
  return instructions.value() - before;
}

}  // namespace

TEST_CASE(
    "Publishing a post costs the same beside one feed that does not hold it and beside a thousand",
    "[step][scale][sqlite]") {
  const auto beside_one = cost_of_a_post(1);
  CHECK(beside_one > 100);  // it counts
  CHECK(cost_of_a_post(1000) == beside_one);
}

TEST_CASE("Of a hundred thousand posts every one is reached, and each page costs the same",
          "[step][archive][scale][H-202][sqlite]") {
  StepFixture few(sample_plan()), many(sample_plan());
  fill(few, 1000);
  fill(many, 100'000);
  const auto cost = cost_of_page(few, 25);
  CHECK(cost > 100);
  CHECK(cost_of_page(many, 2500) == cost);
  std::size_t seen = 0;
  std::int64_t pages = 0;
  for (auto at = many.feed("main").older_page; at;
       at = many.feed(archive_key("main", *at)).older_page) {
    seen += many.store->read_feed(1, archive_key("main", *at), 20).value().entries.size();
    ++pages;
  }
  CHECK(pages == 5000);
  CHECK(seen == 100'000);
}
