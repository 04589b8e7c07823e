// With a million deliveries the ledger finds its rows by an index, whatever is asked of it: most of
// it happens while others wait for the write lock, or once a minute for ever.
#include "catch.hpp"
#include "fake_clock.hpp"
#include "ledger_tools.hpp"
#include "query_plans.hpp"
#include "sosik/store/syndication_store.hpp"
#include "sqlite_store.hpp"
#include "store_file.hpp"

using namespace sosik;
using namespace std::chrono_literals;

namespace {

constexpr AllowedWalk allowed[] = {
    {"FROM attempts ORDER BY delivery_id, number LIMIT ?2", "SCAN attempts", "LIMIT: the oldest"},
    {"FROM attempts ORDER BY delivery_id, number LIMIT ?2", "SCAN a", "what that found"},
    {"SELECT number FROM (SELECT number FROM events WHERE site_id = ?1 AND number <= ?3", "SCAN e",
     "of what is beyond the limits"},
    {"ORDER BY d.id DESC LIMIT ?9", "SCAN d",
     "the newest that pass the filter, without the write lock, for a person who asked"},
    {"FROM json_each(?", "SCAN json_each VIRTUAL TABLE INDEX 1:",
     "its own parameter: the names that the claim passes by, or the rows that it is about"},
    {"AND leased_until IS NULL ORDER BY next_at LIMIT 1",
     "SCAN deliveries USING INDEX deliveries_due", "read up to the first that nobody holds"},
    {"SELECT next_at, max(leased_until, again_at) FROM deliveries WHERE state < 2 AND is_behind = "
     "0 ORDER BY "
     "next_at",
     "SCAN deliveries USING INDEX deliveries_due", "read up to the first that nobody holds"},
    {"state < 2 GROUP BY", "SEARCH deliveries USING INDEX deliveries_of_target (site_id=?)",
     "all that is open is counted; the index holds nothing else"},
    {"WHERE state < 2 GROUP BY kind", "SCAN deliveries USING INDEX deliveries_of_target",
     "the same of all sites"},
    {"SELECT max(number) FROM events WHERE site_id = ?1",
     "SEARCH events USING PRIMARY KEY (site_id=?)", "max: the last row of the key"},
    {"FROM target_state WHERE site_id = ?1", "SEARCH target_state USING PRIMARY KEY (site_id=?)",
     "a row a target"},
    {"FROM endpoints WHERE site_id = ?1 ORDER BY", "SEARCH endpoints USING PRIMARY KEY (site_id=?)",
     "all are wanted, and only when targets_version has moved"},
    {"UPDATE write_mode", "SCAN write_mode", "a table of one row"},
};

bool is_allowed(std::string_view sql, std::string_view plan) {
  for (const auto& e : allowed)
    if (sql.find(e.part) != std::string_view::npos && plan == e.plan) return true;
  return false;
}

struct Asked {
  StoreFile file;
  sqlite::SqliteStore store{file.path(), {}};
  FakeClock clock;
  Ledger& ledger = store.ledger();
  SyndicationStore& view = store.syndication();

