// The step's view of the store: recording events and what is owed for them.
#include "ledger_rows.hpp"
#include "sql_store.hpp"

namespace sosik::sql {
namespace {

// Columns  id, leased_until, attempts, tries, revision, next_at, target, kind of the event (or
// null).
OpenDelivery open_from(const Query& q) {
  OpenDelivery open{.id = q.integer(0),
                    .is_in_flight = !q.is_null(1),
                    .attempts = static_cast<int>(q.integer(2)),
                    .tries = static_cast<int>(q.integer(3)),
                    .revision = q.integer(4),
                    .next_at = q.time(5),
                    .target = q.text(6),
                    .event_type = {}};
  if (!q.is_null(7)) open.event_type = to_string(static_cast<EventKind>(q.integer(7)));
  return open;
}

}  // namespace

Result<void> SqlStore::add_event(const Event& e, std::string_view content) {
  return guarded([&] {
    db_.run(
        "INSERT INTO events (site_id, number, event_id, kind, subject, revision, at, is_quiet, "
        "data, content) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        e.site, e.number, e.event_id, static_cast<int>(e.kind), e.subject, e.revision, e.at,
        e.is_quiet, e.data, content);
  });
}

Result<std::optional<OpenDelivery>> SqlStore::open_delivery(SiteId site, std::string_view target,
                                                            std::string_view topic) {
  return guarded([&]() -> std::optional<OpenDelivery> {
    Query q = db_.query(
        "SELECT id, leased_until, attempts, tries, revision, next_at, target, NULL FROM deliveries "
        "WHERE site_id = ?1 AND target = ?2 AND topic = ?3 AND state < 2 AND event_number = 0",
        site, target, topic);
    if (!q.next()) return std::nullopt;
    return open_from(q);
  });
}

Result<std::vector<OpenDelivery>> SqlStore::open_deliveries_of(SiteId site,
                                                               std::string_view post_id) {
  return guarded([&] {
    Query q = db_.query(
        "SELECT d.id, d.leased_until, d.attempts, d.tries, d.revision, d.next_at, d.target, e.kind "
        "FROM deliveries d LEFT JOIN events e ON e.site_id = d.site_id "
        "AND e.number = d.event_number "
        "WHERE d.site_id = ?1 AND d.subject = ?2 AND d.state < 2 AND d.subject <> '' ORDER BY d.id",
        site, post_id);
    std::vector<OpenDelivery> list;
    while (q.next()) list.push_back(open_from(q));
    return list;
  });
}

Result<void> SqlStore::add_delivery(const Delivery& d) {
  return guarded([&] {
    Query q = db_.query(
        "INSERT INTO deliveries (site_id, kind, target, topic, subject, event_number, revision, "
        "created_at, next_at, is_behind) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
        "(SELECT max(w.due) FROM (SELECT CAST(?9 AS BIGINT) AS due UNION ALL SELECT waits_until "
        "FROM target_state WHERE site_id = ?1 AND target = ?3) AS w), "
        "CASE WHEN ?5 <> '' AND EXISTS (SELECT 1 FROM deliveries WHERE site_id = ?1 "
        "AND subject = ?5 AND target = ?3 AND state < 2 AND subject <> '') THEN 1 ELSE 0 END) "
        "RETURNING id",
        d.site, static_cast<int>(d.kind), d.target, d.topic, d.subject, d.event_number, d.revision,
        d.created_at, std::max(d.next_at, held_until_));
    while (q.next()) owed_.push_back(q.integer(0));
  });
}

Result<void> SqlStore::raise_delivery(std::int64_t id, std::int64_t revision, Timestamp next_at) {
  return guarded([&] {
    owed_.push_back(id);
    db_.run(
        "UPDATE deliveries AS d SET revision = ?2, tries = 0, "
        "next_at = (SELECT max(w.due) FROM (SELECT CASE WHEN d.next_at < ?3 THEN d.next_at "
        "ELSE ?3 END AS due UNION ALL SELECT t.waits_until FROM target_state t "
        "WHERE t.site_id = d.site_id AND t.target = d.target) AS w), confirmed_at = NULL "
        "WHERE id = ?1 AND state < 2 AND leased_until IS NULL",
        id, revision, next_at);
    db_.run(
        "UPDATE deliveries SET revision = ?2, again_at = ?3, confirmed_at = NULL "
        "WHERE id = ?1 AND state < 2 AND leased_until IS NOT NULL",
        id, revision, next_at);
  });
}

// All of it is due at one moment, purges and what waits for them; rows that were just added are not
// written again for a moment more.
Result<void> SqlStore::hold_deliveries(Timestamp until) {
  constexpr std::chrono::milliseconds a_moment{50};
  static const PerEngine pending = with_ids(
      "UPDATE deliveries SET next_at = ?2 "
      "WHERE id IN :ids AND state < 2 AND leased_until IS NULL AND next_at < ?2");
  static const PerEngine in_flight = with_ids(
      "UPDATE deliveries SET again_at = ?2 "
      "WHERE id IN :ids AND state < 2 AND leased_until IS NOT NULL AND again_at < ?2");
  return guarded([&] {
    if (until - held_until_ >= a_moment) held_until_ = until;
    if (owed_.empty()) return;
    const std::string ids = id_list(db_, owed_);
    db_.run(pending.in(db_), ids, held_until_);
    db_.run(in_flight.in(db_), ids, held_until_);
  });
}

Result<void> SqlStore::withdraw_delivery(std::int64_t id, Timestamp now) {
  return guarded([&] {
    db_.run(
        "UPDATE deliveries SET is_withdrawn = 1 "
        "WHERE id = ?1 AND state < 2 AND leased_until IS NOT NULL",
        id);
    if (db_.changes() > 0) return;
    if (db_.exists("SELECT 1 FROM deliveries WHERE id = ?1 AND state < 2", id))
      end_deliveries(db_, std::span(&id, 1), DeliveryState::cancelled, now);
  });
}

Result<std::optional<Timestamp>> SqlStore::tried_at(SiteId site, std::string_view target) {
  return guarded([&]() -> std::optional<Timestamp> {
    const auto at = db_.maybe_integer(
        "SELECT tried_at FROM target_state WHERE site_id = ?1 AND target = ?2 AND tried_at <> 0",
        site, target);
    if (!at) return std::nullopt;
    return from_unix_ms(*at);
  });
}

Result<std::optional<Timestamp>> SqlStore::told_at(SiteId site, std::string_view target,
                                                   std::string_view topic) {
  return guarded([&]() -> std::optional<Timestamp> {
    const auto at = db_.maybe_integer(
        "SELECT max(ended_at) FROM deliveries WHERE site_id = ?1 AND topic = ?3 AND target = ?2 "
        "AND event_number = 0 AND state = 2",
        site, target, topic);
    if (!at) return std::nullopt;
    return from_unix_ms(*at);
  });
}

Result<bool> SqlStore::was_owed(SiteId site, std::string_view target, std::int64_t event_number) {
  return guarded([&] {
    return db_.exists(
        "SELECT 1 FROM deliveries WHERE site_id = ?1 AND event_number = ?3 AND target = ?2 "
        "AND event_number > 0 "
        "UNION ALL SELECT 1 FROM events WHERE site_id = ?1 AND number = ?3 AND is_settled <> 0",
        site, target, event_number);
  });
}

}  // namespace sosik::sql
