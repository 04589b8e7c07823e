// Rows that are too much: what one post, or many posts of one name, may cost a step.
#include <set>

#include "catch.hpp"
#include "step_fixture.hpp"

using namespace sosik;

namespace {

std::string post_row(const std::string& id, const std::string& title) {
  return "INSERT INTO posts (post_id, status, title, body, published_at) VALUES ('" + id +
         "', 'published', '" + title + "', '<p>x</p>', 1700000000000);";
}

}  // namespace

TEST_CASE("Of thousands of names on a post two hundred are shown, and the operator is told",
          "[step][bounds]") {
  StepFixture f;
  std::string sql = "BEGIN;" + post_row("a", "Many");
  for (int i = 0; i < 5000; ++i)
    sql += "INSERT INTO post_tags (post_id, tag, position) VALUES ('a', 't" + std::to_string(i) +
           "', " + std::to_string(i) + ");";
  const auto report = f.shell(sql + "COMMIT;");
  CHECK(f.entry("Many").tags.size() == 200);
  CHECK(std::any_of(report.notices.begin(), report.notices.end(), [](const std::string& n) {
    return n.find("more than 200 tags") != std::string::npos;
  }));
}

TEST_CASE("A category path beyond a thousand bytes is left out, and costs nothing",
          "[step][bounds]") {
  StepFixture f;
  const auto report = f.shell(
      "BEGIN;" + post_row("a", "Deep") +
      "INSERT INTO post_categories (post_id, path) VALUES ('a', replace(hex(zeroblob(50000)), '0', "
      "'a/'));COMMIT;");
  CHECK(f.entry("Deep").categories.empty());
  REQUIRE(report.notices.size() == 1);
  CHECK(report.notices[0].size() < 300);
}

TEST_CASE("Many posts of one title have slugs of their own, each stable", "[step][bounds]") {
  StepFixture f;
  std::string sql = "BEGIN;";
  for (int i = 0; i < 40; ++i) sql += post_row("p" + std::to_string(i), "회의록");
  f.shell(sql + "COMMIT;");
  std::set<std::string> slugs;
  for (const auto& entry : f.store->read_feed(1, "", 100).value().entries) slugs.insert(entry.slug);
  CHECK(slugs.size() == 40);
  f.shell("UPDATE posts SET body = '<p>y</p>';");
  std::set<std::string> later;
  for (const auto& entry : f.store->read_feed(1, "", 100).value().entries) later.insert(entry.slug);
  CHECK(later == slugs);
}

TEST_CASE("A step says when another process has stepped", "[step]") {
  StepFixture f;
  f.publish(1, 1);
  auto other_store = f.file.open();
  Step other(*other_store, f.clock, sample_plan());
  other.adopt(sample_plan()).value();
  CHECK_FALSE(f.step->run().value().others_stepped);
  f.file.shell(post_row("q", "Other"));
  f.clock.advance(std::chrono::seconds(2));
  CHECK(other.run().value().posts == 1);
  f.clock.advance(std::chrono::seconds(1));
  CHECK(f.step->run().value().others_stepped);
  CHECK_FALSE(f.step->run().value().others_stepped);
}
