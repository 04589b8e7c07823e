// Nodes that claim and record at once, on one PostgreSQL (S-043): who waits for whom.
#include <future>
#include <thread>

#include "catch.hpp"
#include "ledger_rig.hpp"
#include "postgres/connection.hpp"

using namespace sosik;
using namespace std::chrono_literals;

namespace {

AttemptRecord failure_of(const Delivery& d, Timestamp at) {
  AttemptRecord r = AttemptRecord::of(d);
  r.outcome = {DeliveryState::pending, at + 60s};
  r.attempt.number = d.attempts;
  r.attempt.at = at;
  r.attempt.error_class = "status";
  return r;
}

struct Rig : LedgerRig {
  std::unique_ptr<postgres::Connection> other = postgres::open(file.url(), {});

  // What another node does that holds target `a` and then wants `b`, while `work` is done here.
  template <class Work>
  auto beside_another_node(Work work) {
    file.shell(
        "INSERT INTO target_state (site_id, target, tried_at) VALUES (1, 'a', 0), "
        "(1, 'b', 0);");
    sql::Transaction transaction(*other, sql::Access::ledger);
    const std::string_view touch = "UPDATE target_state SET tried_at = 1 WHERE target = ?1";
    other->run(touch, "a");
    auto done = std::async(std::launch::async, work);
    while (
        !other->exists("SELECT 1 FROM pg_locks l JOIN pg_locks mine "
                       "ON mine.transactionid = l.transactionid AND mine.granted "
                       "AND mine.pid = pg_backend_pid() WHERE NOT l.granted"))
      std::this_thread::yield();
    other->run(touch, "b");  // were `b` held over there, this were a deadlock
    transaction.commit();
    return done.get();
  }
};

}  // namespace

TEST_CASE("Two who claim for the same targets at once wait, in no circle",
          "[store][postgresql][S-043]") {
  Rig rig;
  rig.owe("https://x.example/1", TargetKind::websub, "", "b");
  rig.clock.advance(1s);
  rig.owe("https://x.example/1", TargetKind::websub, "", "a");
  CHECK(rig.beside_another_node([&] { return rig.claim(); }).size() == 2);
}

TEST_CASE("Two who record for the same targets at once wait, in no circle",
          "[store][postgresql][S-043]") {
  Rig rig;
  rig.owe("evt_1", TargetKind::webhook, "p", "b");
  rig.owe("evt_2", TargetKind::webhook, "p", "a");
  std::vector<AttemptRecord> records;
  for (const auto& d : rig.claim()) records.push_back(failure_of(d, rig.clock.now()));
  REQUIRE(records.size() == 2);
  const auto written = rig.beside_another_node(
      [&] { return rig.store->ledger().record_attempts(records, rig.clock.now(), 120h).value(); });
  CHECK(written == std::vector<Recorded>{Recorded::yes, Recorded::yes});
}

TEST_CASE("Records go beside each other, those that touch the deliveries of others alone",
          "[store][postgresql][S-043]") {
  Rig rig;
  rig.owe("evt_1", TargetKind::webhook, "p", "a");
  rig.owe("evt_2", TargetKind::webhook, "q", "a");
  rig.store = open_store(rig.file.url(), {.busy_timeout = 1ms}).value();
  const auto claimed = rig.claim();
  auto second = failure_of(claimed[1], rig.clock.now());
  const auto record = [&](const AttemptRecord& r) {
    return rig.store->ledger().record_attempts(std::span(&r, 1), rig.clock.now(), 120h);
  };
  {
    sql::Transaction writing(*rig.other, sql::Access::ledger);
    CHECK(record(failure_of(claimed[0], rig.clock.now())).has_value());
    SECTION("made to wait") { second.outcome.others_wait_until = rig.clock.now() + 5s; }
    SECTION("gone") { second.outcome.ends_target = "answered 410"; }
    SECTION("failed for too long") {
      rig.clock.advance(121h);
      second = failure_of(claimed[1], rig.clock.now());
    }
    const auto refused = record(second);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Errc::unavailable);
  }
  CHECK(record(second).has_value());
}
