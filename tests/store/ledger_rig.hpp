// A store, time by hand, and the few words that the tests of the ledger are written in.
#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fake_clock.hpp"
#include "ledger_tools.hpp"
#include "store_file.hpp"

namespace sosik {

struct LedgerRig {
  StoreFile file;
  FakeClock clock;
  std::unique_ptr<Store> store = file.open();
  SyndicationStore& view = store->syndication();
  std::int64_t events = 0;

  void owe(const std::string& topic, TargetKind kind = TargetKind::websub, std::string post = "",
           std::string target = "t") {
    Delivery d;
    d.kind = kind;
    d.target = std::move(target);
    d.topic = topic;
    d.subject = std::move(post);
    d.revision = 1;
    d.created_at = d.next_at = clock.now();
    d.event_number = is_told_of_events(kind) ? ++events : 0;
    view.transact([&]() -> Result<void> {
          if (d.event_number > 0) {
            Event event;
            event.number = d.event_number;
            event.event_id = topic;
            event.subject = d.subject;
            event.revision = 1;
            event.at = clock.now();
            event.data = R"({"title":"첫 글"})";
            if (auto added = view.add_event(event, R"({"content_html":"<p>글</p>"})"); !added)
              return added;
          }
          return view.add_delivery(d);
        })
        .value();
  }
  std::vector<Delivery> claim(std::size_t max = 10) {
    return store->ledger()
        .claim_deliveries("w", clock.now(), std::chrono::seconds(60), max)
        .value();
  }
  Recorded record(const Delivery& d, DeliveryState state, std::chrono::seconds wait = {}) {
    return record_one(*store, d, clock.now(), {state, clock.now() + wait}).value();
  }
  void raise(const Delivery& d, std::int64_t revision, std::chrono::seconds wait) {
    view.transact([&] { return view.raise_delivery(d.id, revision, clock.now() + wait); }).value();
  }
  Delivery only() { return store->ledger().list_deliveries(1, {}).value().at(0); }
  Delivery read(std::int64_t id) { return store->ledger().read_delivery(1, id).value(); }
  DeliveryState state_of(const Delivery& d) { return read(d.id).state; }
};

}  // namespace sosik
