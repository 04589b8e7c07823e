// Rows of `events` and `deliveries` to values.
#pragma once
#include "sosik/model/delivery.hpp"
#include "sosik/model/event.hpp"
#include "sqlite.hpp"

namespace sosik::sqlite {

// From columns  id, site_id, kind, target, topic, revision, state, attempts, created_at, next_at,
// fence, event_type, event_at, event_data.
Delivery delivery_from(const Query&);
// From columns  number, event_id, kind, subject, revision, at, is_quiet, data.
Event event_from(const Query&, SiteId);

}  // namespace sosik::sqlite
