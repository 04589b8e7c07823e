// Deliveries: one thing owed to one target, with its attempts. They live in the store; the step
// creates them, the publisher works them off.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sosik/base/clock.hpp"
#include "sosik/model/site.hpp"
#include "sosik/model/target.hpp"

namespace sosik {

enum class DeliveryState { pending, in_flight, delivered, gave_up, cancelled };
constexpr std::string_view delivery_state_names[] = {"pending", "in flight", "delivered", "gave up",
                                                     "cancelled"};
constexpr std::string_view to_string(DeliveryState state) {
  return delivery_state_names[static_cast<std::size_t>(state)];
}

// No schedule waits longer between two attempts. The store takes a later moment for one that was
// written by a clock that has been set back since: that delivery is due at once (N-214).
constexpr std::chrono::hours longest_delivery_wait{30};

struct Delivery {
  std::int64_t id = 0;
  SiteId site = 1;
  TargetKind kind = TargetKind::websub;
  std::string target;  // Target::name
  std::string topic;  // told of events: the event id; websub, rsscloud, purge: a URL of ours; ping:
                      // the site's URL; indexnow: the post's URL
  std::string subject;  // told of events: the post it is about, whose deliveries keep their order;
                        // else empty
  std::int64_t revision =
      0;  // of the post or the feed; the newest owed, where deliveries coalesce on (target, topic)
  DeliveryState state = DeliveryState::pending;
  bool is_behind =
      false;         // pending, and waits for an earlier one about the same post to the same target
  int attempts = 0;  // begun in all: the number of the attempt in progress
  int tries = 0;     // begun since it came up, was raised or replayed: its place in the schedule
  Timestamp created_at, next_at;
  Timestamp due_at;                   // of what was just claimed: since when it had been due
  std::optional<Timestamp> ended_at;  // when it was told, given up or cancelled
  std::optional<Timestamp>
      confirmed_at;  // when the party was seen to fetch the topic at this revision or a newer one
  std::int64_t fence =
      0;  // grows with every claim; a late worker's result with an older fence is refused (N-203)
  std::string owner;  // of what was just claimed: whose claim it is; no other claim has the same
  std::int64_t event_number =
      0;  // told of events: which one; with the four below, what the payload says
  std::string event_type;
  Timestamp event_at;
  std::string event_data;     // JSON object
  std::string event_content;  // JSON object: what a full payload has besides; empty when no target
                              // asked for it
};

// One try. `error_class` is empty on success, else one of error_classes.
struct Attempt {
  std::int64_t delivery = 0;
  int number = 0;
  Timestamp at;
  std::chrono::milliseconds latency{};
  int status = 0;  // HTTP, 0 when there was none
  std::string error_class;
  std::string detail;         // one line
  std::string response_body;  // at most 1 KB, cleaned (N-175)
};

// docs/notifications.md says what each means.
constexpr std::string_view error_classes[] = {"url",      "dns",     "refused-address", "connect",
                                              "tls",      "timeout", "protocol",        "status",
                                              "rejected", "expired", "cancelled",       "disabled"};

}  // namespace sosik
