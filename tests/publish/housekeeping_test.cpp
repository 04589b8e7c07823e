// What leaves the ledger by itself, of which sites.
#include "housekeeping.hpp"

#include <boost/asio/io_context.hpp>

#include "ledger_tools.hpp"
#include "publisher_rig.hpp"
#include "run_task.hpp"

using namespace sosik;
using namespace std::chrono_literals;

namespace {

struct Rig : PublisherRig {
  boost::asio::io_context context;
  StoreDesk desk{[this] { return open_store(url); }};
  LedgerLimits keep{1h, 1000, 1000};
  Housekeeping housekeeping{desk, clock, log, keep, 1000};

  // An event of that site, with or without a delivery that was told.
  void happen(SiteId site, bool is_told) {
    Event event;
    event.site = site;
    event.number = ++events;
    event.event_id = "evt_" + std::to_string(events);
    event.at = clock.now();
    event.data = "{}";
    Delivery d = owed(TargetKind::webhook, "webhook:build", event.event_id);
    d.site = site;
    d.event_number = event.number;
    auto add = [&]() -> Result<void> {
      if (auto added = store->syndication().add_event(event, ""); !added) return added;
      return is_told ? store->syndication().add_delivery(d) : Result<void>();
    };
    store->syndication().transact(add).value();
    for (const auto& claimed : store->ledger().claim_deliveries("w", clock.now(), 60s, 10).value())
      record_one(*store, claimed, clock.now(), {DeliveryState::delivered, clock.now()}).value();
  }
};

}  // namespace

TEST_CASE("The ledger is pruned of all sites, those that were removed among them [N-207]",
          "[publish]") {
  Rig rig;
  const SiteId removed = 7;
  for (const SiteId site : {SiteId{1}, SiteId{2}, removed})
    for (const bool is_told : {true, false}) rig.happen(site, is_told);
  rig.clock.advance(2h);
  REQUIRE(rig.store->ledger().sites_with_events(0, 10).value().size() == 3);
  run_task(rig.context, rig.housekeeping.turn({1, 2}));
  CHECK(rig.store->ledger().sites_with_events(0, 10).value().empty());
  for (const SiteId site : {SiteId{1}, SiteId{2}, removed})
    CHECK(rig.store->ledger().list_deliveries(site, {}).value().empty());
  CHECK(rig.log.text().empty());
}
