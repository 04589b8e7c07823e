// Makes the Snapshots of one site: reads the store, assembles Feed values, renders, checks,
// compresses and tags them.
#pragma once
#include <functional>
#include <memory>

#include "sosik/snapshot/snapshot.hpp"
#include "sosik/syndicate/step.hpp"

namespace sosik {

class Store;
struct StoredFeed;

struct SnapshotOptions {
  // The plan now in force (SIGHUP replaces it). Any thread.
  std::function<std::shared_ptr<const SyndicationPlan>()> plan;
  // A read connection; kept and reused, one per blocked thread.
  std::function<Result<std::unique_ptr<Store>>()> open_store;
  // Step::refresh, wherever the step lives; called once per feed before its first rendering.
  std::function<Result<FeedState>(std::string_view key)> refresh;
  // A feed's bytes did not pass the gate, the store could not be read: one line.
  std::function<void(std::string_view sentence, std::string_view key, std::string_view reason)> log;
};

std::shared_ptr<Snapshots> make_snapshots(SnapshotOptions);

// The value that renderers spell: what site, definition and store say, and nothing else. Pure.
Feed assemble_feed(const Site&, const FeedDefinition&, const StoredFeed&);

}  // namespace sosik
