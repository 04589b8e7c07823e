// Recovery of a target that was down or disabled (N-158).
#include "sosik/syndicate/recover.hpp"

#include "catch.hpp"
#include "ledger_tools.hpp"
#include "step_fixture.hpp"

using namespace sosik;
using namespace std::chrono_literals;

namespace {

struct Down {
  StepFixture f;
  Target target = webhook("a");
  std::vector<std::string> ids;  // of the events of posts

  Down() : f(plan()) {}
  static SyndicationPlan plan() {
    auto plan = sample_plan();
    plan.targets = {webhook("a"), webhook("b")};
    return plan;
  }
  void disable() {
    f.store->ledger().disable_target(1, target.name, "by hand", f.clock.now()).value();
  }
  void enable() { f.store->ledger().enable_target(1, target.name).value(); }
  Result<std::int64_t> recover(Timestamp since) {
    return recover_deliveries(*f.store, f.step->plan(), target, since, f.clock.now());
  }
  // The types of what is told to the target, one after the other, all told.
  std::string tell_all() {
    std::string types;
    for (;;) {
      const auto claimed = f.claim();
      if (claimed.empty()) return types;
      for (const auto& d : claimed) {
        record_one(*f.store, d, f.clock.now(), {DeliveryState::delivered, {}}).value();
        if (d.target == target.name)
          types += (types.empty() ? "" : " ") + d.event_type + ":" + d.subject;
      }
    }
  }
};

}  // namespace

TEST_CASE("What was given up and what was never owed is told, each once, in order [N-158][N-206]",
          "[recover]") {
  Down d;
  const auto since = d.f.clock.now();
  d.f.publish(1, 1);
  d.disable();  // gives the first up
  d.f.shell("UPDATE posts SET title = 'x';");
  d.f.publish(2, 2);
  CHECK(d.recover(since).error().code == Errc::invalid);  // enable it first
  d.enable();
  CHECK(d.recover(since).value() == 3);
  CHECK(d.recover(since).value() == 0);
  CHECK(d.tell_all() == "post.published:p1 post.published:p2 post.updated:p1");
  CHECK(d.recover(since).value() == 0);
}

TEST_CASE("Recovery begins at the moment that was named, and keeps to the filter [N-163]",
          "[recover]") {
  Down d;
  d.target.filter.events = {"post.published"};
  d.disable();
  d.f.publish(1, 1);
  d.f.clock.advance(60s);
  const auto since = d.f.clock.now();
  d.f.publish(2, 2);
  d.f.shell("UPDATE posts SET title = 'x' WHERE post_id = 'p2';");
  d.enable();
  CHECK(d.recover(since).value() == 1);
  CHECK(d.tell_all() == "post.published:p2");
}

TEST_CASE("The id of a recovered event is the one that others were told [N-151]", "[recover]") {
  Down d;
  d.disable();
  d.f.publish(1, 1);
  d.enable();
  CHECK(d.recover(d.f.clock.now() - 60s).value() == 1);
  const auto list = d.f.store->ledger().list_deliveries(1, up_to(2)).value();
  REQUIRE(list.size() == 2);
  CHECK(list[0].target != list[1].target);
  CHECK(list[0].topic == list[1].topic);
  CHECK(list[0].event_data == list[1].event_data);
}

TEST_CASE("Who is told of topics has nothing to recover", "[recover]") {
  Down d;
  d.target.kind = TargetKind::websub;
  CHECK(d.recover(d.f.clock.now()).error().code == Errc::invalid);
}

TEST_CASE("A target is found by its name, an endpoint too", "[recover]") {
  Down d;
  CHECK(find_target(*d.f.store, d.f.step->plan(), "webhook:b").value().url ==
        "https://hook.example/b");
  Endpoint e;
  e.id = "ep_0000000000000001";
  e.url = "https://a.example/";
  d.f.store->ledger().put_endpoint(e).value();
  CHECK(find_target(*d.f.store, d.f.step->plan(), "webhook:" + e.id).value().url == e.url);
  CHECK(find_target(*d.f.store, d.f.step->plan(), "webhook:c").error().code == Errc::not_found);
}

