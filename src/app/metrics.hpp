// What /metrics says, in Prometheus' text exposition format: counters since the start and gauges of
// now. Pure, but for what it asks the system of this process.
#pragma once
#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sosik/base/clock.hpp"
#include "sosik/publish/publisher.hpp"
#include "sosik/server/server.hpp"
#include "sosik/store/ledger.hpp"
#include "sosik/syndicate/step.hpp"

namespace sosik {

// Sums of what the syndication step did; any thread.
struct StepTotals {
  std::atomic<std::uint64_t> revisions{0}, posts{0}, events{0}, deliveries{0}, notices{0};
  void add(const StepReport&);
};

struct MetricsSources {
  ServerCounters server;
  std::size_t open_connections = 0, max_connections = 0;
  std::optional<Timestamp> certificate_expires_at;  // nothing without TLS
  SnapshotStatistics snapshots;
  bool is_ready = false;
  std::vector<QueueDepth> queues;  // what is owed, by kind of target
  AttemptCounts attempts{};
  std::size_t disabled_targets = 0;
  bool leads = false;  // runs the step for all nodes
  std::uint64_t news_polls = 0;
  std::chrono::milliseconds clock_offset{0};  // how far the store's clock is ahead of ours
  Timestamp now;
};
// How long ago the delivery came due that has waited longest; zero when none is due.
std::chrono::milliseconds longest_overdue(const std::vector<QueueDepth>&, Timestamp now);
// name="value", escaped.
std::string metrics_label(std::string_view name, std::string_view value);
std::string metrics_text(const MetricsSources&, const StepTotals&);

}  // namespace sosik
