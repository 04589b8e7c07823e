// publish.hold: what was published shows a while later, everywhere at once, and can be recalled
// unseen.
#include "catch.hpp"
#include "step_fixture.hpp"

using namespace sosik;
using namespace std::chrono_literals;

namespace {

SyndicationPlan holding_plan() {
  auto plan = sample_plan();
  plan.hold = 60s;
  plan.targets = {webhook("a")};
  return plan;
}

std::string insert_at(Timestamp at) {
  return "INSERT INTO posts (post_id, status, slug, title, body, published_at) VALUES ('a', "
         "'published', 'a', 'A', 'x', " +
         std::to_string(to_unix_ms(at)) + ");";
}

std::size_t owed(StepFixture& f) {
  return f.store->ledger().list_deliveries(1, up_to(100)).value().size();
}

}  // namespace

TEST_CASE("A held post shows, and is told, only when the hold is over", "[hold]") {
  StepFixture f(holding_plan());
  const auto published = f.clock.now() + 1s;
  f.shell(insert_at(published));
  CHECK_FALSE(f.is_served("a"));
  CHECK(f.titles() == "");
  CHECK(f.post_events() == "");
  CHECK(owed(f) == 0);
  CHECK(f.step->next_wake().value() == published + 60s);
  f.clock.set(published + 60s - 1ms);
  f.step->run().value();
  CHECK(f.post_events() == "");
  f.clock.advance(1ms);
  f.step->run().value();
  CHECK(f.is_served("a"));
  CHECK(f.titles() == "A");
  CHECK(f.post_events() == "post.published:a");
  CHECK(owed(f) == 1);
}

TEST_CASE("What is recalled within the hold was never there", "[hold][N-213]") {
  StepFixture f(holding_plan());
  f.shell(insert_at(f.clock.now()));
  f.shell(GENERATE("UPDATE posts SET status = 'unpublished';", "DELETE FROM posts;"));
  f.clock.advance(120s);
  f.run();
  CHECK(f.post_events() == "");
  CHECK(owed(f) == 0);
  CHECK_FALSE(f.is_served("a"));
}

TEST_CASE("A post that shows stays when its date is edited to one within the hold", "[hold]") {
  StepFixture f(holding_plan());
  f.shell(insert_at(f.clock.now() - 3600s));
  REQUIRE(f.is_served("a"));
  const auto set_date = [&](Timestamp at) {
    f.shell("UPDATE posts SET published_at = " + std::to_string(to_unix_ms(at)) + ";");
  };
  set_date(f.clock.now() - 5s);
  CHECK(f.is_served("a"));
  CHECK(f.post_events() == "post.published:a post.updated:a");
  set_date(f.clock.now() + 3600s);  // into the future: it is scheduled anew
  CHECK_FALSE(f.is_served("a"));
}
