// What is dropped of the ledger, and what never is (N-207).
#include <future>
#include <thread>

#include "catch.hpp"
#include "ledger_rig.hpp"
#include "postgres/connection.hpp"

using namespace sosik;
using namespace std::chrono_literals;
using Rig = LedgerRig;

namespace {

LedgerLimits keep(std::chrono::hours age, std::int64_t events = 1000,
                  std::int64_t deliveries = 1000) {
  return {age, events, deliveries};
}

bool prune(Rig& l, const LedgerLimits& limits, std::size_t max_rows = 1000) {
  const bool has_more = l.store->ledger().prune_deliveries(l.clock.now(), limits, max_rows).value();
  return l.store->ledger().prune_events(1, l.clock.now(), limits, max_rows).value() || has_more;
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

TEST_CASE("Deliveries are pruned of all sites at once, also of one that is gone [N-207]",
          "[prune]") {
  Rig l;
  l.owe("evt_1", TargetKind::webhook, "p");
  l.record(l.claim().at(0), DeliveryState::delivered);
  // Nobody has site 7 any more; what was told of it has the same event number as one of site 1.
  l.file.shell(
      "INSERT INTO events (site_id, number, event_id, kind, subject, revision, at, is_quiet, data) "
      "SELECT 7, number, 'evt_7', kind, subject, revision, at, is_quiet, data FROM events; "
      "UPDATE deliveries SET site_id = 7, topic = 'evt_7';");
  l.clock.advance(2h);
  l.owe("evt_2", TargetKind::webhook, "p");
  CHECK_FALSE(l.store->ledger().prune_deliveries(l.clock.now(), keep(1h), 1000).value());
  CHECK(l.file.shell("SELECT site_id FROM deliveries;") == "1");
  CHECK(l.file.shell("SELECT count(*) FROM attempts;") == "0");
  CHECK(l.file.shell("SELECT site_id FROM events WHERE is_settled = 1;") == "7");

  CHECK(l.store->ledger().sites_with_events(0, 10).value() == std::vector<SiteId>{1, 7});
  CHECK(l.store->ledger().sites_with_events(0, 1).value() == std::vector<SiteId>{1});
  CHECK(l.store->ledger().sites_with_events(1, 10).value() == std::vector<SiteId>{7});
  CHECK_FALSE(l.store->ledger().prune_events(7, l.clock.now(), keep(1h), 1000).value());
  CHECK(l.store->ledger().sites_with_events(0, 10).value() == std::vector<SiteId>{1});
  CHECK(events(l) == Numbers{1, 2});  // of one site only
}

TEST_CASE("Who finds nothing to prune waits for nobody [N-207]", "[prune][postgresql]") {
  Rig l;
  l.owe("evt_1", TargetKind::webhook, "p");
  l.record(l.claim().at(0), DeliveryState::delivered);
  l.store = open_store(l.file.url(), {.busy_timeout = 1ms}).value();
  const auto another_node = postgres::open(l.file.url(), {});
  const sql::Transaction step(*another_node, sql::Access::alone);
  CHECK_FALSE(prune(l, keep(1h)));
  l.clock.advance(2h);
  CHECK_FALSE(l.store->ledger().prune_deliveries(l.clock.now(), keep(1h), 10).has_value());
}

TEST_CASE("What is replayed before it can be pruned stays [N-207, N-208]", "[prune][postgresql]") {
  Rig l;
  for (const auto* topic : {"evt_1", "evt_2"}) {
    l.owe(topic, TargetKind::webhook);
    l.record(l.claim().at(0), DeliveryState::gave_up);
  }
  l.clock.advance(2h);
  const auto another_node = postgres::open(l.file.url(), {});
  sql::Transaction replay(*another_node, sql::Access::alone);
  auto pruned = std::async(std::launch::async, [&] { return prune(l, keep(1h)); });
  while (
      !another_node->exists("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))
    std::this_thread::yield();
  another_node->run("UPDATE deliveries SET state = 0, ended_at = NULL WHERE topic = 'evt_2'");
  replay.commit();
  CHECK_FALSE(pruned.get());
  CHECK(topics(l) == Topics{"evt_2"});
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
