// Purges go before what makes others fetch, for thirty seconds and no longer (H-178).
#include "catch.hpp"
#include "ledger_rig.hpp"

using namespace sosik;
using namespace std::chrono_literals;
using Rig = LedgerRig;

namespace {

using Topics = std::vector<std::string>;

Topics topics(const std::vector<Delivery>& list) {
  Topics topics;
  for (const auto& d : list) topics.push_back(d.topic);
  return topics;
}

}  // namespace

TEST_CASE("While a young purge is open nothing else is handed out [H-178]", "[purge]") {
  Rig l;
  l.owe("https://x.example/rss.xml", TargetKind::websub);
  l.owe("evt_1", TargetKind::webhook, "p", "hook");
  l.owe("https://x.example/posts/1", TargetKind::purge, "", "purge:cdn");
  const auto purge = l.claim();
  CHECK(topics(purge) == Topics{"https://x.example/posts/1"});
  CHECK(l.claim().empty());
  SECTION("until it is told") { l.record(purge[0], DeliveryState::delivered); }
  SECTION("or given up") { l.record(purge[0], DeliveryState::gave_up); }
  SECTION("or has failed for thirty seconds") {
    l.record(purge[0], DeliveryState::pending, 3600s);
    l.clock.advance(29s);
    CHECK(l.claim().empty());
    l.clock.advance(1s + 1ms);
  }
  CHECK(topics(l.claim()) == Topics{"https://x.example/rss.xml", "evt_1"});
}

TEST_CASE("A CDN that is down holds nothing longer than that, however many purges follow [H-178]",
          "[purge]") {
  Rig l;
  l.owe("https://x.example/rss.xml", TargetKind::websub);
  for (int i = 0; i < 4; ++i) {
    l.owe("https://x.example/posts/" + std::to_string(i), TargetKind::purge, "", "purge:cdn");
    for (const auto& d : l.claim()) {
      CHECK(d.kind == TargetKind::purge);
      l.record(d, DeliveryState::pending, 3600s);
    }
    l.clock.advance(9s);
  }
  CHECK(topics(l.claim()) == Topics{"https://x.example/rss.xml"});
  l.owe("https://x.example/atom.xml", TargetKind::websub);  // is news again, and waits
  CHECK(l.claim().empty());
}

TEST_CASE("A purge that a clock wrote which was set back since holds nothing up [H-178][N-214]",
          "[purge]") {
  Rig l;
  l.clock.advance(24h * 365);
  l.owe("https://x.example/posts/1", TargetKind::purge, "", "purge:cdn");
  l.owe("https://x.example/rss.xml", TargetKind::websub);
  l.clock.advance(-24h * 365);
  for (const auto& d : l.claim())
    if (d.kind == TargetKind::purge) l.record(d, DeliveryState::pending, 3600s);
  l.owe("https://x.example/atom.xml", TargetKind::websub);
  l.claim();
  for (const auto& d : l.store->ledger().list_deliveries(1, {}).value())
    if (d.kind != TargetKind::purge) CHECK(d.state == DeliveryState::in_flight);
}

TEST_CASE(
    "Until a purge has gone, the next moment is the one at which there is something to claim "
    "[H-178]",
    "[purge]") {
  Rig l;
  const auto next = [&] { return l.store->ledger().next_delivery_at(l.clock.now()).value(); };
  CHECK_FALSE(next());
  const auto start = l.clock.now();
  l.owe("https://x.example/rss.xml", TargetKind::websub);
  CHECK(next() == start);
  l.clock.advance(10s);
  l.owe("https://x.example/posts/1", TargetKind::purge, "", "purge:cdn");
  CHECK(next() == start + 10s);  // the purge
  const auto purge = l.claim();
  REQUIRE(purge.size() == 1);
  SECTION("what has waited goes before the purge is old") {
    l.record(purge[0], DeliveryState::pending, 60s);
    CHECK(next() == start + 30s);
  }
  SECTION("the purge is tried again") {
    l.record(purge[0], DeliveryState::pending, 5s);
    CHECK(next() == start + 15s);
    l.clock.advance(5s);
    CHECK(l.claim().size() == 1);
    return;
  }
  SECTION("what comes later waits for the newest purge alone") {
    l.record(purge[0], DeliveryState::pending, 60s);
    l.clock.advance(20s);
    CHECK(topics(l.claim()) == Topics{"https://x.example/rss.xml"});
    l.owe("https://x.example/atom.xml", TargetKind::websub);
    CHECK(next() == start + 40s + 1ms);
  }
  l.clock.advance(*next() - l.clock.now() - 1ms);
  CHECK(l.claim().empty());
  l.clock.advance(1ms);
  CHECK(l.claim().size() == 1);
}

