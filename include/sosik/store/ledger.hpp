// The Ledger is the store's record of what happened and who was told: events, deliveries, attempts,
// the state of targets, and the endpoints that the admin API keeps. The syndication step adds
// events and deliveries (store/syndication_store.hpp); the publisher works them off; the operator
// asks. A Store hands it out (Store::ledger()). Every function is one transaction and fails as
// Store's do.
#pragma once
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sosik/base/clock.hpp"
#include "sosik/base/result.hpp"
#include "sosik/model/delivery.hpp"
#include "sosik/model/event.hpp"
#include "sosik/model/target.hpp"

namespace sosik {

// Every member that is set must be met.
struct DeliveryFilter {
  std::optional<DeliveryState> state;
  std::optional<TargetKind> kind;
  std::string target;  // Target::name
  std::string topic;
  std::string post_id;             // Delivery::subject
  std::optional<Timestamp> since;  // created then or later
  std::int64_t before_id = 0;      // 0: from the newest on
  std::size_t limit = 100;
};

// Which deliveries are to be made again.
struct ReplaySelection {
  std::int64_t first_id = 0, last_id = 0;  // a range; both 0: any
  bool only_failed = true;                 // gave up; else also what was told or cancelled
  std::optional<Timestamp> since;          // ended then or later
  std::string target;                      // empty: any
};

// What became of an attempt, as the schedule (publish/schedule.hpp) decides.
struct AttemptOutcome {
  DeliveryState state =
      DeliveryState::delivered;  // delivered, pending (try again at next_at), gave_up, cancelled
  Timestamp next_at;
  std::optional<Timestamp> others_wait_until =
      {};                        // what is pending for the same target, too (N-156)
  std::string ends_target = {};  // not empty: why the target is to be disabled (N-156: 410)
};

// Of what was claimed it has enough to be known again: a failover may lose commits, and the server
// then gives their ids, with fences from 1 on, to other deliveries, or to the same ones again.
struct AttemptRecord {
  static AttemptRecord of(const Delivery& claimed) {
    AttemptRecord record;
    record.delivery = claimed.id;
    record.site = claimed.site;
    record.fence = claimed.fence;
    record.revision = claimed.revision;
    record.owner = claimed.owner;
    record.target = claimed.target;
    record.topic = claimed.topic;
    return record;
  }

  std::int64_t delivery = 0;
  SiteId site = 1;
  std::int64_t fence = 0, revision = 0;
  std::string owner, target, topic;
  Attempt attempt;  // number 0: claimed and never begun; no row, and it does not count
  AttemptOutcome outcome;
};

enum class Recorded {
  // The delivery is not in the hands of that claim, and nothing was written now. It was claimed
  // again, has ended (its target was disabled, its post withdrawn and the lease over), was pruned
  // or lost with a server; or the store has a record of that claim already: this is a second one,
  // or the answer to the first was lost.
  no,
  yes,
  target_is_disabled  // written, and this attempt was one too many (N-158); said once
};

// What is owed now, of one kind of target.
struct QueueDepth {
  TargetKind kind = TargetKind::websub;
  std::int64_t open = 0;               // pending and in flight
  std::int64_t due = 0;                // pending, and its moment has come
  std::optional<Timestamp> due_since;  // of the one that has waited longest
};

// How much of what is at its end is kept. What is open is never dropped, nor the event that it
// carries (N-207).
struct LedgerLimits {
  std::chrono::hours max_age{24 * 30};
  std::int64_t max_events = 100'000;        // of a site
  std::int64_t max_deliveries = 1'000'000;  // of the store: what ended, of all but the newest
};

class Ledger {
 public:
  virtual ~Ledger() = default;

  // --- what happened
  virtual Result<std::vector<Event>> list_events(SiteId, std::int64_t after_number,
                                                 std::size_t limit) = 0;
  virtual Result<std::int64_t> last_event_number(SiteId) = 0;  // 0: none yet

  // The number of the last one before that moment; 0: none.
  virtual Result<std::int64_t> last_event_before(SiteId, Timestamp) = 0;

