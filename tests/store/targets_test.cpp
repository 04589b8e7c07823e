// Targets: who fails for too long, is gone, asks for patience, or is owed too much; and endpoints.
#include "catch.hpp"
#include "ledger_rig.hpp"

using namespace sosik;
using namespace std::chrono_literals;
using Rig = LedgerRig;

namespace {

std::optional<TargetState> state_of(Rig& l, const std::string& target) {
  for (auto& state : l.store->ledger().target_states(1).value())
    if (state.target == target) return state;
  return std::nullopt;
}

bool is_disabled(Rig& l, const std::string& target) {
  const auto state = state_of(l, target);
  return state && state->disabled_at;
}

Delivery claim_one(Rig& l) {
  auto claimed = l.claim(1);
  REQUIRE(claimed.size() == 1);
  return claimed[0];
}

void withdraw(Rig& l, const Delivery& d) {
  l.view.transact([&] { return l.view.withdraw_delivery(d.id, l.clock.now()); }).value();
}

Recorded record_gone(Rig& l, const Delivery& d) {
  AttemptOutcome gone{DeliveryState::gave_up, l.clock.now(), std::nullopt, "answered 410"};
  return record_one(*l.store, d, l.clock.now(), gone).value();
}

Recorded record_busy(Rig& l, const Delivery& d, std::chrono::seconds wait) {
  AttemptOutcome busy{DeliveryState::pending, l.clock.now() + wait, l.clock.now() + wait};
  return record_one(*l.store, d, l.clock.now(), busy).value();
}

// Fails whatever comes up, at least once a day, until so much time has passed; not at its end.
void keep_failing(Rig& l, std::chrono::milliseconds time) {
  for (; time > 24h; time -= 24h) {
    l.clock.advance(24h);
    CHECK(l.record(claim_one(l), DeliveryState::pending, 1h) == Recorded::yes);
  }
  l.clock.advance(time);
}

}  // namespace

TEST_CASE("A target that fails for 120 hours without a success is disabled [N-158]", "[targets]") {
  Rig l;
  l.owe("evt_1", TargetKind::webhook, "p");
  l.owe("evt_2", TargetKind::webhook, "p");
  l.owe("evt_3", TargetKind::webhook, "p", "other");
  CHECK(l.record(claim_one(l), DeliveryState::pending, 1h) == Recorded::yes);
  const auto failing_since = l.clock.now();
  CHECK(state_of(l, "t")->failing_since == failing_since);
  l.record(claim_one(l), DeliveryState::delivered);  // the other's
  const auto version = l.store->ledger().targets_version(1).value();
  SECTION("a minute before the end it is not") {
    keep_failing(l, 120h - 1min);
    CHECK(l.record(claim_one(l), DeliveryState::pending, 1h) == Recorded::yes);
    CHECK_FALSE(is_disabled(l, "t"));
    CHECK(l.store->ledger().targets_version(1).value() == version);
  }
  SECTION("at the end it is, and what is open is given up") {
    keep_failing(l, 120h);
    const auto d = claim_one(l);
    CHECK(l.record(d, DeliveryState::pending, 1h) == Recorded::target_is_disabled);
    CHECK(state_of(l, "t")->disabled_at == l.clock.now());
    CHECK(state_of(l, "t")->disabled_why.find("120 hours") != std::string::npos);
    CHECK(state_of(l, "t")->disabled_why.find("status") != std::string::npos);
    DeliveryFilter open;
    open.state = DeliveryState::gave_up;
    CHECK(l.store->ledger().list_deliveries(1, open).value().size() == 2);
    CHECK(l.claim().empty());
    CHECK(l.store->ledger().list_attempts(d.id).value().size() == 6);
    CHECK(l.store->ledger().targets_version(1).value() > version);
  }
  SECTION("one success, and the time begins anew") {
    keep_failing(l, 119h);
    CHECK(l.record(claim_one(l), DeliveryState::delivered) == Recorded::yes);
    CHECK_FALSE(state_of(l, "t")->failing_since);
    l.clock.advance(2h);
    CHECK(l.record(claim_one(l), DeliveryState::pending, 1h) == Recorded::yes);
    CHECK(state_of(l, "t")->failing_since == l.clock.now());
  }
}

