// Deliveries: one thing owed to one party, with its attempts. They live in the store; the step creates them, the
// publisher works them off.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sosik/base/clock.hpp"
#include "sosik/model/site.hpp"

namespace sosik {

enum class TargetKind { websub, ping, webhook };
constexpr std::string_view to_string(TargetKind kind) {
  constexpr std::string_view names[] = {"websub", "ping", "webhook"};
  return names[static_cast<std::size_t>(kind)];
}

// A Target is a party to be told, from the configuration ([[publish.webhook]], [publish] pings, [site] hubs).
struct Target {
  TargetKind kind = TargetKind::websub;
  std::string name;    // stable key in the store: "webhook:build", "websub:https://hub.example/", "ping:http://..."
  std::string url;     // absolute ASCII
  std::string secret;  // webhook only: decoded key bytes (N-153); never logged
  std::vector<std::string> events;  // webhook only: kinds wanted ("post.published"); empty: every post.* event
};

enum class DeliveryState { pending, in_flight, delivered, gave_up, cancelled };
constexpr std::string_view to_string(DeliveryState state) {
  constexpr std::string_view names[] = {"pending", "in flight", "delivered", "gave up", "cancelled"};
  return names[static_cast<std::size_t>(state)];
}

// No schedule waits longer between two attempts. The store takes a later moment for one that was written by a clock that
// has been set back since: that delivery is due at once (N-214).
constexpr std::chrono::hours longest_delivery_wait{30};

struct Delivery {
  std::int64_t id = 0;
  SiteId site = 1;
  TargetKind kind = TargetKind::websub;
  std::string target;      // Target::name
  std::string topic;       // websub: topic URL; ping: the site's URL; webhook: the event id
  std::int64_t revision = 0;  // newest revision owed; websub and ping deliveries coalesce on (target, topic)
  DeliveryState state = DeliveryState::pending;
  int attempts = 0;        // begun so far
  Timestamp created_at, next_at;
  std::int64_t fence = 0;  // grows with every claim; a late worker's result with an older fence is refused (N-203)
  std::string event_type;  // webhook only, with the two below: what the payload says
  Timestamp event_at;
  std::string event_data;  // JSON object
};

// One try. `error_class` is empty on success, else a short word: "dns", "refused-address", "connect", "tls", "timeout",
// "protocol", "status", "rejected".
struct Attempt {
  std::int64_t delivery = 0;
  int number = 0;
  Timestamp at;
  std::chrono::milliseconds latency{};
  int status = 0;             // HTTP, 0 when there was none
  std::string error_class;
  std::string detail;         // one line
  std::string response_body;  // at most 1 KB, cleaned (N-175)
};

}  // namespace sosik