TEST_CASE("Full payloads are kept for a full target that is disabled: it may recover them [N-150]",
          "[recover]") {
  Down d;
  auto plan = Down::plan();
  plan.targets[0].is_full = GENERATE(true, false);
  d.f.start(plan);
  d.disable();
  d.f.publish(1, 1);
  d.enable();
  CHECK(d.recover(d.f.clock.now() - 60s).value() == 1);
  for (const auto& told :
       d.f.store->ledger().claim_deliveries("w", d.f.clock.now(), 60s, 10).value()) {
    CHECK(told.event_type == "post.published");
    CHECK((told.event_content.find("Body 1") != std::string::npos) == plan.targets[0].is_full);
  }
}

TEST_CASE("News of a post that has gone since are not told, nor its end to who never knew [N-213]",
          "[recover]") {
  Down d;
  const auto since = d.f.clock.now();
  SECTION("never owed") {
    d.disable();
    d.f.publish(1, 2);
  }
  SECTION("given up without an attempt") {
    d.f.publish(1, 2);
    d.disable();
  }
  d.f.shell("UPDATE posts SET title = 'x' WHERE post_id = 'p1';");
  d.f.shell("UPDATE posts SET status = 'unpublished' WHERE post_id = 'p1';");
  d.enable();
  CHECK(d.recover(since).value() == 1);
  CHECK(d.tell_all() == "post.published:p2");
  CHECK(d.recover(since).value() == 0);
}

TEST_CASE("Who knew of a post is told that it has gone, and not what happened between [N-213]",
          "[recover]") {
  Down d;
  const auto since = d.f.clock.now();
  d.f.publish(1, 1);
  SECTION("told before") { CHECK(d.tell_all() == "post.published:p1"); }
  SECTION("tried before: it may have arrived") {
    for (const auto& open : d.f.claim())
      record_one(*d.f.store, open, d.f.clock.now(), {DeliveryState::gave_up, {}}).value();
  }
  d.disable();
  d.f.shell("UPDATE posts SET title = 'x' WHERE post_id = 'p1';");
  d.f.shell("DELETE FROM posts WHERE post_id = 'p1';");
  d.enable();
  CHECK(d.recover(since).value() == 1);
  CHECK(d.tell_all() == "post.deleted:p1");
}

TEST_CASE(
    "Who was told long ago is told of the end, though the ledger knows no more [N-213][N-207]",
    "[recover]") {
  Down d;
  d.f.publish(1, 1);
  CHECK(d.tell_all() == "post.published:p1");
  LedgerLimits few;
  few.max_deliveries = 0;
  d.f.store->ledger().prune_deliveries(d.f.clock.now(), few, 100).value();
  CHECK(d.f.store->ledger().list_deliveries(1, {}).value().empty());
  CHECK(d.f.post_events() == "post.published:p1");  // events are kept for longer
  d.disable();
  d.f.shell("UPDATE posts SET status = 'unpublished';");
  d.enable();
  CHECK(d.recover(d.f.clock.now() - 1h).value() == 1);
  CHECK(d.tell_all() == "post.unpublished:p1");
}

TEST_CASE("A post that went and came back is news again, and only that [N-213]", "[recover]") {
  Down d;
  d.disable();
  d.f.publish(1, 1);
  d.f.shell("UPDATE posts SET status = 'unpublished';");
  d.f.shell("UPDATE posts SET status = 'published', title = 'y';");
  d.enable();
  CHECK(d.recover(d.f.clock.now() - 1h).value() == 1);
  CHECK(d.tell_all() == "post.published:p1");
  const auto list = d.f.store->ledger().list_deliveries(1, up_to(1)).value();
  CHECK(list.at(0).event_data.find("\"title\":\"y\"") != std::string::npos);
}

TEST_CASE("Who asks for the end of posts alone recovers it [N-163][N-213]", "[recover]") {
  Down d;
  d.target.filter.events = {"post.unpublished", "post.deleted"};
  d.disable();
  d.f.publish(1, 1);
  d.f.shell("UPDATE posts SET status = 'unpublished';");
  d.enable();
  CHECK(d.recover(d.f.clock.now() - 1h).value() == 1);
  CHECK(d.tell_all() == "post.unpublished:p1");
}