TEST_CASE(
    "Time in which nobody tried is no failure: a clock that jumps disables nobody [N-158][N-214]",
    "[targets]") {
  Rig l;
  l.owe("evt_1", TargetKind::webhook, "p");
  l.record(claim_one(l), DeliveryState::pending, 5s);
  const auto first = l.clock.now();
  l.clock.advance(150h);  // or the program was not running
  SECTION("what waited is tried, and fails again") {
    CHECK(l.record(claim_one(l), DeliveryState::pending, 5s) == Recorded::yes);
  }
  SECTION("also when something new is tried before it") {
    l.owe("evt_2", TargetKind::webhook, "q");
    const auto both = l.claim();
    REQUIRE(both.size() == 2);
    CHECK(l.record(both[1], DeliveryState::pending, 5s) == Recorded::yes);
    CHECK(l.record(both[0], DeliveryState::pending, 5s) == Recorded::yes);
  }
  CHECK_FALSE(is_disabled(l, "t"));
  CHECK(state_of(l, "t")->failing_since == l.clock.now());
  CHECK(state_of(l, "t")->failing_since > first);
}

TEST_CASE("Days without news between two that failed whole are days of failure [N-158]",
          "[targets]") {
  Rig l;
  l.owe("evt_1", TargetKind::webhook, "p");
  l.record(claim_one(l), DeliveryState::pending, 24h);
  l.clock.advance(24h);
  l.record(claim_one(l), DeliveryState::gave_up);
  l.clock.advance(150h);
  l.owe("evt_2", TargetKind::webhook, "p");
  CHECK(l.record(claim_one(l), DeliveryState::pending, 5s) == Recorded::target_is_disabled);
}

TEST_CASE("Who is told of topics may fail as long as it likes [N-068]", "[targets]") {
  Rig l;
  l.owe("https://x.example/rss.xml");
  l.record(claim_one(l), DeliveryState::pending);
  l.clock.advance(500h);
  CHECK(l.record(claim_one(l), DeliveryState::gave_up) == Recorded::yes);
  CHECK_FALSE(is_disabled(l, "t"));
}

TEST_CASE("A target that says it is gone is disabled at once [N-156]", "[targets]") {
  Rig l;
  l.owe("evt_1", TargetKind::webhook, "p");
  l.owe("evt_2", TargetKind::webhook, "q");
  l.owe("evt_3", TargetKind::webhook, "q");
  const auto both = l.claim();
  REQUIRE(both.size() == 2);
  CHECK(record_gone(l, both[0]) == Recorded::target_is_disabled);
  CHECK(state_of(l, "t")->disabled_why == "answered 410");
  CHECK(l.state_of(both[0]) == DeliveryState::gave_up);
  CHECK(l.state_of(both[1]) == DeliveryState::in_flight);
  CHECK(l.only().state == DeliveryState::gave_up);  // what waited behind
  SECTION("what was in flight is not tried again, and is a dead letter too") {
    CHECK(l.record(both[1], DeliveryState::pending, 5s) == Recorded::yes);
    CHECK(l.state_of(both[1]) == DeliveryState::gave_up);
  }
  SECTION("it is said once, however many were in flight") {
    const auto version = l.store->ledger().targets_version(1).value();
    CHECK(record_gone(l, both[1]) == Recorded::yes);
    CHECK(l.state_of(both[1]) == DeliveryState::gave_up);
    CHECK(l.store->ledger().targets_version(1).value() == version);
  }
  SECTION("also when its worker dies: recovery must find it") {
    l.clock.advance(61s);
    CHECK(l.claim().empty());
    CHECK(l.state_of(both[1]) == DeliveryState::gave_up);
  }
  SECTION("what was told is told") {
    CHECK(l.record(both[1], DeliveryState::delivered) == Recorded::yes);
    CHECK(l.state_of(both[1]) == DeliveryState::delivered);
  }
  SECTION("enabled again meanwhile, it goes on") {
    l.store->ledger().enable_target(1, "t").value();
    CHECK_FALSE(is_disabled(l, "t"));
    CHECK(l.record(both[1], DeliveryState::pending, 5s) == Recorded::yes);
    CHECK(l.state_of(both[1]) == DeliveryState::pending);
  }
  SECTION("but not what was recalled: that stays cancelled") {
    withdraw(l, both[1]);
    l.store->ledger().enable_target(1, "t").value();
    l.record(both[1], DeliveryState::pending, 5s);
    CHECK(l.state_of(both[1]) == DeliveryState::cancelled);
  }
}

