#include "catch.hpp"
#include "ledger_rig.hpp"

using namespace sosik;
using namespace std::chrono_literals;

using Rig = LedgerRig;

namespace {

DeliveryFilter filter_of(std::optional<DeliveryState> state, std::string target,
                         std::size_t limit = 100) {
  DeliveryFilter filter;
  filter.state = state;
  filter.target = std::move(target);
  filter.limit = limit;
  return filter;
}

}  // namespace

TEST_CASE("What is due is claimed oldest first, once", "[ledger][N-203]") {
  Rig l;
  l.owe("https://x.example/1");
  l.clock.advance(1s);
  l.owe("https://x.example/2");
  CHECK(l.store->ledger().next_delivery_at(l.clock.now()).value() == l.clock.now() - 1s);
  CHECK(l.claim(1).at(0).topic == "https://x.example/1");
  const auto second = l.claim();
  REQUIRE(second.size() == 1);
  CHECK(second[0].topic == "https://x.example/2");
  CHECK(second[0].state == DeliveryState::in_flight);
  CHECK(second[0].attempts == 1);
  CHECK(l.claim().empty());
  CHECK(l.store->ledger().next_delivery_at(l.clock.now()).value() == l.clock.now() + 60s);
}

TEST_CASE("Deliveries to targets that are to be skipped are left alone", "[ledger][N-084]") {
  Rig l;
  for (auto* target : {"webhook:slow", "webhook:slower", "webhook:slow", "webhook:quick"}) {
    l.owe(std::to_string(l.clock.now().time_since_epoch().count()), TargetKind::webhook, "",
          target);
    l.clock.advance(1s);
  }
  const auto claim = [&](std::vector<std::string> skip) {
    std::vector<std::string> targets;
    for (auto& d : l.store->ledger().claim_deliveries("w", l.clock.now(), 60s, 2, skip).value())
      targets.push_back(d.target);
    return targets;
  };
  using Names = std::vector<std::string>;
  CHECK(claim({"webhook:slow", "webhook:slower", "webhook:quick"}).empty());
  CHECK(claim({"webhook:slow"}) == Names{"webhook:slower", "webhook:quick"});
  CHECK(claim({"webhook"}) == Names{"webhook:slow", "webhook:slow"});
}

TEST_CASE("A clock that was set back delays nothing longer than a schedule waits",
          "[ledger][N-214]") {
  Rig l;
  l.owe("t1");
  const auto longest_webhook_wait = std::chrono::minutes(24 * 66);  // 24 h and a tenth
  l.record(l.claim().at(0), DeliveryState::pending, longest_webhook_wait);
  CHECK(l.claim().empty());
  l.clock.advance(longest_webhook_wait);
  l.record(l.claim().at(0), DeliveryState::pending, longest_delivery_wait);
  l.clock.advance(-2h);
  CHECK(l.claim().size() == 1);
}

TEST_CASE("An attempt is recorded with what follows from it", "[ledger][N-207]") {
  Rig l;
  l.owe("t1");
  const auto d = l.claim().at(0);
  CHECK(l.record(d, DeliveryState::pending, 300s) == Recorded::yes);
  CHECK(l.only().state == DeliveryState::pending);
  CHECK(l.only().next_at == l.clock.now() + 300s);
  CHECK(l.claim().empty());
  l.clock.advance(300s);
  const auto again = l.claim().at(0);
  CHECK(again.attempts == 2);
  CHECK(l.record(again, DeliveryState::delivered) == Recorded::yes);
  CHECK(l.only().state == DeliveryState::delivered);
  CHECK_FALSE(l.store->ledger().next_delivery_at(l.clock.now()).value().has_value());
  const auto attempts = l.store->ledger().list_attempts(d.id).value();
  REQUIRE(attempts.size() == 2);
  CHECK(attempts[0].number == 1);
  CHECK(attempts[1].number == 2);
  CHECK(attempts[0].status == 500);
  CHECK(attempts[1].status == 204);
  CHECK(attempts[1].response_body == "고마워요");
}

TEST_CASE("A claim whose lease ended is due again, and the late worker is refused",
          "[ledger][N-203]") {
  Rig l;
  l.owe("t1");
  const auto late = l.claim().at(0);
  l.clock.advance(61s);
  const auto current = l.claim().at(0);
  CHECK(current.fence == late.fence + 1);
  CHECK(l.record(late, DeliveryState::delivered) == Recorded::no);
  CHECK(l.store->ledger().list_attempts(late.id).value().empty());
  CHECK(l.record(current, DeliveryState::gave_up) == Recorded::yes);
  CHECK(l.only().state == DeliveryState::gave_up);
  CHECK(l.record(current, DeliveryState::delivered) == Recorded::no);
}

TEST_CASE("A newer revision that comes while one is in flight is owed after it",
          "[ledger][N-069]") {
  for (const auto outcome : {DeliveryState::delivered, DeliveryState::gave_up}) {
    Rig l;
    l.owe("t1");
    const auto d = l.claim().at(0);
    l.raise(d, 5, 2s);
    CHECK(l.record(d, outcome) == Recorded::yes);
    CHECK(l.only().state == DeliveryState::pending);
    CHECK(l.only().revision == 5);
    CHECK(l.only().tries == 0);
    CHECK(l.only().next_at == l.clock.now() + 2s);
    l.clock.advance(2s);
    CHECK(l.record(l.claim().at(0), DeliveryState::delivered) == Recorded::yes);
    CHECK(l.only().state == DeliveryState::delivered);
  }
}