  void owe(TargetKind kind, std::int64_t event, std::string topic, std::string post = "") {
    Delivery d;
    d.kind = kind;
    d.target = kind == TargetKind::webhook  ? "webhook:ep_1"
               : kind == TargetKind::websub ? "websub:hub"
                                            : "purge:cdn";
    d.topic = std::move(topic);
    d.subject = std::move(post);
    d.revision = 1;
    d.event_number = event;
    d.created_at = d.next_at = clock.now();
    view.add_delivery(d).value();
  }
  void happen() {
    view.transact([&]() -> Result<void> {
          Event event;
          event.number = 1;
          event.event_id = "evt_1";
          event.subject = "p";
          event.revision = 1;
          event.at = clock.now();
          event.data = "{}";
          view.add_event(event, "").value();
          owe(TargetKind::webhook, 1, "evt_1", "p");
          owe(TargetKind::webhook, 1, "evt_2", "p");
          owe(TargetKind::websub, 0, "https://x.example/rss.xml");
          owe(TargetKind::purge, 0, "https://x.example/rss.xml");
          const auto open =
              view.open_delivery(1, "websub:hub", "https://x.example/rss.xml").value();
          view.raise_delivery(open->id, 2, clock.now()).value();
          CHECK(view.open_deliveries_of(1, "p").value().size() == 2);
          view.withdraw_delivery(view.open_deliveries_of(1, "p")->back().id, clock.now()).value();
          view.tried_at(1, "websub:hub").value();
          view.told_at(1, "websub:hub", "https://x.example/rss.xml").value();
          view.was_owed(1, "webhook:ep_1", 1).value();
          return {};
        })
        .value();
  }
  void work_off() {
    ledger.next_delivery_at(clock.now()).value();  // beside a purge
    for (int round = 0; round < 2; ++round) {
      clock.advance(1min);
      for (const auto& d : ledger.claim_deliveries("w", clock.now(), 60s, 10).value())
        record_one(store, d, clock.now(),
                   {round == 0 ? DeliveryState::pending : DeliveryState::gave_up, clock.now(),
                    clock.now()})
            .value();
      ledger.next_delivery_at(clock.now()).value();
    }
    ledger.confirm_deliveries(1, "websub:hub", "https://x.example/rss.xml", 9, clock.now()).value();
  }
  void look() {
    ledger.list_events(1, 0, 10).value();
    ledger.last_event_number(1).value();
    ledger.last_event_before(1, clock.now()).value();
    DeliveryFilter any, open, of_post, of_topic;
    open.state = DeliveryState::pending;
    of_post.post_id = "p";
    of_topic.topic = "https://x.example/rss.xml";
    for (const auto& filter : {any, open, of_post, of_topic})
      ledger.list_deliveries(1, filter).value();
    ledger.read_delivery(1, 1).value();
    ledger.list_attempts(1).value();
    ledger.queue_depths(clock.now()).value();
    ledger.target_states(1).value();
    ledger.targets_version(1).value();
  }
  void operate() {
    ReplaySelection by_number, recent, of_target;
    by_number.first_id = 1;
    by_number.last_id = 2;
    recent.since = clock.now() - 1h;
    of_target.target = "webhook:ep_1";
    for (const auto& chosen : {by_number, recent, of_target})
      ledger.replay(1, chosen, clock.now()).value();
    Endpoint endpoint;
    endpoint.site = 1;
    endpoint.id = "ep_1";
    ledger.put_endpoint(endpoint).value();
    ledger.list_endpoints(1).value();
    ledger.read_endpoint(1, "ep_1").value();
    ledger.disable_overfull_targets(1, 0, clock.now()).value();
    ledger.enable_target(1, "webhook:ep_1").value();
    ledger.disable_target(1, "websub:hub", "by hand", clock.now()).value();
    ledger.delete_endpoint(1, "ep_1").value();
    clock.advance(24h * 40);
    ledger.prune_deliveries(clock.now(), {}, 100).value();
    ledger.prune_events(1, clock.now(), {}, 100).value();
    ledger.sites_with_events(0, 10).value();
  }
};

}  // namespace

TEST_CASE("Nothing that is asked of the ledger walks through a million deliveries",
          "[ledger][scale][sqlite][N-207][N-208]") {
  Asked asked;
  const SeenStatements seen(asked.store.handle());
  asked.happen();
  asked.work_off();
  asked.look();
  asked.operate();
  const auto statements = seen.texts();
  CHECK(statements.size() > 40);
  for (const auto& sql : statements) {
    if (sql.starts_with("BEGIN") || sql.starts_with("COMMIT")) continue;
    for (const auto& line : plan_of(asked.store.handle(), sql)) {
      INFO(sql << "\n" << line);
      CHECK((!walks(line) || is_allowed(sql, line)));
    }
  }
}
