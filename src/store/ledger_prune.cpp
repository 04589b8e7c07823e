// What keeps the ledger from growing for ever (N-207, N-210). What is open is never touched.
#include "ledger_rows.hpp"
#include "sql_store.hpp"

namespace sosik::sql {
namespace {

// Ended deliveries that are too old or too many. In the order of ids, which is that of creation:
// behind the first that was created too late to have ended `before`, nothing can have. What is of
// the future does not count: the clock was set back.
std::vector<std::int64_t> ended_deliveries(Connection& db, SiteId site, Timestamp now,
                                           Timestamp before, std::int64_t last_id,
                                           std::size_t max_rows) {
  std::vector<std::int64_t> ids;
  std::int64_t reached = 0;
  for (bool has_more = true; has_more;) {
    has_more = false;
    Query q = db.query(
        "SELECT id, created_at, ended_at, site_id FROM deliveries WHERE id > ?1 ORDER BY id "
        "LIMIT ?2",
        reached, max_rows);
    while (q.next()) {
      reached = q.integer(0);
      const bool is_beyond = reached <= last_id;
      if (!is_beyond && q.time(1) >= before && q.time(1) <= now) return ids;
      has_more = true;
      const auto ended_at = q.maybe_time(2);
      if (q.integer(3) != site || !ended_at || (!is_beyond && *ended_at >= before)) continue;
      ids.push_back(reached);
      if (ids.size() == max_rows) return ids;
    }
  }
  return ids;
}

void prune_deliveries(Connection& db, SiteId site, Timestamp now, Timestamp before,
                      std::int64_t last_id, std::size_t max_rows, std::size_t& dropped) {
  // A recovery must not tell again what was told: the event may be kept for longer.
  static const PerEngine settle = with_ids(
      "UPDATE events SET is_settled = 1 WHERE site_id = ?2 AND is_settled = 0 AND number IN "
      "(SELECT event_number FROM deliveries WHERE id IN :ids AND event_number > 0)");
  static const PerEngine drop_attempts = with_ids("DELETE FROM attempts WHERE delivery_id IN :ids");
  static const PerEngine drop = with_ids("DELETE FROM deliveries WHERE id IN :ids");
  const auto ids = ended_deliveries(db, site, now, before, last_id, max_rows);
  if (ids.empty()) return;
  const std::string list = id_list(db, ids);
  db.run(settle.in(db), list, site);
  db.run(drop_attempts.in(db), list);
  db.run(drop.in(db), list);
  dropped += ids.size();
}

// Of what is open for very long: a hub that is down while posts keep coming.
void prune_attempts(Connection& db, Timestamp before, std::size_t max_rows, std::size_t& dropped) {
  db.run(
      "DELETE FROM attempts WHERE (delivery_id, number) IN (SELECT delivery_id, number FROM "
      "(SELECT delivery_id, number, at FROM attempts ORDER BY delivery_id, number LIMIT ?2) AS a "
      "WHERE at < ?1)",
      before, max_rows);
  dropped += static_cast<std::size_t>(db.changes());
}

// What the late record of an attempt said of an endpoint that had been deleted by then. Its id is
// never given again, so that nobody would ever ask for it. Names in the configuration have no '_'.
void prune_target_states(Connection& db, SiteId site) {
  db.run(
      "DELETE FROM target_state WHERE site_id = ?1 AND substr(target, 1, 11) = 'webhook:ep_' "
      "AND NOT EXISTS (SELECT 1 FROM endpoints e "
      "WHERE e.site_id = ?1 AND e.endpoint_id = substr(target_state.target, 9))",
      site);
}

// Only those that no delivery carries.
void prune_events(Connection& db, SiteId site, Timestamp before, std::int64_t max_events,
                  std::size_t max_rows, std::size_t& dropped) {
  const auto last =
      db.maybe_integer("SELECT max(number) FROM events WHERE site_id = ?1", site).value_or(0);
  db.run(
      "DELETE FROM events WHERE site_id = ?1 AND number IN (SELECT number FROM (SELECT number "
      "FROM events WHERE site_id = ?1 AND number <= ?3 UNION SELECT number FROM events "
      "WHERE site_id = ?1 AND at < ?2) AS e WHERE NOT EXISTS (SELECT 1 "
      "FROM deliveries d WHERE d.site_id = ?1 AND d.event_number = e.number "
      "AND d.event_number > 0) ORDER BY number LIMIT ?4)",
      site, before, last - max_events, max_rows);
  dropped += static_cast<std::size_t>(db.changes());
}

}  // namespace

Result<bool> SqlStore::prune(SiteId site, Timestamp now, const LedgerLimits& limits,
                             std::size_t max_rows) {
  return guarded([&] {
    const Timestamp before = now - limits.max_age;
    const auto newest = db_.maybe_integer("SELECT max(id) FROM deliveries").value_or(0);
    std::size_t dropped = 0;
    Transaction transaction(db_, Access::alone);
    prune_deliveries(db_, site, now, before, newest - limits.max_deliveries, max_rows, dropped);
    prune_attempts(db_, before, max_rows, dropped);
    prune_target_states(db_, site);
    prune_events(db_, site, before, limits.max_events, max_rows, dropped);
    transaction.commit();
    return dropped >= max_rows;
  });
}

Result<std::vector<std::string>> SqlStore::disable_overfull_targets(SiteId site,
                                                                    std::int64_t max_backlog,
                                                                    Timestamp now) {
  return guarded([&] {
    std::vector<std::string> overfull;
    {
      Query q = db_.query(
          "SELECT target, min(kind) FROM deliveries WHERE site_id = ?1 AND state < 2 GROUP BY "
          "target "
          "HAVING count(*) > ?2",
          site, max_backlog);
      while (q.next())
        if (is_told_of_events(static_cast<TargetKind>(q.integer(1)))) overfull.push_back(q.text(0));
    }
    if (overfull.empty()) return overfull;
    Transaction transaction(db_, Access::alone);
    for (const auto& target : overfull)
      disable(db_, site, target,
              "more than " + std::to_string(max_backlog) + " deliveries were waiting for it", now);
    transaction.commit();
    return overfull;
  });
}

}  // namespace sosik::sql
