// Batches of records: many attempts, each with what follows from it.
#include "catch.hpp"
#include "ledger_rig.hpp"

using namespace sosik;
using namespace std::chrono_literals;

namespace {

AttemptRecord record_of(const Delivery& d, Timestamp at, DeliveryState state,
                        std::chrono::seconds wait = 0s) {
  AttemptRecord r = AttemptRecord::of(d);
  r.outcome = {state, at + wait};
  r.attempt.number = d.attempts;
  r.attempt.at = at;
  if (state != DeliveryState::delivered) r.attempt.error_class = "status";
  return r;
}

struct Rig : LedgerRig {
  std::vector<Recorded> record_all(const std::vector<AttemptRecord>& records) {
    return store->ledger().record_attempts(records, clock.now(), 120h).value();
  }
  std::optional<Timestamp> failing_since(const std::string& target) {
    for (const auto& state : store->ledger().target_states(1).value())
      if (state.target == target) return state.failing_since;
    return std::nullopt;
  }
};

}  // namespace

TEST_CASE("In one batch each delivery comes to its own end [N-203, N-206]", "[ledger]") {
  Rig l;
  for (const auto* post : {"a", "b", "c", "d"})
    for (const auto* topic : {"1", "2"})
      l.owe(std::string("evt_") + post + topic, TargetKind::webhook, post, "webhook:x");
  const auto claimed = l.claim();
  REQUIRE(claimed.size() == 4);  // the second of each post is behind
  auto late = record_of(claimed[3], l.clock.now(), DeliveryState::delivered);
  --late.fence;
  const auto written =
      l.record_all({record_of(claimed[2], l.clock.now(), DeliveryState::pending, 60s),
                    record_of(claimed[0], l.clock.now(), DeliveryState::delivered), late,
                    record_of(claimed[1], l.clock.now(), DeliveryState::gave_up)});
  using enum Recorded;
  CHECK(written == std::vector<Recorded>{yes, yes, no, yes});
  CHECK(l.state_of(claimed[0]) == DeliveryState::delivered);
  CHECK(l.state_of(claimed[1]) == DeliveryState::gave_up);
  CHECK(l.state_of(claimed[2]) == DeliveryState::pending);
  CHECK(l.read(claimed[2].id).next_at == l.clock.now() + 60s);
  CHECK(l.state_of(claimed[3]) == DeliveryState::in_flight);
  std::vector<std::string> came_up;
  for (const auto& d : l.claim()) came_up.push_back(d.topic);
  CHECK(came_up == std::vector<std::string>{"evt_a2", "evt_b2"});
  CHECK(l.store->ledger().list_attempts(claimed[0].id).value().size() == 1);
  CHECK(l.store->ledger().list_attempts(claimed[3].id).value().empty());
}

TEST_CASE("A claim that is recorded twice in one batch counts once", "[ledger][N-203]") {
  Rig l;
  l.owe("https://a.example/1");
  const auto claimed = l.claim();
  const auto written = l.record_all({record_of(claimed[0], l.clock.now(), DeliveryState::delivered),
                                     record_of(claimed[0], l.clock.now(), DeliveryState::gave_up)});
  CHECK(written == std::vector<Recorded>{Recorded::yes, Recorded::no});
  CHECK(l.state_of(claimed[0]) == DeliveryState::delivered);
}

TEST_CASE(
    "What a failover lost is not recorded as another delivery with the same id [N-203, S-054]",
    "[ledger]") {
  Rig l;
  l.owe("https://a.example/1");
  const auto lost = l.claim();
  REQUIRE(lost.size() == 1);
  // The server gives the id again, and a claim of it has the same fence.
  const auto change = GENERATE("target = 'another'", "topic = 'https://a.example/2'",
                               "owner = 'another node'", "site_id = 2");
  INFO(change);
  l.file.shell(std::string("UPDATE deliveries SET ") + change + ";");
  const auto written = l.record_all({record_of(lost[0], l.clock.now(), DeliveryState::delivered)});
  CHECK(written == std::vector<Recorded>{Recorded::no});
  CHECK(l.file.shell("SELECT count(*) FROM deliveries WHERE state = 0 AND leased_until > 0;") ==
        "1");
  CHECK(l.file.shell("SELECT count(*) FROM attempts;") == "0");
}

TEST_CASE(
    "A claim that a failover lost and the next one of the same number are told apart in one batch "
    "[N-203, S-054]",
    "[ledger]") {
  Rig l;
  l.owe("https://a.example/1");
  const auto lost = l.claim();
  REQUIRE(lost.size() == 1);
  // As the new primary has it, which gives the same delivery the same id once more.
  l.file.shell(
      "UPDATE deliveries SET owner = '', fence = 0, attempts = 0, tries = 0, leased_until = NULL;");
  const auto again = l.claim();
  REQUIRE(again.size() == 1);
  REQUIRE(again[0].id == lost[0].id);
  REQUIRE(again[0].fence == lost[0].fence);
  const auto written =
      l.record_all({record_of(lost[0], l.clock.now(), DeliveryState::delivered),
                    record_of(again[0], l.clock.now(), DeliveryState::pending, 60s)});
  CHECK(written == std::vector<Recorded>{Recorded::no, Recorded::yes});
  CHECK(l.state_of(again[0]) == DeliveryState::pending);
  CHECK(l.read(again[0].id).next_at == l.clock.now() + 60s);
}

TEST_CASE("Since when a target fails is told in the order of its attempts [N-158]", "[ledger]") {
  Rig l;
  l.owe("evt_1", TargetKind::webhook, "a", "webhook:x");
  l.owe("evt_2", TargetKind::webhook, "b", "webhook:x");
  const auto claimed = l.claim();
  const auto failed = record_of(claimed[0], l.clock.now(), DeliveryState::pending, 60s);
  const auto told = record_of(claimed[1], l.clock.now(), DeliveryState::delivered);
  SECTION("failed, then told") {
    l.record_all({failed, told});
    CHECK_FALSE(l.failing_since("webhook:x"));
  }
  SECTION("told, then failed") {
    l.record_all({told, failed});
    CHECK(l.failing_since("webhook:x") == l.clock.now());
  }
}

TEST_CASE("What a stranger answers never keeps a batch from being recorded [N-175]", "[ledger]") {
  Rig l;
  l.owe("https://a.example/1");
  l.owe("https://a.example/2");
  const auto claimed = l.claim();
  auto record = record_of(claimed[0], l.clock.now(), DeliveryState::gave_up);
  record.attempt.response_body = std::string("nul \0, latin-1 \xe9, \"quotes\" \\ {한}", 35);
  record.attempt.detail = std::string(999, 'x') + "글";  // is cut inside of a character
  l.record_all({record, record_of(claimed[1], l.clock.now(), DeliveryState::delivered)});
  CHECK(l.state_of(claimed[1]) == DeliveryState::delivered);
  const auto kept = l.store->ledger().list_attempts(claimed[0].id).value().at(0);
  CHECK(kept.response_body.find('\0') == std::string::npos);
  CHECK(kept.response_body.find("\"quotes\" \\ {한") != std::string::npos);
  CHECK(kept.detail == std::string(999, 'x'));
}
