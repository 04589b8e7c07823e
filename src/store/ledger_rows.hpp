// Rows of `events` and `deliveries` to values, and what all files of the ledger do to a delivery.
#pragma once
#include "sosik/model/delivery.hpp"
#include "sosik/model/event.hpp"
#include "sql.hpp"

namespace sosik::sql {

// What delivery_from reads, and where from. With `with_content` also what full payloads carry,
// which may be long.
inline constexpr std::string_view delivery_columns =
    "d.id, d.site_id, d.kind, d.target, d.topic, d.subject, d.revision, d.state, d.is_behind, "
    "d.attempts, d.tries, d.created_at, d.next_at, d.ended_at, d.confirmed_at, d.fence, "
    "d.event_number, e.kind, e.at, e.data";
inline constexpr std::string_view delivery_source =
    " FROM deliveries d LEFT JOIN events e ON e.site_id = d.site_id AND e.number = d.event_number "
    "AND d.event_number > 0 ";
// "SELECT <columns> FROM <source> " and `rest`.
std::string select_deliveries(std::string_view rest, bool with_content = false);
Delivery delivery_from(const Query&, bool with_content = false);

// From columns  number, event_id, kind, subject, revision, at, is_quiet, data.
Event event_from(const Query&, SiteId);

// The delivery is at its end: what waits behind it comes up. `state` is not pending or in flight.
void end_delivery(Connection&, std::int64_t id, DeliveryState state, Timestamp now);
// Whose turn is it, of those about `subject`? The first that is open, unless one is under way.
void bring_up_next(Connection&, SiteId, std::string_view target, std::string_view subject);
// Gives up all that is open for the target, and remembers why nothing more is owed to it.
void disable(Connection&, SiteId, std::string_view target, std::string_view why, Timestamp now);
// Endpoints, or which targets are disabled, have changed.
void count_target_change(Connection&, SiteId);

}  // namespace sosik::sql
