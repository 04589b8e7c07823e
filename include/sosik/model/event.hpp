// Events: what happened, once per change, in the order in which the step recorded it. The ledger
// that `sosik events` prints and webhooks carry.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "sosik/base/clock.hpp"
#include "sosik/model/site.hpp"

namespace sosik {

enum class EventKind { post_published, post_updated, post_unpublished, post_deleted, feed_changed };

constexpr std::string_view to_string(EventKind kind) {
  constexpr std::string_view names[] = {"post.published", "post.updated", "post.unpublished",
                                        "post.deleted", "feed.changed"};
  return names[static_cast<std::size_t>(kind)];
}

struct Event {
  std::string event_id;     // "evt_" and 24 hex digits, unique for ever; the webhook-id
  std::int64_t number = 0;  // position in the ledger of the site
  SiteId site = 1;
  EventKind kind = EventKind::post_published;
  std::string subject;  // post_id, or the feed's key
  std::int64_t revision = 0;
  Timestamp at;
  bool is_quiet = false;  // recorded by a bulk import: nobody is told
  std::string data;       // JSON object: the `data` member of the webhook's payload (N-150)
};

}  // namespace sosik
