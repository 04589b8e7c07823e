// What /metrics says, in Prometheus' text exposition format: counters since the start and gauges of
// now. Pure, but for what it asks the system of this process.
#pragma once
#include <atomic>
#include <string>

#include "sosik/server/server.hpp"
#include "sosik/syndicate/step.hpp"

namespace sosik {

// Sums of what the syndication step did; any thread.
struct StepTotals {
  std::atomic<std::uint64_t> revisions{0}, posts{0}, events{0}, deliveries{0};
  void add(const StepReport&);
};

struct MetricsSources {
  ServerCounters server;
  std::size_t open_connections = 0;
  SnapshotStatistics snapshots;
  bool is_ready = false;
};
std::string metrics_text(const MetricsSources&, const StepTotals&);

}  // namespace sosik
