// The Publisher works off deliveries: claims what is due, tells the party through the HttpClient,
// records the attempt and what follows from it (delivered, again later, gave up). All state is in
// the store; kill -9 at any moment leads at worst to one more attempt with the same message id
// (N-202). Runs in a thread of its own.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sosik/base/clock.hpp"
#include "sosik/base/result.hpp"
#include "sosik/model/delivery.hpp"
#include "sosik/model/seen_fetch.hpp"
#include "sosik/model/site.hpp"
#include "sosik/net/log.hpp"
#include "sosik/net/outbound.hpp"
#include "sosik/store/ledger.hpp"
#include "sosik/syndicate/sites.hpp"

namespace sosik {

class Store;

struct PublisherOptions {
  bool works_off = true;        // else it claims nothing, and only records fetches (confirmed)
  Site site;                    // the main one
  std::vector<Target> targets;  // its, besides the endpoints of the store; some are of all sites
  // The other sites there are now (docs/sites.md). Any thread; may be empty: there are none.
  std::function<std::shared_ptr<const SiteDirectory>()> sites;
  std::string installation_key;  // what the secrets of endpoints are derived from
  // Asked before each claim, on the thread of the store; nothing is claimed while it fails. Empty:
  // always.
  std::function<Result<void>(Store&)> may_claim;
  OutboundOptions outbound;
  std::size_t max_in_flight = 64;
  std::size_t max_per_host = 4;       // N-084
  LedgerLimits keep;                  // of the ledger, which is pruned once a minute (N-207)
  std::int64_t max_backlog = 10'000;  // open deliveries of a target before it is disabled (N-210)
  std::chrono::hours disable_after{120};    // of failure without a success (N-158)
  std::chrono::seconds lease{60};           // longer than OutboundOptions::total_timeout
  std::chrono::milliseconds drain{10'000};  // how long stop() waits for attempts in flight
};

// Attempts since the start, by kind of target, then by class of error (error_classes); the last are
// those that were told.
using AttemptCounts = std::array<std::array<std::uint64_t, std::size(error_classes) + 1>,
                                 std::size(target_kind_names)>;

class Publisher {
 public:
  virtual ~Publisher() = default;  // stops
  virtual void start() = 0;        // once
  virtual void wake() = 0;         // deliveries may be due: any thread, never blocks
  // New targets and site after SIGHUP; a delivery to a target that is no longer configured is
  // cancelled.
  virtual void adopt(Site, std::vector<Target>) = 0;
  // These sites' rows have changed or gone. Any thread, never blocks.
  virtual void forget(std::vector<SiteId>) = 0;
  // What it was told of is confirmed (Ledger::confirm_deliveries). Any thread, never blocks.
  virtual void saw_fetch(SeenFetch) = 0;
  virtual AttemptCounts attempt_counts() const = 0;  // any thread
  // Claims nothing more, waits for attempts in flight as long as `drain` says, cancels the rest:
  // these are tried again when their lease ends. Begun is not told: only a recorded answer counts.
  virtual void stop() = 0;
};

// `open_store` is called on a thread of the publisher's, which alone uses that store; again after a
// failure. `clock` and `log` must outlive the publisher. Throws when OutboundOptions cannot be used
// (see make_http_client).
std::unique_ptr<Publisher> make_publisher(
    PublisherOptions, const Clock&, Log&,
    std::function<Result<std::unique_ptr<Store>>()> open_store);

}  // namespace sosik
