// The state of the list of feeds at /opml.xml (F-200): it advances when the list does.
#include "catch.hpp"
#include "step_fixture.hpp"

using namespace sosik;

namespace {

std::vector<std::string> listed(const StepFixture& f) {
  std::vector<std::string> keys;
  for (const auto& state : f.store->read_feed_list(1).value().categories) keys.push_back(state.key);
  return keys;
}
using Keys = std::vector<std::string>;

std::int64_t revision(const StepFixture& f) { return f.feed(opml_key).revision; }

bool is_reported(const StepReport& report) {
  return std::ranges::any_of(report.changed_feeds,
                             [](const FeedState& s) { return s.key == opml_key; });
}

const std::string in_team = "INSERT INTO post_categories (post_id, path) VALUES ('p1', '조직/팀');";

}  // namespace

TEST_CASE("The list of feeds is there from the start, and a start changes nothing of it",
          "[step][opml]") {
  StepFixture f;
  CHECK(revision(f) == 1);
  f.publish(1, 1, in_team);
  const auto before = revision(f);
  f.start(sample_plan());
  CHECK(revision(f) == before);
  CHECK(f.step->refresh(opml_key).value().revision == before);
}

TEST_CASE("A category that comes, goes or takes another name advances the list, other news do not",
          "[step][opml][F-200]") {
  StepFixture f;
  f.publish(1, 1, in_team);
  CHECK(listed(f) == Keys{"category/조직", "category/조직/팀"});
  auto before = revision(f);
  CHECK(before == 2);
  f.publish(2, 2, "INSERT INTO post_categories (post_id, path) VALUES ('p2', '조직');");
  CHECK_FALSE(is_reported(f.shell("UPDATE posts SET title = 'Other' WHERE post_id = 'p1'")));
  CHECK_FALSE(is_reported(
      f.shell("INSERT INTO post_tags (post_id, tag) VALUES ('p1', 'new'), ('p2', 'other')")));
  CHECK(revision(f) == before);
  CHECK(is_reported(f.shell("INSERT INTO categories (path, name) VALUES ('조직', '조직 문화')")));
  CHECK(revision(f) == before + 1);
  CHECK(is_reported(f.shell("UPDATE posts SET status = 'draft' WHERE post_id = 'p1'")));
  CHECK(listed(f) == Keys{"category/조직"});
  CHECK(is_reported(f.shell("UPDATE posts SET status = 'published' WHERE post_id = 'p1'")));
  CHECK(revision(f) == before + 3);
}

TEST_CASE("A definition that comes, goes, moves or is named anew advances the list",
          "[adopt][opml]") {
  StepFixture f;
  auto renamed = sample_plan(), moved = sample_plan(), fewer = sample_plan(),
       longer = sample_plan(), other_hub = sample_plan();
  renamed.definitions[1].title = "고";
  moved.definitions[1].moved_to = "main";
  fewer.definitions.pop_back();
  longer.definitions[1].limit = 99;
  longer.site.max_age_seconds = 600;
  longer.site.description = "말은 하지만 목록에는 없는 것";
  other_hub.site.hubs = {"https://hub.example/"};
  for (const auto& plan : {renamed, moved, sample_plan(), fewer, sample_plan()}) {
    const auto before = revision(f);
    CHECK(is_reported(f.step->adopt(plan).value()));
    CHECK(revision(f) == before + 1);
    CHECK_FALSE(is_reported(f.step->adopt(plan).value()));
  }
  for (const auto& plan : {longer, other_hub})
    CHECK_FALSE(is_reported(f.step->adopt(plan).value()));
}

TEST_CASE("Categories are not followed while they are switched off, and are right afterwards",
          "[step][opml]") {
  auto without = sample_plan();
  without.derived.categories = false;
  StepFixture f(without);
  const auto before = revision(f);
  f.publish(1, 1, in_team);
  CHECK(revision(f) == before);
  f.step->adopt(sample_plan()).value();
  CHECK(revision(f) == before + 1);
  CHECK_FALSE(is_reported(f.shell("UPDATE posts SET title = 'T' WHERE post_id = 'p1'")));
}

TEST_CASE("Of thousands of categories two hundred are listed, and the others change nothing",
          "[step][opml][scale]") {
  StepFixture f;
  std::string sql;
  for (int i = 1000; i < 1250; ++i)
    sql += "INSERT INTO post_categories (post_id, path) VALUES ('p" + std::to_string(i % 5) +
           "', 'c" + std::to_string(i) + "');";
  f.publish(0, 4, sql);
  CHECK(listed(f).size() == max_listed_categories);
  CHECK(listed(f).back() == "category/c1199");
  const auto before = revision(f);
  f.shell("DELETE FROM post_categories WHERE path = 'c1240'");
  f.shell("INSERT INTO post_categories (post_id, path) VALUES ('p1', 'z')");
  CHECK(revision(f) == before);
  f.shell("DELETE FROM post_categories WHERE path = 'c1000'");
  CHECK(revision(f) == before + 1);
  CHECK(listed(f).back() == "category/c1200");
}

TEST_CASE("Nobody is told of the list of feeds", "[step][opml]") {
  auto plan = sample_plan();
  plan.targets = {webhook("feeds", {"feed.changed"})};
  StepFixture f(plan);
  f.publish(1, 1, in_team);
  for (const auto& event : f.store->ledger().list_events(1, 0, 100).value())
    CHECK(event.subject != opml_key);
}
