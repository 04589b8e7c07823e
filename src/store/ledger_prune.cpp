// What keeps the ledger from growing for ever (N-207, N-210). What is open is never touched.
#include "ledger_rows.hpp"
#include "sql_store.hpp"

namespace sosik::sql {
namespace {

// Ended deliveries that are too old or too many, of all sites. In the order of ids, which is that
// of creation: behind the first that was created too late to have ended `before`, nothing can have.
// What is of the future does not count: the clock was set back.
std::vector<std::int64_t> ended_deliveries(Connection& db, Timestamp now, Timestamp before,
                                           std::int64_t last_id, std::size_t max_rows) {
  std::vector<std::int64_t> ids;
  std::int64_t reached = 0;
  for (bool has_more = true; has_more;) {
    has_more = false;
    Query q = db.query(
        "SELECT id, created_at, ended_at FROM deliveries WHERE id > ?1 ORDER BY id LIMIT ?2",
        reached, max_rows);
    while (q.next()) {
      reached = q.integer(0);
      const bool is_beyond = reached <= last_id;
      if (!is_beyond && q.time(1) >= before && q.time(1) <= now) return ids;
      has_more = true;
      const auto ended_at = q.maybe_time(2);
      if (!ended_at || (!is_beyond && *ended_at >= before)) continue;
      ids.push_back(reached);
      if (ids.size() == max_rows) return ids;
    }
  }
  return ids;
}

// Those that nobody has replayed, or dropped, since they were found.
std::vector<std::int64_t> still_ended(Connection& db, std::span<const std::int64_t> found,
                                      Timestamp before, std::int64_t last_id) {
  static const PerEngine sql = with_ids(
      "SELECT id FROM deliveries WHERE id IN :ids AND ended_at IS NOT NULL "
      "AND (id <= ?2 OR ended_at < ?3)");
  std::vector<std::int64_t> ids;
  for (Query q = db.query(sql.in(db), id_list(db, found), last_id, before); q.next();)
    ids.push_back(q.integer(0));
  return ids;
}

void drop_deliveries(Connection& db, std::span<const std::int64_t> ids) {
  // A recovery must not tell again what was told: the event may be kept for longer.
  static const PerEngine settle = with_ids(
      "UPDATE events SET is_settled = 1 WHERE is_settled = 0 AND (site_id, number) IN "
      "(SELECT site_id, event_number FROM deliveries WHERE id IN :ids AND event_number > 0)");
  static const PerEngine drop_attempts = with_ids("DELETE FROM attempts WHERE delivery_id IN :ids");
  static const PerEngine drop = with_ids("DELETE FROM deliveries WHERE id IN :ids");
  if (ids.empty()) return;
  const std::string list = id_list(db, ids);
  db.run(settle.in(db), list);
  db.run(drop_attempts.in(db), list);
  db.run(drop.in(db), list);
}

// Attempts of what is open for very long: a hub that is down while posts keep coming. They are
// among the oldest, where no more are looked at than may be dropped.
const std::string old_attempts =
    "FROM (SELECT delivery_id, number, at FROM attempts ORDER BY delivery_id, number LIMIT ?2) "
    "AS a WHERE at < ?1";

bool has_old_attempts(Connection& db, Timestamp before, std::size_t max_rows) {
  static const std::string sql = "SELECT 1 " + old_attempts + " LIMIT 1";
  return db.exists(sql, before, max_rows);
}

std::size_t drop_old_attempts(Connection& db, Timestamp before, std::size_t max_rows) {
  static const std::string sql =
      "DELETE FROM attempts WHERE (delivery_id, number) IN (SELECT delivery_id, number " +
      old_attempts + ")";
  db.run(sql, before, max_rows);
  return static_cast<std::size_t>(db.changes());
}

// What the late record of an attempt said of an endpoint that had been deleted by then. Its id is
// never given again, so that nobody would ever ask for it. Names in the configuration have no '_'.
const std::string stray_states =
    "FROM target_state WHERE site_id = ?1 AND substr(target, 1, 11) = 'webhook:ep_' "
    "AND NOT EXISTS (SELECT 1 FROM endpoints e "
    "WHERE e.site_id = ?1 AND e.endpoint_id = substr(target_state.target, 9))";

// Events beyond the limits (?2 a moment, ?3 a number) that no delivery carries.
const std::string old_events =
    "SELECT number FROM (SELECT number FROM events WHERE site_id = ?1 AND number <= ?3 "
    "UNION SELECT number FROM events WHERE site_id = ?1 AND at < ?2) AS e "
    "WHERE NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.site_id = ?1 "
    "AND d.event_number = e.number AND d.event_number > 0)";

}  // namespace

// Looked for without keeping anybody from working: mostly nothing is found, or another node, which
// does the same, has dropped it by the time that everybody waits for us.
Result<bool> SqlStore::prune_deliveries(Timestamp now, const LedgerLimits& limits,
                                        std::size_t max_rows) {
  return guarded([&] {
    const Timestamp before = now - limits.max_age;
    const auto last_id =
        db_.maybe_integer("SELECT max(id) FROM deliveries").value_or(0) - limits.max_deliveries;
    const auto found = ended_deliveries(db_, now, before, last_id, max_rows);
    if (found.empty() && !has_old_attempts(db_, before, max_rows)) return false;
    Transaction transaction(db_, Access::alone);
    drop_deliveries(db_, still_ended(db_, found, before, last_id));
    const std::size_t attempts = drop_old_attempts(db_, before, max_rows);
    transaction.commit();
    return found.size() >= max_rows || attempts >= max_rows;
  });
}

Result<std::vector<SiteId>> SqlStore::sites_with_events(SiteId after, std::size_t limit) {
  return guarded([&] {
    std::vector<SiteId> sites;
    while (sites.size() < limit) {
      const auto next =
          db_.maybe_integer("SELECT min(site_id) FROM events WHERE site_id > ?1", after);
      if (!next) break;
      sites.push_back(after = *next);
    }
    return sites;
  });
}

Result<bool> SqlStore::prune_events(SiteId site, Timestamp now, const LedgerLimits& limits,
                                    std::size_t max_rows) {
  static const std::string has_old = old_events + " LIMIT 1";
  static const std::string drop_old = "DELETE FROM events WHERE site_id = ?1 AND number IN (" +
                                      old_events + " ORDER BY number LIMIT ?4)";
  static const std::string has_stray = "SELECT 1 " + stray_states + " LIMIT 1";
  static const std::string drop_stray = "DELETE " + stray_states;
  return guarded([&] {
    const Timestamp before = now - limits.max_age;
    const auto last =
        db_.maybe_integer("SELECT max(number) FROM events WHERE site_id = ?1", site).value_or(0) -
        limits.max_events;
    if (!db_.exists(has_old, site, before, last) && !db_.exists(has_stray, site)) return false;
    Transaction transaction(db_, Access::alone);
    db_.run(drop_stray, site);
    db_.run(drop_old, site, before, last, max_rows);
    const bool has_more = static_cast<std::size_t>(db_.changes()) >= max_rows;
    transaction.commit();
    return has_more;
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
