// Rows of `events` and `deliveries` to values, and what all files of the ledger do to a delivery.
#pragma once
#include "sosik/model/delivery.hpp"
#include "sosik/model/event.hpp"
#include "sql.hpp"

namespace sosik::sql {

// What delivery_from reads, and where from.
inline constexpr std::string_view delivery_columns =
    "d.id, d.site_id, d.kind, d.target, d.topic, d.subject, d.revision, d.state, d.is_behind, "
    "d.attempts, d.tries, d.created_at, d.next_at, d.ended_at, d.confirmed_at, d.fence, "
    "d.event_number, d.leased_until, e.kind, e.at, e.data";
inline constexpr std::string_view delivery_source =
    " FROM deliveries d LEFT JOIN events e ON e.site_id = d.site_id AND e.number = d.event_number "
    "AND d.event_number > 0 ";
// "SELECT <columns> FROM <source> " and `rest`. `more` columns, as ", d.fence", come after.
constexpr int delivery_column_count = 21;
std::string select_deliveries(std::string_view rest, std::string_view more = {});
Delivery delivery_from(const Query&);

// From columns  number, event_id, kind, subject, revision, at, is_quiet, data.
Event event_from(const Query&, SiteId);

// These are at their end: what waits behind them comes up. `state` is not pending or in flight.
void end_deliveries(Connection&, std::span<const std::int64_t> ids, DeliveryState state,
                    Timestamp now);
// How one ends that must not be tried again, by deliveries.is_withdrawn: what was recalled is
// settled; what its disabled target was not told is a dead letter, which a recovery finds.
DeliveryState end_of_withdrawn(std::int64_t is_withdrawn);
// Gives up all that is open for the target, and remembers why nothing more is owed to it. False
// when it was disabled already, for the reason that is remembered.
bool disable(Connection&, SiteId, std::string_view target, std::string_view why, Timestamp now);
// Endpoints, or which targets are disabled, have changed.
void count_target_change(Connection&, SiteId);

}  // namespace sosik::sql