  // --- working off, for the publisher
  // Takes up to `max` deliveries that are due, oldest first, and marks them in flight until now +
  // lease; deliveries whose lease ended are due again (N-203). `owner` names who claims, for
  // people: what a claim is known by is Delivery::owner. Those to `skip_targets` are left alone:
  // passing by many of them takes time. While a purge younger than purge_precedence is open, only
  // purges are handed out (H-178).
  virtual Result<std::vector<Delivery>> claim_deliveries(
      std::string_view owner, Timestamp now, std::chrono::seconds lease, std::size_t max,
      std::span<const std::string> skip_targets = {}) = 0;
  // Records attempts and what follows from each; one transaction for all, and an answer for each. A
  // coalescing delivery whose topic moved on to a newer revision meanwhile stays pending for that.
  // Failures of targets that are told of events are counted: one that has failed for
  // `disable_after` without a success is disabled, and all that is open for it given up (N-158).
  virtual Result<std::vector<Recorded>> record_attempts(std::span<const AttemptRecord>,
                                                        Timestamp now,
                                                        std::chrono::hours disable_after) = 0;
  // The earliest moment at which one can be claimed, as things are at `now`: who waits for a purge
  // is not due before that is too old to go before.
  virtual Result<std::optional<Timestamp>> next_delivery_at(Timestamp now) = 0;
  // The party was seen to fetch `topic` at `revision`: every delivery to it about that or an older
  // revision that was begun, and is not confirmed, is. How many.
  virtual Result<std::int64_t> confirm_deliveries(SiteId, std::string_view target,
                                                  std::string_view topic, std::int64_t revision,
                                                  Timestamp at) = 0;
  // Each drops what is beyond the limits, at most `max_rows` of it; true when there is more. The
  // second is of one site: its events that no delivery carries any more, and what is known of
  // endpoints that it has no more. Others wait only while something is dropped.
  virtual Result<bool> prune_deliveries(Timestamp now, const LedgerLimits&,
                                        std::size_t max_rows) = 0;  // all sites
  virtual Result<bool> prune_events(SiteId, Timestamp now, const LedgerLimits&,
                                    std::size_t max_rows) = 0;
  // The next behind that one, in order. Sites that were removed are among them.
  virtual Result<std::vector<SiteId>> sites_with_events(SiteId after, std::size_t limit) = 0;
  // Disables targets that are told of events and have more than `max_backlog` of them open (N-210);
  // their names. Topics coalesce: no more of them can be open than the site has.
  virtual Result<std::vector<std::string>> disable_overfull_targets(SiteId,
                                                                    std::int64_t max_backlog,
                                                                    Timestamp now) = 0;

  // --- for the operator
  virtual Result<std::vector<Delivery>> list_deliveries(SiteId,
                                                        const DeliveryFilter&) = 0;  // newest first
  virtual Result<Delivery> read_delivery(SiteId, std::int64_t id) = 0;               // not_found
  virtual Result<std::vector<Attempt>> list_attempts(std::int64_t delivery) = 0;
  // Makes the selected deliveries pending again, due at `now` (a schedule from its beginning, the
  // same id towards the receiver). Left out: what is open, whose target is disabled, coalescing
  // ones whose topic has an open one, and, unless they are named by number, news of a post that was
  // unpublished or deleted since (N-213). How many.
  virtual Result<std::int64_t> replay(SiteId, const ReplaySelection&, Timestamp now) = 0;
  virtual Result<std::vector<QueueDepth>> queue_depths(Timestamp now) = 0;  // all sites

  // --- targets
  virtual Result<std::vector<TargetState>> target_states(
      SiteId) = 0;  // of those there is something to say of
  virtual Result<void> disable_target(SiteId, std::string_view target, std::string_view why,
                                      Timestamp now) = 0;
  virtual Result<void> enable_target(SiteId,
                                     std::string_view target) = 0;  // also forgets its failures

  // --- endpoints
  virtual Result<std::vector<Endpoint>> list_endpoints(SiteId) = 0;         // in order of id
  virtual Result<Endpoint> read_endpoint(SiteId, std::string_view id) = 0;  // not_found
  virtual Result<void> put_endpoint(const Endpoint&) = 0;
  // With its state; what is open for it is cancelled when it is next claimed. not_found
  virtual Result<void> delete_endpoint(SiteId, std::string_view id) = 0;
  // Differs whenever endpoints, or which targets are disabled, changed since it was asked last:
  // cheap to ask before each claim.
  virtual Result<std::int64_t> targets_version(SiteId) = 0;
};

// An open purge holds others back for so long and no longer: a CDN whose interface is down must not
// silence everything.
constexpr std::chrono::seconds purge_precedence{30};

}  // namespace sosik