TEST_CASE("Enabling a target forgets its failures [N-158]", "[targets]") {
  Rig l;
  l.owe("evt_1", TargetKind::webhook, "p");
  l.record(claim_one(l), DeliveryState::pending, 1h);
  l.store->ledger().disable_target(1, "t", "by hand", l.clock.now()).value();
  CHECK(state_of(l, "t")->disabled_why == "by hand");
  l.clock.advance(200h);
  const auto version = l.store->ledger().targets_version(1).value();
  l.store->ledger().enable_target(1, "t").value();
  CHECK(l.store->ledger().targets_version(1).value() > version);
  l.owe("evt_2", TargetKind::webhook, "p");
  CHECK(l.record(claim_one(l), DeliveryState::pending, 1h) == Recorded::yes);
  CHECK(state_of(l, "t")->failing_since == l.clock.now());
}

TEST_CASE("Who asks for patience gets it for all that is owed to it [N-156]", "[targets]") {
  Rig l;
  l.owe("evt_1", TargetKind::webhook, "p");
  l.owe("evt_2", TargetKind::webhook, "q");
  l.owe("evt_3", TargetKind::webhook, "q", "other");
  CHECK(record_busy(l, claim_one(l), 600s) == Recorded::yes);
  auto next = l.claim();
  REQUIRE(next.size() == 1);
  CHECK(next[0].target == "other");
  l.owe("evt_4", TargetKind::webhook, "r");  // news that comes meanwhile waits as well
  l.owe("evt_5", TargetKind::webhook, "r", "other");
  next = l.claim();
  REQUIRE(next.size() == 1);
  CHECK(next[0].target == "other");
  l.clock.advance(599s);
  for (const auto& d : l.claim()) CHECK(d.target == "other");  // leases that are over
  l.clock.advance(1s);
  CHECK(l.claim().size() == 3);
}

TEST_CASE("Of several wishes for patience the longest counts [N-156]", "[targets]") {
  Rig l;
  l.owe("evt_1", TargetKind::webhook, "p");
  l.owe("evt_2", TargetKind::webhook, "q");
  const auto both = l.claim();
  REQUIRE(both.size() == 2);
  record_busy(l, both[0], 600s);
  record_busy(l, both[1], 10s);  // a gateway before the same receiver, which knows nothing of it
  l.owe("evt_3", TargetKind::webhook, "r");
  l.clock.advance(11s);
  CHECK(l.claim().empty());
  l.clock.advance(589s);
  CHECK(l.claim().size() == 3);
}

TEST_CASE("A wish that a clock wrote which was set back since is no reason to hurry [N-156][N-214]",
          "[targets]") {
  Rig l;
  l.owe("evt_1", TargetKind::webhook, "p");
  l.owe("evt_2", TargetKind::webhook, "q");
  const auto both = l.claim();
  REQUIRE(both.size() == 2);
  l.clock.advance(24h * 365);
  record_busy(l, both[0], 600s);
  l.clock.advance(-24h * 365);
  l.record(both[1], DeliveryState::pending, 5min);
  CHECK(l.read(both[1].id).next_at == l.clock.now() + 5min);
  const auto again = claim_one(l);  // what that clock wrote is due at once
  CHECK(again.id == both[0].id);
  record_busy(l, again, 60s);  // and what the party says now counts
  l.clock.advance(59s);
  l.owe("evt_3", TargetKind::webhook, "r");
  CHECK(l.claim().empty());
  l.clock.advance(1s);
  CHECK(l.claim().size() == 2);
}

TEST_CASE("A newer revision does not cut a party's wish for patience short [N-156]", "[targets]") {
  Rig l;
  l.owe("https://x.example/rss.xml");
  const auto d = claim_one(l);
  const auto until = l.clock.now() + 600s;
  SECTION("it comes afterwards") {
    record_busy(l, d, 600s);
    l.raise(d, 2, 2s);
  }
  SECTION("it comes while the attempt is in flight") {
    l.raise(d, 2, 2s);
    record_busy(l, d, 600s);
  }
  CHECK(l.only().next_at == until);
  CHECK(l.only().tries == 0);
}

TEST_CASE("A newer revision that comes while a failing attempt is in flight begins anew [N-068]",
          "[targets]") {
  Rig l;
  l.owe("https://x.example/rss.xml");
  const auto d = claim_one(l);
  l.raise(d, 2, 60s);
  l.record(d, DeliveryState::pending, 4h);
  CHECK(l.only().next_at == l.clock.now() + 60s);
  CHECK(l.only().tries == 0);
  CHECK(l.only().attempts == 1);
}