namespace {

Result<void> owe(Rig& l, const std::string& topic, TargetKind kind) {
  Delivery d;
  d.kind = kind;
  d.target = "t";
  d.topic = topic;
  d.revision = 1;
  d.created_at = d.next_at = l.clock.now();
  return l.view.add_delivery(d);
}

const std::string page = "https://x.example/posts/1", feed = "https://x.example/rss.xml";

}  // namespace

TEST_CASE("A purge that waits for all nodes to hear of its change holds up no other's news [H-178]",
          "[purge][S-049]") {
  Rig l;
  l.owe("evt_1", TargetKind::webhook, "p", "hook");
  const auto start = l.clock.now();
  const bool is_held_from_the_beginning = GENERATE(true, false);
  l.view
      .transact([&]() -> Result<void> {
        if (is_held_from_the_beginning) l.view.hold_deliveries(start + 750ms).value();
        owe(l, page, TargetKind::purge).value();
        owe(l, feed, TargetKind::websub).value();
        if (is_held_from_the_beginning) return {};
        return l.view.hold_deliveries(start + 750ms);
      })
      .value();
  const auto next = [&] { return l.store->ledger().next_delivery_at(l.clock.now()).value(); };
  if (is_on_postgresql()) {  // where there are other nodes
    CHECK(next() == start);
    CHECK(topics(l.claim()) == Topics{"evt_1"});
  }
  l.clock.advance(749ms);
  CHECK(l.claim().empty());
  l.clock.advance(1ms);
  CHECK(topics(l.claim()) == Topics{page});
  CHECK(l.claim().empty());
}

TEST_CASE("A purge that is owed anew goes before what is owed with it [H-178]", "[purge][S-049]") {
  Rig l;
  l.owe(page, TargetKind::purge, "", "purge:cdn");
  const auto start = l.clock.now();
  const auto purge = l.store->ledger().list_deliveries(1, {}).value().at(0).id;
  l.view
      .transact([&]() -> Result<void> {
        l.view.hold_deliveries(start + 750ms).value();
        owe(l, feed, TargetKind::websub).value();
        l.view.raise_delivery(purge, 2, start).value();
        return l.view.hold_deliveries(start + 780ms);  // the step took a while
      })
      .value();
  l.clock.advance(749ms);
  CHECK(l.claim().empty());
  l.clock.advance(1ms);
  CHECK(topics(l.claim()) == Topics{page});
  CHECK(l.claim().empty());
}

TEST_CASE(
    "A purge that a busy CDN makes wait, and that is owed anew, holds up what is owed [H-178]",
    "[purge]") {
  Rig l;
  l.owe(page, TargetKind::purge, "", "purge:cdn");
  const auto purge = l.claim();
  l.record(purge[0], DeliveryState::pending, 20s);
  l.view.transact([&] { return l.view.raise_delivery(purge[0].id, 2, l.clock.now() + 20s); })
      .value();
  l.owe(feed, TargetKind::websub);
  l.clock.advance(1s);
  CHECK(l.claim().empty());
}

TEST_CASE("What was raised while its worker died waits as long as its news [S-049]", "[purge]") {
  Rig l;
  l.owe(page, TargetKind::purge, "", "purge:cdn");
  const auto held = l.claim();
  l.clock.advance(1h);  // its lease is over
  l.view
      .transact([&]() -> Result<void> {
        l.view.raise_delivery(held[0].id, 2, l.clock.now()).value();
        return l.view.hold_deliveries(l.clock.now() + 750ms);
      })
      .value();
  const auto next = [&] { return l.store->ledger().next_delivery_at(l.clock.now()).value(); };
  CHECK(l.claim().empty());
  l.clock.advance(*next() - l.clock.now());
  CHECK(topics(l.claim()) == Topics{page});
}
