// Replays: which deliveries are made again, and which are not (N-208).
#include "catch.hpp"
#include "ledger_rig.hpp"

using namespace sosik;
using namespace std::chrono_literals;
using Rig = LedgerRig;

namespace {

std::int64_t replay(Rig& l, const ReplaySelection& chosen) {
  return l.store->ledger().replay(1, chosen, l.clock.now()).value();
}

using Topics = std::vector<std::string>;
Topics claimed(Rig& l) {
  Topics topics;
  for (const auto& d : l.claim()) topics.push_back(d.topic);
  return topics;
}

// evt_1 to evt_4 about four posts: told, given up, cancelled, given up; the last to "other".
std::vector<Delivery> four_ended(Rig& l) {
  for (int i = 1; i <= 4; ++i)
    l.owe("evt_" + std::to_string(i), TargetKind::webhook, "p" + std::to_string(i),
          i == 4 ? "other" : "t");
  auto all = l.claim();
  REQUIRE(all.size() == 4);
  l.record(all[0], DeliveryState::delivered);
  l.record(all[1], DeliveryState::gave_up);
  l.record(all[2], DeliveryState::cancelled);
  l.clock.advance(1h);
  l.record(all[3], DeliveryState::gave_up);
  return all;
}

}  // namespace

TEST_CASE("A replay takes what was selected, with the same id and a schedule from its beginning",
          "[replay][N-208]") {
  Rig l;
  const auto all = four_ended(l);
  ReplaySelection chosen;
  SECTION("all that failed") {
    CHECK(replay(l, chosen) == 2);
    CHECK(claimed(l) == Topics{"evt_2", "evt_4"});
    CHECK(l.read(all[1].id).tries == 1);
    CHECK(l.read(all[1].id).attempts == 2);
    CHECK_FALSE(l.read(all[1].id).ended_at);
    CHECK(l.read(all[1].id).created_at == all[1].created_at);
  }
  SECTION("a range, of what was told or cancelled too") {
    chosen.first_id = all[0].id;
    chosen.last_id = all[2].id;
    chosen.only_failed = false;
    CHECK(replay(l, chosen) == 3);
    CHECK(claimed(l) == Topics{"evt_1", "evt_2", "evt_3"});
  }
  SECTION("since a moment, by when it ended") {
    chosen.since = l.clock.now();
    CHECK(replay(l, chosen) == 1);
    CHECK(claimed(l) == Topics{"evt_4"});
  }
  SECTION("to one target") {
    chosen.target = "t";
    CHECK(replay(l, chosen) == 1);
    CHECK(claimed(l) == Topics{"evt_2"});
  }
  SECTION("not to one that is disabled") {
    l.store->ledger().disable_target(1, "other", "by hand", l.clock.now()).value();
    CHECK(replay(l, chosen) == 1);
    CHECK(claimed(l) == Topics{"evt_2"});
  }
  SECTION("not what is open already") {
    CHECK(replay(l, chosen) == 2);
    CHECK(replay(l, chosen) == 0);
  }
  SECTION("not of another site") {
    CHECK(l.store->ledger().replay(2, chosen, l.clock.now()).value() == 0);
  }
}

TEST_CASE("Of one post's replayed deliveries each waits for the one before [N-206]", "[replay]") {
  Rig l;
  for (int i = 1; i <= 3; ++i) l.owe("evt_" + std::to_string(i), TargetKind::webhook, "p");
  for (int i = 0; i < 3; ++i) l.record(l.claim().at(0), DeliveryState::gave_up);
  l.clock.advance(1s);
  CHECK(replay(l, {}) == 3);
  for (int i = 1; i <= 3; ++i) {
    const auto next = l.claim();
    REQUIRE(next.size() == 1);
    CHECK(next[0].topic == "evt_" + std::to_string(i));
    l.record(next[0], DeliveryState::delivered);
  }
}

TEST_CASE("A topic that has an open delivery is not replayed beside it [N-205]", "[replay]") {
  Rig l;
  l.owe("https://x.example/rss.xml");
  const auto first = l.claim().at(0);
  l.record(first, DeliveryState::gave_up);
  l.owe("https://x.example/rss.xml");
  CHECK(replay(l, {}) == 0);
  l.record(l.claim().at(0), DeliveryState::gave_up);
  CHECK(replay(l, {}) == 1);  // two dead letters of one topic are one call
  CHECK(claimed(l) == Topics{"https://x.example/rss.xml"});
}

TEST_CASE("A claim says since when its delivery was due, so that a replay is fresh [N-209]",
          "[replay]") {
  Rig l;
  l.owe("http://x.example/", TargetKind::ping);
  const auto owed_at = l.clock.now();
  l.clock.advance(5h);
  const auto late = l.claim().at(0);
  CHECK(late.due_at == owed_at);
  l.record(late, DeliveryState::gave_up);
  CHECK(replay(l, {}) == 1);
  CHECK(l.claim().at(0).due_at == l.clock.now());
}
