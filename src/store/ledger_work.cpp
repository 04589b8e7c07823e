// Working deliveries off. A claim is a lease with a fence: when it ends, the delivery is due again,
// and what a late worker then reports is refused (N-203).
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "ledger_rows.hpp"
#include "sosik/base/digest.hpp"
#include "sql_store.hpp"

namespace sosik::sql {
namespace {

// A JSON array: SQLite makes an index of it, so that passing by costs the same for one name and for
// ten thousand.
std::string as_array(std::span<const std::string> names) {
  const std::vector<std::string> list(names.begin(), names.end());
  return nlohmann::json(list).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// A purge that has begun or may: a new one that only waits until every node has heard of its change
// holds nobody up, for what is owed with it waits as long. ?1 is now; `heard` is the parameter with
// the moment of which all nodes have heard by now.
std::string purge_under_way(std::string_view heard) {
  return std::string(
             "state < 2 AND kind = 7 AND (next_at <= ?1 OR tries > 0 OR leased_until IS NOT NULL "
             "OR created_at <= ")
      .append(heard)
      .append(") ");
}
Timestamp heard_of(const Connection& db, Timestamp now) { return now - time_to_hear(db); }

// H-178: what others are about to fetch must have left the CDN. One that another clock wrote would
// be young for as long as that was ahead.
bool is_purging(Connection& db, Timestamp now) {
  static const std::string sql = std::string("SELECT 1 FROM deliveries WHERE ")
                                     .append(purge_under_way("?4"))
                                     .append("AND created_at BETWEEN ?2 AND ?3 LIMIT 1");
  return db.exists(sql, now, now - purge_precedence, now + longest_delivery_wait,
                   heard_of(db, now));
}

struct Due {
  Delivery delivery;
  std::int64_t is_withdrawn = 0;
};

// Of what is due by `moment`: not leased (a lease or a moment that is further away than any can be
// was written by a clock that has been set back since, N-214), and while CDNs are purged only
// purges and what has waited long enough for them: new purges may follow for as long as a CDN is
// down. ?1 is now, ?2 the names of skipped targets, ?3 the longest that anything waits, ?4 since
// when purges go before, ?5 what all nodes have heard of.
PerEngine where_due(const std::string& moment) {
  const auto where = [&](std::string_view skipped) {
    return std::string("WHERE d.state < 2 AND d.is_behind = 0 AND ")
        .append(moment)
        .append(
            " AND (d.leased_until IS NULL OR d.leased_until > ?3 OR (d.leased_until <= ?1 "
            "AND (d.again_at <= ?1 OR d.again_at > ?3))) "
            "AND (d.kind = 7 OR d.next_at <= ?4 OR NOT EXISTS (SELECT 1 FROM deliveries WHERE ")
        .append(purge_under_way("?5"))
        .append(
            "AND created_at BETWEEN ?4 AND ?3)) "
            "AND d.target NOT IN (SELECT ")
        .append(skipped)
        .append(") ");
  };
  return {where("value FROM json_each(?2)"), where("json_array_elements_text(CAST(?2 AS JSON))")};
}

// Two questions: with OR the index would be walked from end to end.
const PerEngine& due_by_now() {
  static const PerEngine where = where_due("d.next_at <= ?1");
  return where;
}
const PerEngine& due_by_another_clock() {
  static const PerEngine where = where_due("d.next_at > ?3");
  return where;
}

// Is anything due?
bool has_due(Connection& db, Timestamp now, const std::string& skipped) {
  const auto sql = [](std::string_view by_now, std::string_view by_another_clock) {
    return std::string("SELECT 1 WHERE EXISTS (SELECT 1 FROM deliveries d ")
        .append(by_now)
        .append(") OR EXISTS (SELECT 1 FROM deliveries d ")
        .append(by_another_clock)
        .append(")");
  };
  static const PerEngine look = {sql(due_by_now().sqlite, due_by_another_clock().sqlite),
                                 sql(due_by_now().postgresql, due_by_another_clock().postgresql)};
  return db.exists(look.in(db), now, skipped, now + longest_delivery_wait, now - purge_precedence,
                   heard_of(db, now));
}

// Oldest first. It is kept for us: what one node claims another passes by.
PerEngine select_due(const PerEngine& where) {
  const auto select = [](const std::string& rest) {
    return select_deliveries(rest + "ORDER BY d.next_at LIMIT ?6", ", e.content, d.is_withdrawn");
  };
  return {select(where.sqlite), select(where.postgresql) + " FOR UPDATE OF d SKIP LOCKED"};
}

std::vector<Due> due(Connection& db, Timestamp now, std::size_t max, const std::string& skipped) {
  static const PerEngine by_now = select_due(due_by_now());
  static const PerEngine by_another_clock = select_due(due_by_another_clock());
  std::vector<Due> found;
  for (const PerEngine* sql : {&by_now, &by_another_clock}) {
    if (found.size() == max) break;
    Query q = db.query(sql->in(db), now, skipped, now + longest_delivery_wait,
                       now - purge_precedence, heard_of(db, now), max - found.size());
    while (q.next()) {
      found.push_back({delivery_from(q), q.integer(delivery_column_count + 1)});
      found.back().delivery.event_content = q.text(delivery_column_count);
    }
  }
  return found;
}

// While purges go before: a purge when it is due, others when they have waited long enough or the
// newest purge is too old.
std::optional<Timestamp> next_beside_purges(Connection& db, Timestamp now) {
  const auto purge = db.maybe_integer(
      "SELECT min(CASE WHEN leased_until IS NULL THEN next_at ELSE leased_until END) "
      "FROM deliveries WHERE state < 2 AND is_behind = 0 AND kind = 7");
  const auto other = db.maybe_integer(
      "SELECT next_at FROM deliveries WHERE state < 2 AND is_behind = 0 AND kind <> 7 "
      "AND leased_until IS NULL ORDER BY next_at LIMIT 1");
  static const std::string sql_newest = std::string("SELECT max(created_at) FROM deliveries WHERE ")
                                            .append(purge_under_way("?3"))
                                            .append("AND created_at <= ?2");
  const auto newest =
      db.maybe_integer(sql_newest, now, now + longest_delivery_wait, heard_of(db, now));
  std::optional<Timestamp> next;
  if (purge) next = from_unix_ms(*purge);
  if (!other) return next;
  const Timestamp due = from_unix_ms(*other);
  Timestamp at = due + purge_precedence;
  if (newest)
    at = std::min(at, from_unix_ms(*newest) + purge_precedence + std::chrono::milliseconds(1));
  at = std::max(at, due);
  return next ? std::min(*next, at) : at;
}

// What no two claims have in common: a failover gives the ids and fences of lost ones again.
std::string name_of_claim(std::string_view owner) {
  return std::string(owner) + '/' + hex(random_bytes(6));
}

// Marks them as claimed, in the store and here. When their targets were tried is written in the
// order of targets: two who claim at once wait for each other there, never in a circle.
void claim(Connection& db, std::span<Delivery> found, std::string_view owner, Timestamp now,
           Timestamp until) {
  static const PerEngine lease = with_ids(
      "UPDATE deliveries SET owner = ?2, fence = fence + 1, attempts = attempts + 1, "
      "tries = tries + 1, leased_until = ?3, again_at = 0 WHERE id IN :ids");
  static const PerEngine try_target = with_ids(
      "INSERT INTO target_state (site_id, target, tried_at) "
      "SELECT DISTINCT site_id, target, CAST(?2 AS BIGINT) FROM deliveries WHERE id IN :ids "
      "ORDER BY site_id, target "
      "ON CONFLICT (site_id, target) DO UPDATE SET tried_at = excluded.tried_at");
  std::vector<std::int64_t> ids, of_topics;
  for (Delivery& d : found) {
    ids.push_back(d.id);
    if (!is_told_of_events(d.kind)) of_topics.push_back(d.id);
    if (d.state == DeliveryState::pending) d.due_at = d.next_at;  // else when its lease was given
    d.state = DeliveryState::in_flight;
    d.next_at = until;
    d.owner = owner;
    ++d.fence;
    ++d.attempts;
    ++d.tries;
  }
  if (!ids.empty()) db.run(lease.in(db), id_list(db, ids), owner, until);
  if (!of_topics.empty()) db.run(try_target.in(db), id_list(db, of_topics), now);
}

}  // namespace

Result<std::vector<Delivery>> SqlStore::claim_deliveries(
    std::string_view owner, Timestamp now, std::chrono::seconds lease, std::size_t max,
    std::span<const std::string> skip_targets) {
  return guarded([&] {
    std::vector<Delivery> claimed;
    const std::string skipped = as_array(skip_targets);
    if (!was_more_due_ && !has_due(db_, now, skipped))
      return claimed;  // without the write lock: mostly so
    Transaction transaction(db_, Access::ledger);
    for (Due& found : due(db_, now, max, skipped)) {
      const std::int64_t id = found.delivery.id;
      if (found.is_withdrawn == 0)
        claimed.push_back(std::move(found.delivery));
      else  // its worker died before it could say that it ended
        end_deliveries(db_, std::span(&id, 1), end_of_withdrawn(found.is_withdrawn), now);
    }
    was_more_due_ = !claimed.empty() && claimed.size() == max;
    claim(db_, claimed, name_of_claim(owner), now, now + lease);
    transaction.commit();
    return claimed;
  });
}

Result<std::optional<Timestamp>> SqlStore::next_delivery_at(Timestamp now) {
  return guarded([&]() -> std::optional<Timestamp> {
    if (is_purging(db_, now)) return next_beside_purges(db_, now);
    // What is in flight has been due for longest: it is passed by until the first that is not.
    // PostgreSQL would send all that is open, so it does that by itself.
    static const PerEngine sql = {
        "SELECT next_at, max(leased_until, again_at) FROM deliveries WHERE state < 2 AND is_behind "
        "= 0 "
        "ORDER BY next_at",
        "WITH free AS (SELECT next_at FROM deliveries WHERE state < 2 AND is_behind = 0 "
        "AND leased_until IS NULL ORDER BY next_at LIMIT 1) "
        "SELECT min(at), NULL FROM (SELECT next_at AS at FROM free UNION ALL "
        "SELECT GREATEST(leased_until, again_at) FROM deliveries WHERE state < 2 AND is_behind = 0 "
        "AND leased_until IS NOT NULL AND next_at <= coalesce((SELECT next_at FROM free), "
        "9223372036854775807)) AS a HAVING count(*) > 0"};
    Query q = db_.query(sql.in(db_));
    std::optional<Timestamp> first;
    while (q.next()) {
      const bool is_free = q.is_null(1);
      const Timestamp at = q.time(is_free ? 0 : 1);
      if (!first || at < *first) first = at;
      if (is_free) break;
    }
    return first;
  });
}

Result<std::int64_t> SqlStore::confirm_deliveries(SiteId site, std::string_view target,
                                                  std::string_view topic, std::int64_t revision,
                                                  Timestamp at) {
  return guarded([&]() -> std::int64_t {
    // Asked first without the write lock: mostly there is nothing to confirm.
    if (!db_.exists(
            "SELECT 1 FROM deliveries WHERE site_id = ?1 AND topic = ?2 AND target = ?3 "
            "AND event_number = 0 AND revision <= ?4 AND attempts > 0 AND confirmed_at IS NULL "
            "LIMIT 1",
            site, topic, target, revision))
      return 0;
    // In the order of ids, as those who record lock them.
    static const PerEngine found = select_for_update(
        "SELECT id FROM deliveries WHERE site_id = ?1 AND topic = ?2 AND target = ?3 "
        "AND event_number = 0 AND revision <= ?4 AND attempts > 0 AND confirmed_at IS NULL "
        "ORDER BY id");
    static const PerEngine confirm =
        with_ids("UPDATE deliveries SET confirmed_at = ?2 WHERE id IN :ids");
    Transaction transaction(db_, Access::ledger);
    std::vector<std::int64_t> ids;
    for (Query q = db_.query(found.in(db_), site, topic, target, revision); q.next();)
      ids.push_back(q.integer(0));
    db_.run(confirm.in(db_), id_list(db_, ids), at);
    const auto confirmed = db_.changes();
    transaction.commit();
    return confirmed;
  });
}

}  // namespace sosik::sql
