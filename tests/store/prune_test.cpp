// What is dropped of the ledger, and what never is (N-207).
#include "catch.hpp"
#include "ledger_rig.hpp"

using namespace sosik;
using namespace std::chrono_literals;
using Rig = LedgerRig;

namespace {

LedgerLimits keep(std::chrono::hours age, std::int64_t events = 1000,
                  std::int64_t deliveries = 1000) {
  return {age, events, deliveries};
}

bool prune(Rig& l, const LedgerLimits& limits, std::size_t max_rows = 1000) {
  return l.store->ledger().prune(1, l.clock.now(), limits, max_rows).value();
}

std::vector<std::string> topics(Rig& l) {
  std::vector<std::string> topics;
  for (const auto& d : l.store->ledger().list_deliveries(1, {}).value())
    topics.insert(topics.begin(), d.topic);
  return topics;
}

std::vector<std::int64_t> events(Rig& l) {
  std::vector<std::int64_t> numbers;
  for (const auto& e : l.store->ledger().list_events(1, 0, 100).value())
    numbers.push_back(e.number);
  return numbers;
}

using Topics = std::vector<std::string>;
using Numbers = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("What ended long ago goes with its attempts and its event; what is open stays [N-207]",
          "[prune]") {
  Rig l;
  l.owe("evt_1", TargetKind::webhook, "p1");
  l.owe("evt_2", TargetKind::webhook, "p2");
  l.owe("evt_3", TargetKind::webhook, "p3");
  const auto all = l.claim();
  l.record(all[0], DeliveryState::delivered);
  l.record(all[1], DeliveryState::pending, 1h);
  l.clock.advance(100h);
  l.owe("evt_4", TargetKind::webhook, "p4");
  CHECK_FALSE(prune(l, keep(100h)));
  CHECK(topics(l).size() == 4);  // exactly so old is not older
  l.clock.advance(1s);
  CHECK_FALSE(prune(l, keep(100h)));
  CHECK(topics(l) == Topics{"evt_2", "evt_3", "evt_4"});
  CHECK(events(l) == Numbers{2, 3, 4});
  CHECK(l.store->ledger().list_attempts(all[0].id).value().empty());
  CHECK(l.read(all[1].id).event_data == R"({"title":"첫 글"})");  // it can still be told
}

TEST_CASE("Beyond the counts the oldest go, of what has ended [N-207]", "[prune]") {
  Rig l;
  l.owe("evt_1", TargetKind::webhook, "p");  // stays open
  l.record(l.claim().at(0), DeliveryState::pending, 1h);
  for (int i = 2; i <= 5; ++i) {
    l.owe("evt_" + std::to_string(i), TargetKind::webhook, "", "other");
    l.record(l.claim().at(0), DeliveryState::delivered);
    l.clock.advance(1s);
  }
  CHECK_FALSE(prune(l, keep(1000h, 1, 2)));
  CHECK(topics(l) == Topics{"evt_1", "evt_4", "evt_5"});
  CHECK(events(l) == Numbers{1, 4, 5});  // each is carried
  CHECK_FALSE(prune(l, keep(1000h, 1, 1)));
  CHECK(events(l) == Numbers{1, 5});
}

TEST_CASE("Events that nobody was owed go by age and count as well [N-207]", "[prune]") {
  Rig l;
  const auto happen = [&] {
    Event event;
    event.number = ++l.events;
    event.event_id = "evt_" + std::to_string(event.number);
    event.at = l.clock.now();
    event.data = "{}";
    l.view.transact([&] { return l.view.add_event(event, ""); }).value();
    l.clock.advance(1h);
  };
  for (int i = 0; i < 6; ++i) happen();
  CHECK_FALSE(prune(l, keep(5h)));
  CHECK(events(l) == Numbers{2, 3, 4, 5, 6});
  CHECK_FALSE(prune(l, keep(100h, 2)));
  CHECK(events(l) == Numbers{5, 6});
  // A clock that was far back for a moment does not take what is around along.
  l.clock.advance(-1000h);
  happen();
  l.clock.advance(1000h);
  happen();
  CHECK_FALSE(prune(l, keep(100h)));
  CHECK(events(l) == Numbers{5, 6, 8});
  CHECK(l.store->ledger().last_event_number(1).value() == 8);
}

TEST_CASE("Much is pruned in pieces [N-207]", "[prune]") {
  Rig l;
  for (int i = 1; i <= 5; ++i) {
    l.owe("https://x.example/" + std::to_string(i));
    l.record(l.claim().at(0), DeliveryState::delivered);
  }
  l.clock.advance(2h);
  CHECK(prune(l, keep(1h), 2));
  CHECK(topics(l).size() == 3);
  CHECK(prune(l, keep(1h), 2));
  CHECK_FALSE(prune(l, keep(1h), 2));
  CHECK(topics(l).empty());
}

TEST_CASE(
    "What was told counts as told after its delivery was pruned, while the event is kept "
    "[N-158][N-207]",
    "[prune]") {
  Rig l;
  l.owe("evt_1", TargetKind::webhook, "p");
  l.record(l.claim().at(0), DeliveryState::delivered);
  l.owe("evt_2", TargetKind::webhook, "p");
  CHECK_FALSE(prune(l, keep(1000h, 1000, 0)));
  CHECK(topics(l) == Topics{"evt_2"});
  CHECK(events(l) == Numbers{1, 2});  // the log is kept by its own limits
  CHECK(l.view.was_owed(1, "t", 1).value());
  CHECK_FALSE(l.view.was_owed(1, "another", 2).value());
}

TEST_CASE("What a clock wrote that was set back since keeps nothing else [N-207][N-214]",
          "[prune]") {
  Rig l;
  l.clock.advance(24h * 365);
  l.owe("evt_1", TargetKind::webhook, "p");
  l.record(l.claim().at(0), DeliveryState::delivered);
  l.clock.advance(-24h * 365);
  l.owe("evt_2", TargetKind::webhook, "q");
  l.record(l.claim().at(0), DeliveryState::delivered);
  l.clock.advance(24h * 40);
  prune(l, keep(24h * 30));
  CHECK(topics(l) == std::vector<std::string>{"evt_1"});
}
