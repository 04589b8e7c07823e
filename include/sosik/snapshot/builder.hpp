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
  // The plan now in force (SIGHUP replaces it, then calls Snapshots::reset). Any thread.
  std::function<std::shared_ptr<const SyndicationPlan>()> plan;
  // A read connection; kept and reused, as many as threads make something at the same time.
  std::function<Result<std::unique_ptr<Store>>()> open_store;
  // Step::refresh, wherever the step lives; called once per feed before its first rendering, and
  // again after reset(). May wait for the step's thread, which may call changed() and reset()
  // meanwhile: those never wait for a rendering.
  std::function<Result<FeedState>(std::string_view key)> refresh;
  // A feed's bytes did not pass the gate, the store could not be read: one line. Any thread.
  std::function<void(std::string_view sentence, std::string_view key, std::string_view reason)> log;
  // Renders and checks a feed; empty means render_checked. For tests, which cannot break a renderer
  // otherwise.
  std::function<Result<std::string>(const Feed&, Format)> render;
};

std::shared_ptr<Snapshots> make_snapshots(SnapshotOptions);

// The value that renderers spell: what site, definition and store say, and nothing else. Pure.
Feed assemble_feed(const Site&, const FeedDefinition&, const StoredFeed&,
                   const DerivedFeeds& derived = {});

}  // namespace sosik
