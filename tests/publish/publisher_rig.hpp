// What the tests of the whole publisher share.
#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "collected_log.hpp"
#include "fake_clock.hpp"
#include "sosik/publish/publisher.hpp"
#include "sosik/store/store.hpp"
#include "sosik/store/syndication_store.hpp"
#include "temp_dir.hpp"
#include "test_receiver.hpp"

namespace sosik {

// A store in a temporary file with deliveries in it, time by hand, and a publisher of it.
struct PublisherRig {
  TempDir dir;
  FakeClock clock;
  CollectedLog log;
  std::string url = "sqlite:" + (dir / "store.db").string();
  std::unique_ptr<Store> store = open_store(url).value();
  PublisherOptions options;
  std::unique_ptr<Publisher> publisher;
  std::int64_t events = 0;

  PublisherRig() {
    options.site.title = "소식";
    options.site.public_url = "https://blog.example";
    options.site.home_url = "https://blog.example/";
    options.outbound.allowed_networks = {"127.0.0.0/8"};
    options.outbound.allowed_ports.clear();
    options.outbound.user_agent = "Sosik/test";
    options.drain = std::chrono::milliseconds(0);
  }

  void tell(TargetKind kind, const std::string& name, const TestReceiver& receiver,
            const std::string& path = "/") {
    Target target;
    target.kind = kind;
    target.name = name;
    target.url = receiver.url(path);
    target.secrets = {"key of the webhook, raw!"};
    options.targets.push_back(std::move(target));
    options.outbound.allowed_ports.push_back(receiver.port());
  }

  Delivery owed(TargetKind kind, const std::string& target, const std::string& topic) {
    Delivery d;
    d.kind = kind;
    d.target = target;
    d.topic = topic;
    d.revision = 1;
    d.created_at = d.next_at = clock.now();
    if (is_told_of_events(kind)) d.event_number = ++events;
    return d;
  }

  // In a transaction of the step's: with the event, if it tells of one.
  Result<void> add(const Delivery& d) {
    auto& view = store->syndication();
    if (d.event_number > 0) {
      Event event;
      event.event_id = d.topic;
      event.number = d.event_number;
      event.at = clock.now();
      event.data = R"({"id":"tag:blog.example,2026:1","title":"첫 글","revision":1})";
      if (auto added = view.add_event(event, ""); !added) return added;
    }
    return view.add_delivery(d);
  }

  void owe(TargetKind kind, const std::string& target, const std::string& topic) {
    const auto d = owed(kind, target, topic);
    store->syndication().transact([&] { return add(d); }).value();
  }

  // `count` webhooks in one transaction.
  void owe_many(const std::string& target, int count) {
    auto add_all = [&]() -> Result<void> {
      for (int i = 0; i < count; ++i) {
        const auto d = owed(TargetKind::webhook, target, "evt_" + std::to_string(events + 1));
        if (auto added = add(d); !added) return added.error();
      }
      return {};
    };
    store->syndication().transact(add_all).value();
  }

  void start() {
    publisher = make_publisher(options, clock, log, [this] { return open_store(url); });
    publisher->start();
  }

  void advance_to(Timestamp t) {
    clock.set(t);
    publisher->wake();
  }

  std::vector<Delivery> deliveries() { return store->ledger().list_deliveries(1, {}).value(); }
  Delivery only() {
    auto all = deliveries();
    REQUIRE(all.size() == 1);
    return all[0];
  }
  std::vector<Attempt> attempts() { return store->ledger().list_attempts(only().id).value(); }
};

}  // namespace sosik