TEST_CASE("A newer revision does not put a pending delivery off, and starts its attempts anew",
          "[ledger][N-068]") {
  Rig l;
  l.owe("t1");
  const auto d = l.claim().at(0);
  CHECK(l.record(d, DeliveryState::pending, 3600s) == Recorded::yes);
  l.raise(d, 2, 2s);
  CHECK(l.only().next_at == l.clock.now() + 2s);
  CHECK(l.only().tries == 0);
  CHECK(l.only().attempts == 1);
  l.raise(d, 3, 9s);
  CHECK(l.only().next_at == l.clock.now() + 2s);
  CHECK(l.only().revision == 3);
}

TEST_CASE("A delivery withdrawn in flight is not tried again", "[ledger][N-213]") {
  Rig l;
  l.owe("evt_1", TargetKind::webhook, "p");
  const auto d = l.claim().at(0);
  const auto withdraw = [&] {
    l.view.transact([&] { return l.view.withdraw_delivery(d.id, l.clock.now()); }).value();
  };
  SECTION("its attempt fails") {
    withdraw();
    CHECK(l.record(d, DeliveryState::pending, 5s) == Recorded::yes);
    CHECK(l.only().state == DeliveryState::cancelled);
  }
  SECTION("its attempt succeeds") {
    withdraw();
    CHECK(l.record(d, DeliveryState::delivered) == Recorded::yes);
    CHECK(l.only().state == DeliveryState::delivered);
  }
  SECTION("its worker dies") {
    withdraw();
    l.clock.advance(61s);
    CHECK(l.claim().empty());
    CHECK(l.only().state == DeliveryState::cancelled);
  }
}

TEST_CASE("A worker may cancel what it claimed without an attempt", "[ledger]") {
  Rig l;
  l.owe("t1");
  auto d = l.claim().at(0);
  CHECK(record_one(*l.store, d, l.clock.now(), {DeliveryState::cancelled, {}}, false).value() ==
        Recorded::yes);
  CHECK(l.only().state == DeliveryState::cancelled);
  CHECK(l.store->ledger().list_attempts(d.id).value().empty());
}

TEST_CASE("Claims survive the process", "[ledger][N-209]") {
  Rig l;
  l.owe("t1");
  const auto d = l.claim().at(0);
  l.store.reset();
  l.store = l.file.open();
  CHECK(l.claim().empty());
  CHECK(l.record(d, DeliveryState::delivered) == Recorded::yes);
}

TEST_CASE("Deliveries are listed newest first, by state and target", "[ledger]") {
  Rig l;
  l.owe("t1");
  l.owe("t2");
  l.record(l.claim(1).at(0), DeliveryState::gave_up);
  const auto all = l.store->ledger().list_deliveries(1, {}).value();
  REQUIRE(all.size() == 2);
  CHECK(all[0].topic == "t2");
  CHECK(
      l.store->ledger().list_deliveries(1, filter_of(DeliveryState::gave_up, "")).value().size() ==
      1);
  CHECK(l.store->ledger().list_deliveries(1, filter_of({}, "nobody")).value().empty());
  CHECK(l.store->ledger().list_deliveries(1, filter_of({}, "t", 1)).value().size() == 1);
}

TEST_CASE("A delivery of an event brings its payload, a list leaves the long part out",
          "[ledger][N-150]") {
  Rig l;
  l.owe("evt_1", TargetKind::webhook, "p");
  const auto d = l.claim().at(0);
  CHECK(d.event_type == "post.published");
  CHECK(d.event_data == R"({"title":"첫 글"})");
  CHECK(d.event_content == R"({"content_html":"<p>글</p>"})");
  CHECK(l.only().event_data == d.event_data);
  CHECK(l.only().event_content.empty());
}

TEST_CASE("Deliveries about one post to one target keep their order [N-206]", "[ledger]") {
  Rig l;
  l.owe("evt_1", TargetKind::webhook, "p");
  l.owe("evt_2", TargetKind::webhook, "p");
  l.owe("evt_3", TargetKind::webhook, "other");
  l.owe("evt_4", TargetKind::webhook, "p", "another target");
  const auto topics = [&] {
    std::vector<std::string> list;
    for (const auto& d : l.claim()) list.push_back(d.topic);
    return list;
  };
  using Topics = std::vector<std::string>;
  const auto first = l.claim();
  REQUIRE(first.size() == 3);
  CHECK(first[0].topic == "evt_1");
  SECTION("the next comes up when the one before was told") {
    l.record(first[0], DeliveryState::delivered);
    CHECK(topics() == Topics{"evt_2"});
  }
  SECTION("not while it is to be tried again") {
    l.record(first[0], DeliveryState::pending, 300s);
    CHECK(topics().empty());
    l.clock.advance(61s);  // the leases of the others are over
    CHECK(topics() == Topics{"evt_3", "evt_4"});
  }
  SECTION("also when it was given up") {
    l.record(first[0], DeliveryState::gave_up);
    CHECK(topics() == Topics{"evt_2"});
  }
  SECTION("also when it was withdrawn") {
    l.record(first[0], DeliveryState::pending, 300s);
    l.view.transact([&] { return l.view.withdraw_delivery(first[0].id, l.clock.now()); }).value();
    CHECK(topics() == Topics{"evt_2"});
  }
  SECTION("and a replay of the first waits for the second") {
    l.record(first[0], DeliveryState::delivered);
    const auto second = l.claim().at(0);
    ReplaySelection selection;
    selection.first_id = selection.last_id = first[0].id;
    selection.only_failed = false;
    CHECK(l.store->ledger().replay(1, selection, l.clock.now()).value() == 1);
    CHECK(topics().empty());
    l.record(second, DeliveryState::delivered);
    CHECK(topics() == Topics{"evt_1"});
  }
}
