// A node beside the one that steps: whose definitions and rows it goes by, and when it says so.
#include <atomic>
#include <future>

#include "../../src/app/step_runner.hpp"
#include "../syndicate/step_fixture.hpp"
#include "catch.hpp"
#include "collected_log.hpp"
#include "sosik/syndicate/plan_json.hpp"
#include "sqlite_store.hpp"

using namespace sosik;
using namespace std::chrono_literals;

namespace {

SyndicationPlan composing() {
  auto plan = sample_plan();
  plan.text.compose_hangul = true;
  return plan;
}

// What befalls one node's store; once each.
struct Interruptions {
  std::atomic<bool> leads = true, is_cut = false, is_late = false;
  std::promise<void> has_been_cut;  // the plan could not be read
  std::function<void()> when_late;  // between a look for news and the transaction of a refresh
};

class InterruptedStore final : public sql::SqlStore {
 public:
  InterruptedStore(const std::string& file, Interruptions& hooks)
      : SqlStore(sqlite::open(file, {})), hooks_(hooks) {}
  Result<bool> lead() override { return hooks_.leads.load(); }
  Result<std::string> read_plan(SiteId site) override {
    if (hooks_.is_cut.exchange(false)) {
      hooks_.has_been_cut.set_value();
      return unavailable("the database restarts");
    }
    return SqlStore::read_plan(site);
  }
  Result<std::int64_t> sites_version() override {
    if (hooks_.is_late.exchange(false)) hooks_.when_late();
    return SqlStore::sites_version();
  }

 private:
  Interruptions& hooks_;
};

struct Nodes {
  StoreFile file;
  FakeClock clock;
  CollectedLog log;
  std::unique_ptr<Store> store = file.open();
  std::atomic<int> plans{0}, gaps{0};  // that listeners were told of

  Result<std::unique_ptr<StepRunner>> start(const SyndicationPlan& own, bool may_lead) {
    return start(own, may_lead, [this] { return Result<std::unique_ptr<Store>>(file.open()); });
  }
  Result<std::unique_ptr<StepRunner>> start(const SyndicationPlan& own, bool may_lead,
                                            StepRunner::OpenStore open) {
    StepRunner::Listener listener{.on_step = [](const StepReport&) {},
                                  .on_plan = [this](const SyndicationPlan&) { ++plans; },
                                  .on_sites = {},
                                  .on_news = [](const News&) {},
                                  .on_gap = [this] { ++gaps; },
                                  .on_look = [](Store&) {}};
    return StepRunner::start(std::move(open), own, may_lead, clock, log, listener);
  }
  std::unique_ptr<StepRunner> follower() { return start(sample_plan(), false).value(); }

  // Two turns: one of them began after this was called.
  static void look(StepRunner& runner) {
    for (int i = 0; i < 2; ++i) (void)runner.refresh(main_site, "main");
  }
  void go_on(StepRunner& runner) {
    for (int i = 0; i < 3; ++i) {
      clock.advance(5s);
      look(runner);
    }
  }
  // As the node that steps, which is gone afterwards.
  void step(const SyndicationPlan& plan = sample_plan()) { go_on(*start(plan, true).value()); }
  void adopt(const SyndicationPlan& plan) { Step(*store, clock, plan).adopt(plan).value(); }
  SiteRow add_site(const std::string& host) {
    SiteRow row;
    row.host = host;
    row.title = "이름";
    row.id = store->add_site(row).value();
    return row;
  }
  SiteId site_with_post(const std::string& title = "p") {
    Post post;
    post.site = add_site("b.example").id;
    post.post_id = post.slug = "p";
    post.title = title;
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

TEST_CASE(
    "The active node has other sites' entries made anew, though nobody asks it for them [S-056]",
    "[sites][nodes]") {
  Nodes nodes;
  const SiteId site = nodes.site_with_post("\u1100\u1161");
  const auto title = [&] { return nodes.store->read_entry_by_slug(site, "p").value().title; };
  const auto plan = composing();
  REQUIRE(title() == "\u1100\u1161");
  SECTION("when its settings change") {
    const auto leader = nodes.start(sample_plan(), true).value();
    const auto follower = nodes.follower();
    leader->adopt(plan).value();
    REQUIRE(follower->refresh(site, "main").has_value());
    nodes.go_on(*leader);
  }
  SECTION("when it begins to lead") {
    nodes.adopt(plan);
    REQUIRE(nodes.follower()->refresh(site, "main").has_value());
    REQUIRE(title() == "\u1100\u1161");
    nodes.step(plan);
  }
  SECTION("when an older program has made them") {
    nodes.adopt(plan);
    nodes.store->syndication()
        .transact([&] {
          auto state = nodes.store->syndication().site_state(site).value();
          state.entry_basis = "1:older";
          return nodes.store->syndication().write_site_state(site, state);
        })
        .value();
    nodes.step(plan);
  }
  CHECK(title() == "\uac00");
  CHECK_FALSE(nodes.store->syndication().has_dirty(site).value());
}

TEST_CASE("A node that leads no more brings no feed back before it follows [S-056]",
          "[nodes][sqlite]") {
  Nodes nodes;
  Interruptions hooks;
  // Another node leads meanwhile.
  auto plan = sample_plan();
  plan.definitions[0].limit += 1;
  hooks.when_late = [&] { nodes.adopt(plan); };
  const auto open = [&]() -> Result<std::unique_ptr<Store>> {
    return std::make_unique<InterruptedStore>(nodes.file.path(), hooks);
  };
  const auto loser = nodes.start(sample_plan(), true, open).value();
  hooks.is_cut = true;
  hooks.leads = false;
  loser->wake();
  hooks.has_been_cut.get_future().wait();
  hooks.is_late = true;
  (void)loser->refresh(main_site, "main");
  const auto state = nodes.store->feed_state(main_site, "main").value();
  CHECK(state.definition_hash == definition_hash(plan, plan.definitions[0]));
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
