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

// Of a node that can do nothing while it `fails`.
class BrokenClock final : public Clock {
 public:
  explicit BrokenClock(const Clock& steady) : steady_(steady) {}
  Timestamp now() const override {
    if (fails) throw std::bad_alloc();
    return steady_.now();
  }
  std::atomic<bool> fails{false};

 private:
  const Clock& steady_;
};

struct Nodes {
  StoreFile file;
  FakeClock clock;
  CollectedLog log;
  std::unique_ptr<Store> store = file.open();
  std::atomic<int> plans{0}, gaps{0};                   // that listeners were told of
  std::atomic<int> failing_plans{0}, failing_steps{0};  // so many are thrown out of
  std::vector<Target> told_targets;                     // those of the last plan

  Result<std::unique_ptr<StepRunner>> start(const SyndicationPlan& own, bool may_lead) {
    return start(own, may_lead, clock);
  }
  Result<std::unique_ptr<StepRunner>> start(const SyndicationPlan& own, bool may_lead,
                                            const Clock& of_node) {
    return start(own, may_lead, of_node,
                 [this] { return Result<std::unique_ptr<Store>>(file.open()); });
  }
  Result<std::unique_ptr<StepRunner>> start(const SyndicationPlan& own, bool may_lead,
                                            const Clock& of_node, StepRunner::OpenStore open) {
    StepRunner::Listener listener{.on_step =
                                      [this](const StepReport&) {
                                        if (failing_steps > 0 && failing_steps-- > 0)
                                          throw std::bad_alloc();
                                      },
                                  .on_plan =
                                      [this](const SyndicationPlan& plan) {
                                        told_targets = plan.targets;
                                        if (failing_plans > 0 && failing_plans-- > 0)
                                          throw std::bad_alloc();
                                        ++plans;
                                      },
                                  .on_sites = {},
                                  .on_news = [](const News&) {},
                                  .on_gap = [this] { ++gaps; },
                                  .on_look = [](Store&) {}};
    return StepRunner::start(std::move(open), own, may_lead, of_node, log, listener);
  }
  std::unique_ptr<StepRunner> follower() { return start(sample_plan(), false).value(); }

  // Two turns: one of them began after this was called.
  static void look(StepRunner& runner) {
    for (int i = 0; i < 2; ++i) (void)runner.refresh(main_site, "main");
  }
  static void look_until(StepRunner& runner, const std::function<bool()>& is_so) {
    const auto end = std::chrono::steady_clock::now() + 1min;
    while (!is_so()) {
      if (std::chrono::steady_clock::now() > end) throw std::runtime_error("never so");
      look(runner);
    }
  }
  static void look_until_it_leads(StepRunner& runner, bool is_so) {
    look_until(runner, [&] { return runner.leads() == is_so; });
  }
  void go_on(StepRunner& runner) {
    for (int i = 0; i < 3; ++i) {
      clock.advance(5s);
      look(runner);
    }
  }
  // As the node that steps, which is gone afterwards.
  void step(const SyndicationPlan& plan = sample_plan()) { go_on(*start(plan, true).value()); }
  // The server ends the session of the node that steps, and somebody else has its place.
  std::unique_ptr<Store> take_lead() {
    auto other = file.open();
    file.shell(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory' AND "
        "(classid::bigint << 32 | objid::bigint) = sosik_lead_lock();");
    for (int i = 0; i < 1000 && !other->lead().value(); ++i) {
    }
    REQUIRE(other->lead().value());
    return other;
  }
  std::size_t said(const std::string& part) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        log.lines(),
        [&](const std::string& line) { return line.find(part) != std::string::npos; }));
  }
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
  const auto loser = nodes.start(sample_plan(), true, nodes.clock, open).value();
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
  replace_key(*nodes.store, plan).value();
  CHECK(nodes.start(plan, true).has_value());
}

TEST_CASE("A node that has another key than the one in force says so for as long as it has",
          "[nodes]") {
  Nodes nodes;
  auto plan = sample_plan();
  plan.key_mark = "old";
  nodes.adopt(plan);
  const auto runner = nodes.start(plan, false).value();
  CHECK(runner->trouble().empty());
  plan.key_mark = "new";
  replace_key(*nodes.store, plan).value();
  for (int i = 0; i < 3; ++i) {
    Nodes::look(*runner);
    CHECK_THAT(runner->trouble(), Catch::Contains("another installation's key"));
  }
}

