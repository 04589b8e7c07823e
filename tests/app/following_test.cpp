// A node beside the one that steps: whose definitions and rows it goes by, and when it says so.
#include <atomic>

#include "../../src/app/step_runner.hpp"
#include "../syndicate/step_fixture.hpp"
#include "catch.hpp"
#include "collected_log.hpp"
#include "sosik/syndicate/plan_json.hpp"

using namespace sosik;
using namespace std::chrono_literals;

namespace {

struct Nodes {
  StoreFile file;
  FakeClock clock;
  CollectedLog log;
  std::unique_ptr<Store> store = file.open();
  std::atomic<int> plans{0}, gaps{0};  // that listeners were told of

  Result<std::unique_ptr<StepRunner>> start(const SyndicationPlan& own, bool may_lead) {
    StepRunner::Listener listener{.on_step = [](const StepReport&) {},
                                  .on_plan = [this](const SyndicationPlan&) { ++plans; },
                                  .on_sites = {},
                                  .on_news = [](const News&) {},
                                  .on_gap = [this] { ++gaps; },
                                  .on_look = [](Store&) {}};
    return StepRunner::start([this] { return Result<std::unique_ptr<Store>>(file.open()); }, own,
                             may_lead, clock, log, listener);
  }
  std::unique_ptr<StepRunner> follower() { return start(sample_plan(), false).value(); }

  // Two turns: one of them began after this was called.
  static void look(StepRunner& runner) {
    for (int i = 0; i < 2; ++i) (void)runner.refresh(main_site, "main");
  }
  // As the node that steps, which is gone afterwards.
  void step() {
    const auto runner = start(sample_plan(), true).value();
    for (int i = 0; i < 3; ++i) {
      clock.advance(5s);
      look(*runner);
    }
  }
  void adopt(const SyndicationPlan& plan) { Step(*store, clock, plan).adopt(plan).value(); }
  SiteRow add_site(const std::string& host) {
    SiteRow row;
    row.host = host;
    row.title = "이름";
    row.id = store->add_site(row).value();
    return row;
  }
  SiteId site_with_post() {
    Post post;
    post.site = add_site("b.example").id;
    post.post_id = post.slug = post.title = "p";
    post.status = PostStatus::published;
    post.published_at = from_unix_ms(1'700'000'000'000);
    post.tags = {{"rust", ""}};
    store->put_post(post).value();
    step();
    REQUIRE(store->feed_state(post.site, "main").value().total == 1);
    return post.site;
  }
};

}  // namespace

TEST_CASE("A node that follows brings another site's feed to the definitions in force", "[sites]") {
  Nodes nodes;
  const SiteId site = nodes.site_with_post();
  REQUIRE(nodes.store->feed_state(site, "go-only").value().total == 0);
  // The active node has taken over other definitions, and this site has no work.
  auto plan = sample_plan();
  plan.definitions[1].filter.tags.clear();
  nodes.adopt(plan);
  CHECK(nodes.follower()->refresh(site, "go-only").value().total == 1);
}

TEST_CASE("A node that follows goes on with another site's feeds when yet others come", "[sites]") {
  Nodes nodes;
  const SiteId site = nodes.site_with_post();
  const auto before = nodes.store->feed_state(site, "tag/rust").value();
  auto plan = sample_plan();
  plan.derived.limit += 1;
  nodes.adopt(plan);
  const auto follower = nodes.follower();
  REQUIRE(follower->refresh(site, "main").has_value());
  nodes.add_site("c.example");
  const auto after = follower->refresh(site, "tag/rust");
  INFO((after ? std::string() : after.error().detail));
  REQUIRE(after.has_value());
  CHECK(after->revision == before.revision + 1);
}

TEST_CASE("A plan that is in force already is told to nobody, unless its files were reread",
          "[nodes]") {
  Nodes nodes;
  auto runner = nodes.start(sample_plan(), true).value();
  CHECK(nodes.plans == 1);
  runner->adopt(sample_plan()).value();
  CHECK(nodes.plans == 2);
  runner = nodes.follower();
  Nodes::look(*runner);
  CHECK(nodes.plans == 3);
  const int before = nodes.gaps;
  Step(*nodes.store, nodes.clock, sample_plan()).begin_anew().value();  // news of the same plan
  Nodes::look(*runner);
  CHECK(nodes.gaps > before);
  CHECK(nodes.plans == 3);
}

TEST_CASE("A plan that cannot be taken over empties caches once, and is news when it can",
          "[nodes]") {
  Nodes nodes;
  nodes.step();
  const auto follower = nodes.follower();
  Nodes::look(*follower);
  const int before = nodes.gaps;
  auto& view = nodes.store->syndication();
  const auto good = nodes.store->read_plan(main_site).value();
  const auto write = [&]() -> Result<void> {
    News news;
    news.has_plan = true;
    if (auto written = view.write_plan(main_site, "{}"); !written) return written;
    return view.add_news(news);
  };
  view.transact(write).value();
  for (int i = 0; i < 3; ++i) Nodes::look(*follower);
  CHECK(nodes.gaps == before + 1);
  CHECK_FALSE(follower->refresh(main_site, "main").has_value());
  view.transact([&] { return view.write_plan(main_site, good); }).value();
  Nodes::look(*follower);
  CHECK(nodes.gaps == before + 2);
  CHECK(follower->refresh(main_site, "main").has_value());
}

TEST_CASE("A node with another key than the others' does not run the step [S-056]", "[nodes]") {
  Nodes nodes;
  auto plan = sample_plan();
  plan.key_mark = "theirs";
  nodes.adopt(plan);
  const auto in_force = nodes.store->read_plan(main_site).value();
  plan.key_mark = "own";
  CHECK_THAT(nodes.start(plan, true).error().detail, Catch::Contains("another installation's key"));
  CHECK(nodes.store->read_plan(main_site).value() == in_force);
  forget_key(*nodes.store).value();
  CHECK(nodes.start(plan, true).has_value());
}
