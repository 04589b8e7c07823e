// What a start costs when nothing changed depends on the definitions, not on how many posts and
// feeds there are. Counted in instructions of SQLite's virtual machine, which has no clock.
#include "catch.hpp"
#include "instruction_count.hpp"
#include "step_fixture.hpp"

using namespace sosik;

namespace {

std::int64_t cost_of_start(StepFixture& f) {
  f.step.reset();
  f.store.reset();
  const InstructionCount instructions;
  const auto store = f.file.open();
  Step step(*store, f.clock, sample_plan());
  CHECK(step.adopt(sample_plan()).value().changed_feeds.empty());
  CHECK(step.run().value().posts == 0);
  return instructions.value();
}

void publish_with_feeds(StepFixture& f, int posts) {
  std::string children;
  for (int i = 1; i <= posts; ++i) {
    const std::string n = std::to_string(i);
    children += "INSERT INTO post_tags (post_id, tag) VALUES ('p" + n + "', 'tag" + n + "');" +
                "INSERT INTO post_authors (post_id, author) VALUES ('p" + n + "', 'by" + n + "');" +
                "INSERT INTO post_categories (post_id, path) VALUES ('p" + n + "', 'c/" + n + "');";
  }
  f.publish(1, posts, children);
}

}  // namespace

TEST_CASE("A start costs the same with three posts and with four hundred",
          "[adopt][scale][sqlite]") {
  StepFixture few, many;
  publish_with_feeds(few, 3);
  publish_with_feeds(many, 400);
  CHECK(many.store->list_feeds(1).value().size() > 1200);
  const auto cost = cost_of_start(few);
  CHECK(cost > 100);  // it counts
  CHECK(cost_of_start(many) == cost);
}

TEST_CASE("Feeds that are not defined any more are found once, and then no more",
          "[adopt][scale]") {
  StepFixture f;
  auto view = [&]() -> SyndicationStore& { return f.store->syndication(); };
  CHECK(view().filtered_feeds(1).value() == std::vector<std::string>{"", "go-only", "main"});
  auto without = sample_plan();
  without.definitions.pop_back();
  f.publish(1, 1, "INSERT INTO post_tags (post_id, tag) VALUES ('p1', 'go');");
  f.step->adopt(without).value();
  CHECK(view().filtered_feeds(1).value() == std::vector<std::string>{"", "main"});
  CHECK(f.titles("go-only").empty());
  CHECK(f.titles("tag/go") == "Title 1");  // a derived feed is nobody's definition
  const auto before = f.file.shell("SELECT * FROM feeds ORDER BY fold;");
  f.step->adopt(without).value();
  CHECK(f.file.shell("SELECT * FROM feeds ORDER BY fold;") == before);
}