TEST_CASE("A plan that a follower was thrown out of telling is not in force, and the old is told",
          "[nodes]") {
  Nodes nodes;
  nodes.step();
  const auto follower = nodes.follower();
  Nodes::look(*follower);
  auto plan = sample_plan();
  plan.targets = {webhook("new")};
  nodes.failing_plans = 1;
  REQUIRE_FALSE(follower->adopt(plan).has_value());
  Nodes::look(*follower);
  CHECK(nodes.told_targets.empty());
  CHECK(follower->trouble().empty());
  // Nor later, when the definitions change for another reason.
  auto others = sample_plan();
  others.site.title = "새 이름";
  nodes.adopt(others);
  Nodes::look(*follower);
  CHECK(nodes.told_targets.empty());
  REQUIRE(follower->adopt(plan).has_value());
  CHECK(nodes.told_targets.size() == 1);
}

TEST_CASE(
    "A plan that was adopted and could not be told of is the one that the next takeover brings",
    "[nodes][postgresql]") {
  Nodes nodes;
  const auto runner = nodes.start(sample_plan(), true).value();
  auto plan = sample_plan();
  plan.site.title = "새 이름";
  nodes.failing_steps = 1;
  CHECK(runner->adopt(plan).has_value());
  CHECK(nodes.failing_steps == 0);
  const auto in_force = nodes.store->read_plan(main_site).value();
  CHECK_THAT(in_force, Catch::Contains("새 이름"));
  auto other = nodes.take_lead();
  Nodes::look_until_it_leads(*runner, false);
  other.reset();
  Nodes::look_until_it_leads(*runner, true);
  CHECK(nodes.store->read_plan(main_site).value() == in_force);
}

TEST_CASE("That a node does not run the step any more is said once, whatever it can follow",
          "[nodes][postgresql]") {
  Nodes nodes;
  const auto runner = nodes.start(sample_plan(), true).value();
  auto& view = nodes.store->syndication();
  view.transact([&] { return view.write_plan(main_site, "{}"); }).value();
  const auto other = nodes.take_lead();
  Nodes::look_until_it_leads(*runner, false);
  for (int i = 0; i < 3; ++i) Nodes::look(*runner);
  CHECK_FALSE(runner->trouble().empty());
  CHECK(nodes.said("does not run the step any more") == 1);
}

TEST_CASE("A node whose step fails and fails leaves it to another [S-050]", "[nodes][postgresql]") {
  Nodes nodes;
  BrokenClock broken(nodes.clock);
  const auto one = nodes.start(sample_plan(), true, broken).value();
  const auto two = nodes.start(sample_plan(), true).value();
  REQUIRE(one->leads());
  broken.fails = true;
  Nodes::look_until(*one, [&] { return nodes.said("leaves the step to others") > 0; });
  broken.fails = false;
  Nodes::look(*one);
  CHECK_FALSE(one->trouble().empty());  // it says so while it leaves the step to others
  Nodes::look_until(*two, [&] { return two->leads(); });
  CHECK_FALSE(one->leads());
  CHECK(nodes.said("leaves the step to others") >= 1);
}

TEST_CASE("A node that is alone and whose step fails goes on when it can", "[nodes]") {
  Nodes nodes;
  BrokenClock broken(nodes.clock);
  const auto runner = nodes.start(sample_plan(), true, broken).value();
  broken.fails = true;
  const auto lets_go = [&] { return nodes.said("leaves the step to others"); };
  if (is_on_postgresql()) {
    Nodes::look_until(*runner, [&] { return lets_go() > 0; });
  } else {
    for (int i = 0; i < 20; ++i) Nodes::look(*runner);
    CHECK(lets_go() == 0);
    CHECK(runner->leads());
  }
  broken.fails = false;
  Nodes::look_until(*runner, [&] { return runner->leads() && runner->trouble().empty(); });
}
