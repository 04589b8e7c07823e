// A store, a clock and a step over them, with the few words that the tests of the step are written
// in.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "fake_clock.hpp"
#include "sosik/store/ledger.hpp"
#include "sosik/syndicate/step.hpp"
#include "store_file.hpp"

namespace sosik {

inline SyndicationPlan sample_plan() {
  SyndicationPlan plan;
  plan.site.title = "팀 블로그";
  plan.site.public_url = "https://feeds.example";
  plan.site.home_url = "https://blog.example/";
  plan.site.id_authority = "blog.example";
  plan.site.author.name = "김지은";
  FeedDefinition main;
  main.key = "main";
  main.title = "팀 블로그";
  main.limit = 3;
  FeedDefinition go;
  go.key = "go-only";
  go.title = "Go";
  go.filter.tags = {"go"};
  plan.definitions = {main, go};
  return plan;
}

inline Target webhook(std::string name, std::vector<std::string> events = {}) {
  return {.kind = TargetKind::webhook,
          .name = "webhook:" + name,
          .url = "https://hook.example/" + name,
          .secrets = {"secret"},
          .filter = {std::move(events), {}, {}}};
}

// The newest of all deliveries.
inline DeliveryFilter up_to(std::size_t limit) {
  DeliveryFilter filter;
  filter.limit = limit;
  return filter;
}

struct StepFixture {
  StoreFile file;
  FakeClock clock;
  std::unique_ptr<Store> store;
  std::unique_ptr<Step> step;

  explicit StepFixture(SyndicationPlan plan = sample_plan()) { start(std::move(plan)); }

  // As after a start of the process.
  void start(SyndicationPlan plan) {
    step.reset();
    store = file.open();
    step = std::make_unique<Step>(*store, clock, plan);
    step->adopt(std::move(plan)).value();
  }

  // A second passes, then the step runs until it has nothing to do at this time.
  StepReport run() {
    StepReport all;
    for (int i = 0; i < 100; ++i) {
      clock.advance(std::chrono::seconds(1));
      StepReport one = step->run().value();
      all.posts += one.posts;
      all.events += one.events;
      all.deliveries += one.deliveries;
      for (auto& f : one.changed_feeds) all.changed_feeds.push_back(f);
      for (auto& s : one.changed_slugs) all.changed_slugs.push_back(s);
      for (auto& n : one.notices) all.notices.push_back(n);
      const auto wake = step->next_wake().value();
      if (!wake || *wake > clock.now() + std::chrono::seconds(1)) break;
    }
    return all;
  }
  StepReport shell(const std::string& sql) {
    file.shell(sql);
    return run();
  }

  // What is due when every node has heard of it.
  std::vector<Delivery> claim(std::size_t max = 100) {
    clock.advance(store->time_to_hear());
    return store->ledger()
        .claim_deliveries("w", clock.now(), std::chrono::seconds(60), max)
        .value();
  }

  static std::int64_t now_ms() { return 1'795'424'709'000; }
  // Inserts published posts "p1".."pn", the later the newer.
  void publish(int first, int last, const std::string& extra = "") {
    std::string sql = "BEGIN;";
    for (int i = first; i <= last; ++i) {
      const std::string n = std::to_string(i);
      sql += "INSERT INTO posts (post_id, status, slug, title, body, published_at) VALUES ('p" + n +
             "', 'published', 's" + n + "', 'Title " + n + "', '<p>Body " + n + "</p>', " +
             std::to_string(1'700'000'000'000 + i * 1000) + ");";
    }
    shell(sql + extra + "COMMIT;");
  }

  std::string titles(std::string_view key = "main", std::size_t limit = 100) const {
    std::string all;
    for (const auto& e : store->read_feed(1, key, limit).value().entries)
      all += (all.empty() ? "" : ",") + e.title;
    return all;
  }
  FeedState feed(std::string_view key) const { return store->feed_state(1, key).value(); }
  bool has_feed(std::string_view key) const { return store->feed_state(1, key).has_value(); }
  Entry entry(std::string_view slug) const { return store->read_entry_by_slug(1, slug).value(); }
  bool is_served(std::string_view slug) const {
    return store->read_entry_by_slug(1, slug).has_value();
  }
  // "post.published:p1 post.updated:p1", feed events left out.
  std::string post_events(std::int64_t after = 0) const {
    std::string all;
    for (const auto& e : store->ledger().list_events(1, after, 10000).value())
      if (e.kind != EventKind::feed_changed)
        all += (all.empty() ? "" : " ") + std::string(to_string(e.kind)) + ":" + e.subject;
    return all;
  }
  std::int64_t last_event() const {
    const auto events = store->ledger().list_events(1, 0, 10000).value();
    return events.empty() ? 0 : events.back().number;
  }
  // The list of feeds left out, which has tests of its own.
  static std::vector<std::string> keys(const StepReport& report) {
    std::vector<std::string> list;
    for (const auto& f : report.changed_feeds)
      if (f.key != opml_key) list.push_back(f.key);
    std::sort(list.begin(), list.end());
    return list;
  }
};

}  // namespace sosik
