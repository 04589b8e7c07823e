#include "ledger_rows.hpp"

#include <utility>

namespace sosik::sql {

std::string select_deliveries(std::string_view rest, std::string_view more) {
  std::string sql = "SELECT ";
  sql.append(delivery_columns).append(more).append(delivery_source).append(rest);
  return sql;
}

Delivery delivery_from(const Query& q) {
  Delivery d;
  d.id = q.integer(0);
  d.site = q.integer(1);
  d.kind = static_cast<TargetKind>(q.integer(2));
  d.target = q.text(3);
  d.topic = q.text(4);
  d.subject = q.text(5);
  d.revision = q.integer(6);
  d.state = static_cast<DeliveryState>(q.integer(7));
  d.is_behind = q.integer(8) != 0;
  d.attempts = static_cast<int>(q.integer(9));
  d.tries = static_cast<int>(q.integer(10));
  d.created_at = q.time(11);
  d.next_at = q.time(12);
  d.ended_at = q.maybe_time(13);
  d.confirmed_at = q.maybe_time(14);
  d.fence = q.integer(15);
  d.event_number = q.integer(16);
  if (!q.is_null(17)) {
    d.state = DeliveryState::in_flight;
    d.due_at = std::exchange(d.next_at, q.time(17));  // it is due again when the lease ends
  }
  if (q.is_null(18)) return d;
  d.event_type = to_string(static_cast<EventKind>(q.integer(18)));
  d.event_at = q.time(19);
  d.event_data = q.text(20);
  return d;
}

Event event_from(const Query& q, SiteId site) {
  Event e;
  e.site = site;
  e.number = q.integer(0);
  e.event_id = q.text(1);
  e.kind = static_cast<EventKind>(q.integer(2));
  e.subject = q.text(3);
  e.revision = q.integer(4);
  e.at = q.time(5);
  e.is_quiet = q.integer(6) != 0;
  e.data = q.text(7);
  return e;
}

// Of those about the same post for the same target the first that is open comes up, unless one is
// up already.
void end_deliveries(Connection& db, std::span<const std::int64_t> ids, DeliveryState state,
                    Timestamp now) {
  static const PerEngine end = with_ids(
      "UPDATE deliveries SET state = ?2, ended_at = ?3, owner = '', again_at = 0, is_behind = 0, "
      "leased_until = NULL WHERE id IN :ids");
  static const PerEngine bring_up = with_ids(
      "UPDATE deliveries SET is_behind = 0 WHERE id IN (SELECT min(o.id) FROM deliveries e "
      "JOIN deliveries o ON o.site_id = e.site_id AND o.subject = e.subject "
      "AND o.target = e.target AND o.state < 2 AND o.subject <> '' "
      "WHERE e.id IN :ids AND e.subject <> '' "
      "GROUP BY e.site_id, e.subject, e.target HAVING min(o.is_behind) = 1)");
  if (ids.empty()) return;
  const std::string list = id_list(db, ids);
  db.run(end.in(db), list, static_cast<int>(state), now);
  db.run(bring_up.in(db), list);
}

DeliveryState end_of_withdrawn(std::int64_t is_withdrawn) {
  constexpr std::int64_t target_was_disabled = 2;
  return is_withdrawn == target_was_disabled ? DeliveryState::gave_up : DeliveryState::cancelled;
}

bool disable(Connection& db, SiteId site, std::string_view target, std::string_view why,
             Timestamp now) {
  db.run(
      "INSERT INTO target_state (site_id, target, tried_at, disabled_at, disabled_why) "
      "VALUES (?1, ?2, 0, ?3, ?4) ON CONFLICT (site_id, target) DO UPDATE SET "
      "disabled_at = excluded.disabled_at, disabled_why = excluded.disabled_why "
      "WHERE target_state.disabled_at IS NULL",
      site, target, now, why);
  const bool is_news = db.changes() > 0;
  // What is in flight ends by its own record.
  db.run(
      "UPDATE deliveries SET state = 3, ended_at = ?3, is_behind = 0 "
      "WHERE site_id = ?1 AND target = ?2 AND state < 2 AND leased_until IS NULL",
      site, target, now);
  db.run(
      "UPDATE deliveries SET is_withdrawn = 2 WHERE site_id = ?1 AND target = ?2 AND state < 2 "
      "AND is_withdrawn = 0",
      site, target);
  if (is_news) count_target_change(db, site);
  return is_news;
}

void count_target_change(Connection& db, SiteId site) {
  db.run(
      "INSERT INTO site_state (site_id, targets_version) VALUES (?1, 1) ON CONFLICT (site_id) "
      "DO UPDATE SET targets_version = site_state.targets_version + 1",
      site);
}

}  // namespace sosik::sql
