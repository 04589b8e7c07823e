#include "catch.hpp"
#include "fake_clock.hpp"
#include "store_file.hpp"

using namespace sosik;
using namespace std::chrono_literals;

namespace {

struct Ledger {
  StoreFile file;
  FakeClock clock;
  std::unique_ptr<Store> store = file.open();
  SyndicationStore& view = store->syndication();

  void owe(const std::string& topic, TargetKind kind = TargetKind::websub, std::string post = "",
           std::string target = "t") {
    Delivery d;
    d.kind = kind;
    d.target = std::move(target);
    d.topic = topic;
    d.revision = 1;
    d.created_at = d.next_at = clock.now();
    d.event_type = kind == TargetKind::webhook ? "post.published" : "";
    view.transact([&] { return view.add_delivery(d, post); }).value();
  }
  std::vector<Delivery> claim(std::size_t max = 10) {
    return store->claim_deliveries("w", clock.now(), 60s, max).value();
  }
  Result<void> record(const Delivery& d, DeliveryState state, std::chrono::seconds wait = 0s) {
    Attempt attempt;
    attempt.number = d.attempts;
    attempt.at = clock.now();
    attempt.status = 204;
    attempt.response_body = "고마워요";
    return store->record_attempt(d, attempt, {state, clock.now() + wait});
  }
  void raise(const Delivery& d, std::int64_t revision, std::chrono::seconds wait) {
    view.transact([&] { return view.raise_delivery(d.id, revision, clock.now() + wait); }).value();
  }
  Delivery only() { return store->list_deliveries(1, {}).value().at(0); }
};

}  // namespace

TEST_CASE("What is due is claimed oldest first, once", "[ledger][N-203]") {
  Ledger l;
  l.owe("https://x.example/1");
  l.clock.advance(1s);
  l.owe("https://x.example/2");
  CHECK(l.store->next_delivery_at().value() == l.clock.now() - 1s);
  CHECK(l.claim(1).at(0).topic == "https://x.example/1");
  const auto second = l.claim();
  REQUIRE(second.size() == 1);
  CHECK(second[0].topic == "https://x.example/2");
  CHECK(second[0].state == DeliveryState::in_flight);
  CHECK(second[0].attempts == 1);
  CHECK(l.claim().empty());
  CHECK(l.store->next_delivery_at().value() == l.clock.now() + 60s);
}

TEST_CASE("Deliveries to targets that are to be skipped are left alone", "[ledger][N-084]") {
  Ledger l;
  for (auto* target : {"webhook:slow", "webhook:slower", "webhook:slow", "webhook:quick"}) {
    l.owe(std::to_string(l.clock.now().time_since_epoch().count()), TargetKind::webhook, "",
          target);
    l.clock.advance(1s);
  }
  const auto claim = [&](std::vector<std::string> skip) {
    std::vector<std::string> targets;
    for (auto& d : l.store->claim_deliveries("w", l.clock.now(), 60s, 2, skip).value())
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
  Ledger l;
  l.owe("t1");
  const auto longest_webhook_wait = std::chrono::minutes(24 * 66);  // 24 h and a tenth
  l.record(l.claim().at(0), DeliveryState::pending, longest_webhook_wait).value();
  CHECK(l.claim().empty());
  l.clock.advance(longest_webhook_wait);
  l.record(l.claim().at(0), DeliveryState::pending, longest_delivery_wait).value();
  l.clock.advance(-2h);
  CHECK(l.claim().size() == 1);
}

TEST_CASE("An attempt is recorded with what follows from it", "[ledger][N-207]") {
  Ledger l;
  l.owe("t1");
  const auto d = l.claim().at(0);
  CHECK(l.record(d, DeliveryState::pending, 300s).has_value());
  CHECK(l.only().state == DeliveryState::pending);
  CHECK(l.only().next_at == l.clock.now() + 300s);
  CHECK(l.claim().empty());
  l.clock.advance(300s);
  const auto again = l.claim().at(0);
  CHECK(again.attempts == 2);
  CHECK(l.record(again, DeliveryState::delivered).has_value());
  CHECK(l.only().state == DeliveryState::delivered);
  CHECK_FALSE(l.store->next_delivery_at().value().has_value());
  const auto attempts = l.store->list_attempts(d.id).value();
  REQUIRE(attempts.size() == 2);
  CHECK(attempts[0].number == 1);
  CHECK(attempts[1].number == 2);
  CHECK(attempts[1].status == 204);
  CHECK(attempts[1].response_body == "고마워요");
}

TEST_CASE("A claim whose lease ended is due again, and the late worker is refused",
          "[ledger][N-203]") {
  Ledger l;
  l.owe("t1");
  const auto late = l.claim().at(0);
  l.clock.advance(61s);
  const auto current = l.claim().at(0);
  CHECK(current.fence == late.fence + 1);
  const auto refused = l.record(late, DeliveryState::delivered);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Errc::conflict);
  CHECK(l.store->list_attempts(late.id).value().empty());
  CHECK(l.record(current, DeliveryState::gave_up).has_value());
  CHECK(l.only().state == DeliveryState::gave_up);
  CHECK(l.record(current, DeliveryState::delivered).error().code == Errc::conflict);
}