TEST_CASE("A target that is owed too many events is disabled [N-210]", "[targets]") {
  Rig l;
  const auto look = [&] {
    return l.store->ledger().disable_overfull_targets(1, 3, l.clock.now()).value();
  };
  for (int i = 0; i < 3; ++i) l.owe("evt_" + std::to_string(i), TargetKind::webhook, "p");
  CHECK(look().empty());
  l.owe("evt_3", TargetKind::webhook, "p");
  CHECK(look() == std::vector<std::string>{"t"});
  CHECK(is_disabled(l, "t"));
  CHECK(state_of(l, "t")->disabled_why == "more than 3 deliveries were waiting for it");
  CHECK(l.claim().empty());
  CHECK(look().empty());
}

TEST_CASE("Topics are no backlog: there are as many as the site has, however long it takes [N-205]",
          "[targets]") {
  Rig l;
  for (const auto kind : {TargetKind::websub, TargetKind::indexnow, TargetKind::purge})
    for (int i = 0; i < 5; ++i)
      l.owe("https://x.example/" + std::to_string(i), kind, "", std::string(to_string(kind)));
  CHECK(l.store->ledger().disable_overfull_targets(1, 3, l.clock.now()).value().empty());
  CHECK_FALSE(is_disabled(l, "websub"));
  CHECK_FALSE(is_disabled(l, "purge"));
}

TEST_CASE("An endpoint comes back as it was put [N-161][N-163]", "[targets]") {
  Rig l;
  Endpoint e;
  e.id = "ep_00112233445566aa";
  e.description = "빌드 서버";
  e.url = "https://ci.example.kr/hook";
  e.filter = {{"post.published"}, {"main", "tag/회고"}, {"개발/웹"}};
  e.is_full = true;
  e.headers = {{"Authorization", "Bearer \"x\""}, {"X-B", "2"}};
  e.generation = 3;
  e.previous_until = l.clock.now() + 24h;
  e.created_at = l.clock.now();
  Ledger& ledger = l.store->ledger();
  const auto before = ledger.targets_version(1).value();
  ledger.put_endpoint(e).value();
  CHECK(ledger.targets_version(1).value() > before);
  CHECK(ledger.read_endpoint(1, e.id).value() == e);
  Endpoint other = e;
  other.id = "ep_0000000000000001";
  other.filter = {};
  other.headers.clear();
  other.is_full = false;
  other.previous_until.reset();
  ledger.put_endpoint(other).value();
  CHECK(ledger.list_endpoints(1).value() == std::vector<Endpoint>{other, e});
  e.url = "https://ci.example.kr/new";
  ledger.put_endpoint(e).value();
  CHECK(ledger.read_endpoint(1, e.id).value() == e);
  CHECK(ledger.read_endpoint(2, e.id).error().code == Errc::not_found);
  ledger.disable_target(1, "webhook:" + e.id, "by hand", l.clock.now()).value();
  const auto version = ledger.targets_version(1).value();
  ledger.delete_endpoint(1, e.id).value();
  CHECK(ledger.targets_version(1).value() > version);
  CHECK(ledger.read_endpoint(1, e.id).error().code == Errc::not_found);
  CHECK_FALSE(state_of(l, "webhook:" + e.id));  // a new one would begin with a clean sheet
  CHECK(ledger.delete_endpoint(1, e.id).error().code == Errc::not_found);
}

TEST_CASE("What a late record says of an endpoint that was deleted is forgotten [N-207]",
          "[targets]") {
  Rig l;
  Endpoint e;
  e.id = "ep_00112233445566aa";
  e.url = "https://ci.example.kr/hook";
  Ledger& ledger = l.store->ledger();
  const std::string target = "webhook:" + e.id;
  ledger.put_endpoint(e).value();
  l.owe("evt_1", TargetKind::webhook, "p", target);
  l.owe("evt_2", TargetKind::webhook, "q", "webhook:ep-of-the-configuration");
  const auto both = l.claim();
  REQUIRE(both.size() == 2);
  ledger.delete_endpoint(1, e.id).value();
  record_gone(l, both[0]);
  record_gone(l, both[1]);
  ledger.prune_events(1, l.clock.now(), LedgerLimits{}, 100).value();
  CHECK_FALSE(state_of(l, target));
  // Who is configured stays disabled, whatever its name is like.
  CHECK(is_disabled(l, "webhook:ep-of-the-configuration"));
  SECTION("of one that is there nothing is forgotten") {
    ledger.put_endpoint(e).value();
    ledger.disable_target(1, target, "by hand", l.clock.now()).value();
    ledger.prune_events(1, l.clock.now(), LedgerLimits{}, 100).value();
    CHECK(is_disabled(l, target));
  }
}
