#include "ledger_rows.hpp"

namespace sosik::sql {

std::string select_deliveries(std::string_view rest, bool with_content) {
  std::string sql = "SELECT ";
  sql.append(delivery_columns).append(with_content ? ", e.content" : "");
  sql.append(delivery_source).append(rest);
  return sql;
}

Delivery delivery_from(const Query& q, bool with_content) {
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
  if (q.is_null(17)) return d;
  d.event_type = to_string(static_cast<EventKind>(q.integer(17)));
  d.event_at = q.time(18);
  d.event_data = q.text(19);
  if (with_content) d.event_content = q.text(20);
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

void bring_up_next(Connection& db, SiteId site, std::string_view target, std::string_view subject) {
  if (subject.empty()) return;
  db.run(
      "UPDATE deliveries SET is_behind = 0 WHERE is_behind = 1 AND id = (SELECT min(id) FROM "
      "deliveries "
      "WHERE site_id = ?1 AND subject = ?2 AND target = ?3 AND state < 2 AND subject <> '') "
      "AND NOT EXISTS (SELECT 1 FROM deliveries WHERE site_id = ?1 AND subject = ?2 AND target = "
      "?3 "
      "AND state < 2 AND subject <> '' AND is_behind = 0)",
      site, subject, target);
}

void end_delivery(Connection& db, std::int64_t id, DeliveryState state, Timestamp now) {
  Query q = db.query(
      "UPDATE deliveries SET state = ?2, ended_at = ?3, owner = '', again_at = 0, is_behind = 0 "
      "WHERE id = ?1 RETURNING site_id, target, subject",
      id, static_cast<int>(state), now);
  if (!q.next()) return;
  const auto site = q.integer(0);
  const auto target = q.text(1), subject = q.text(2);
  q.next();
  bring_up_next(db, site, target, subject);
}

void disable(Connection& db, SiteId site, std::string_view target, std::string_view why,
             Timestamp now) {
  db.run(
      "INSERT INTO target_state (site_id, target, tried_at, disabled_at, disabled_why) "
      "VALUES (?1, ?2, 0, ?3, ?4) ON CONFLICT (site_id, target) DO UPDATE SET "
      "disabled_at = excluded.disabled_at, disabled_why = excluded.disabled_why "
      "WHERE target_state.disabled_at IS NULL",
      site, target, now, why);
  // What is in flight ends by its own record.
  db.run(
      "UPDATE deliveries SET state = 3, ended_at = ?3, is_behind = 0 "
      "WHERE site_id = ?1 AND target = ?2 AND state < 2 AND state = 0",
      site, target, now);
  db.run(
      "UPDATE deliveries SET is_withdrawn = 2 WHERE site_id = ?1 AND target = ?2 AND state < 2 "
      "AND is_withdrawn = 0",
      site, target);
  count_target_change(db, site);
}

void count_target_change(Connection& db, SiteId site) {
  db.run(
      "INSERT INTO site_state (site_id, targets_version) VALUES (?1, 1) ON CONFLICT (site_id) "
      "DO UPDATE SET targets_version = site_state.targets_version + 1",
      site);
}

}  // namespace sosik::sql
