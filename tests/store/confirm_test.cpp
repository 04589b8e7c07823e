// Proof that telling worked, and what is owed in numbers.
#include "catch.hpp"
#include "ledger_rig.hpp"

using namespace sosik;
using namespace std::chrono_literals;
using Rig = LedgerRig;

TEST_CASE("A fetch confirms what its party was told of that topic, up to that revision",
          "[confirm]") {
  Rig l;
  const std::string topic = "https://x.example/rss.xml";
  l.owe(topic, TargetKind::websub, "", "websub:a");
  l.owe(topic, TargetKind::websub, "", "websub:b");
  l.owe("https://x.example/atom.xml", TargetKind::websub, "", "websub:a");
  const auto confirm = [&](const std::string& target, std::int64_t revision) {
    return l.store->ledger().confirm_deliveries(1, target, topic, revision, l.clock.now()).value();
  };
  CHECK(confirm("websub:a", 9) == 0);  // nobody has called yet
  const auto all = l.claim();
  REQUIRE(all.size() == 3);
  CHECK(confirm("websub:a", 0) == 0);  // of an older revision
  const auto seen_at = l.clock.now();
  CHECK(confirm("websub:a", 1) == 1);  // while the call is under way: the hub is quick
  l.clock.advance(1s);
  CHECK(confirm("websub:a", 1) == 0);  // the first fetch is the proof
  for (const auto& d : all) l.record(d, DeliveryState::delivered);
  CHECK(l.read(all[0].id).confirmed_at == seen_at);
  CHECK_FALSE(l.read(all[1].id).confirmed_at);
  CHECK_FALSE(l.read(all[2].id).confirmed_at);
}

TEST_CASE("A newer revision wants a proof of its own", "[confirm]") {
  Rig l;
  l.owe("https://x.example/rss.xml");
  const auto d = l.claim().at(0);
  CHECK(l.store->ledger().confirm_deliveries(1, "t", d.topic, 1, l.clock.now()).value() == 1);
  l.raise(d, 2, 0s);
  CHECK_FALSE(l.read(d.id).confirmed_at);
  CHECK(l.store->ledger().confirm_deliveries(1, "t", d.topic, 1, l.clock.now()).value() == 0);
  CHECK(l.store->ledger().confirm_deliveries(1, "t", d.topic, 2, l.clock.now()).value() == 1);
}

TEST_CASE("Queues are counted by kind: what is open, what is due, and since when [N-215]",
          "[confirm]") {
  Rig l;
  const auto since = l.clock.now();
  l.owe("evt_1", TargetKind::webhook, "p");
  l.owe("evt_2", TargetKind::webhook, "p");  // behind: open, not due
  l.clock.advance(60s);
  l.owe("https://x.example/rss.xml");
  const auto depth = [&](TargetKind kind) {
    return l.store->ledger().queue_depths(l.clock.now()).value().at(static_cast<std::size_t>(kind));
  };
  CHECK(depth(TargetKind::webhook).open == 2);
  CHECK(depth(TargetKind::webhook).due == 1);
  CHECK(depth(TargetKind::webhook).due_since == since);
  CHECK(depth(TargetKind::websub).due_since == l.clock.now());
  CHECK(depth(TargetKind::purge).open == 0);
  CHECK_FALSE(depth(TargetKind::purge).due_since);
  const auto first = l.claim();
  CHECK(depth(TargetKind::webhook).due == 0);
  CHECK(depth(TargetKind::webhook).open == 2);
  l.record(first[0], DeliveryState::pending, 3600s);
  CHECK(depth(TargetKind::webhook).due == 0);
}