TEST_CASE("A newer revision that comes while one is in flight is owed after it",
          "[ledger][N-069]") {
  for (const auto outcome : {DeliveryState::delivered, DeliveryState::gave_up}) {
    Ledger l;
    l.owe("t1");
    const auto d = l.claim().at(0);
    l.raise(d, 5, 2s);
    CHECK(l.record(d, outcome).has_value());
    CHECK(l.only().state == DeliveryState::pending);
    CHECK(l.only().revision == 5);
    CHECK(l.only().attempts == 0);
    CHECK(l.only().next_at == l.clock.now() + 2s);
    l.clock.advance(2s);
    CHECK(l.record(l.claim().at(0), DeliveryState::delivered).has_value());
    CHECK(l.only().state == DeliveryState::delivered);
  }
}

TEST_CASE("A newer revision does not put a pending delivery off, and starts its attempts anew",
          "[ledger][N-068]") {
  Ledger l;
  l.owe("t1");
  const auto d = l.claim().at(0);
  CHECK(l.record(d, DeliveryState::pending, 3600s).has_value());
  l.raise(d, 2, 2s);
  CHECK(l.only().next_at == l.clock.now() + 2s);
  CHECK(l.only().attempts == 0);
  l.raise(d, 3, 9s);
  CHECK(l.only().next_at == l.clock.now() + 2s);
  CHECK(l.only().revision == 3);
}

TEST_CASE("A delivery withdrawn in flight is not tried again", "[ledger][N-213]") {
  Ledger l;
  l.owe("evt_1", TargetKind::webhook, "p");
  const auto d = l.claim().at(0);
  const auto withdraw = [&] {
    l.view.transact([&] { return l.view.withdraw_delivery(d.id); }).value();
  };
  SECTION("its attempt fails") {
    withdraw();
    CHECK(l.record(d, DeliveryState::pending, 5s).has_value());
    CHECK(l.only().state == DeliveryState::cancelled);
  }
  SECTION("its attempt succeeds") {
    withdraw();
    CHECK(l.record(d, DeliveryState::delivered).has_value());
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
  Ledger l;
  l.owe("t1");
  auto d = l.claim().at(0);
  CHECK(l.store->record_attempt(d, Attempt{}, {DeliveryState::cancelled, {}}).has_value());
  CHECK(l.only().state == DeliveryState::cancelled);
  CHECK(l.store->list_attempts(d.id).value().empty());
}

TEST_CASE("Claims survive the process", "[ledger][N-209]") {
  Ledger l;
  l.owe("t1");
  const auto d = l.claim().at(0);
  l.store.reset();
  l.store = l.file.open();
  CHECK(l.claim().empty());
  CHECK(l.record(d, DeliveryState::delivered).has_value());
}

TEST_CASE("Deliveries are listed newest first, by state and target", "[ledger]") {
  Ledger l;
  l.owe("t1");
  l.owe("t2");
  l.record(l.claim(1).at(0), DeliveryState::gave_up).value();
  const auto all = l.store->list_deliveries(1, {}).value();
  REQUIRE(all.size() == 2);
  CHECK(all[0].topic == "t2");
  CHECK(
      l.store->list_deliveries(1, {.state = DeliveryState::gave_up, .target = ""}).value().size() ==
      1);
  CHECK(l.store->list_deliveries(1, {.state = {}, .target = "nobody"}).value().empty());
  CHECK(l.store->list_deliveries(1, {.state = {}, .target = "t", .limit = 1}).value().size() == 1);
}
