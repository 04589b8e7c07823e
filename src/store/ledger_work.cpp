// Working deliveries off. A claim is a lease with a fence: when it ends, the delivery is due again,
// and what a late worker then reports is refused (N-203).
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "ledger_rows.hpp"
#include "sql_store.hpp"

namespace sosik::sql {
namespace {

constexpr std::size_t longest_kept_detail = 1000;  // bytes; the publisher cuts before

// A JSON array: SQLite makes an index of it, so that passing by costs the same for one name and for
// ten thousand.
std::string as_array(std::span<const std::string> names) {
  const std::vector<std::string> list(names.begin(), names.end());
  return nlohmann::json(list).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// H-178: what others are about to fetch must have left the CDN. One that another clock wrote would
// be young for as long as that was ahead.
bool is_purging(Connection& db, Timestamp now) {
  return db.exists(
      "SELECT 1 FROM deliveries WHERE state < 2 AND kind = 7 AND created_at BETWEEN ?1 AND ?2 "
      "LIMIT 1",
      now - purge_precedence, now + longest_delivery_wait);
}

// is_withdrawn of a delivery whose target was disabled while it was in flight.
constexpr std::int64_t target_was_disabled = 2;

struct Due {
  Delivery delivery;
  std::int64_t is_withdrawn = 0;
};

// Which of what is due; ?3 are the names of skipped targets. What one node claims another passes
// by.
struct DueSql {
  PerEngine look, claim;
};
DueSql select_due(const std::string& moment) {
  const auto select = [&](std::string_view skipped, std::string_view lock) {
    return select_deliveries(
        std::string("WHERE d.state < 2 AND d.is_behind = 0 AND ")
            .append(moment)
            .append(" AND (d.leased_until IS NULL OR d.leased_until <= ?1 OR d.leased_until > ?6) "
                    "AND (NOT ?2 OR d.kind = 7 OR d.next_at <= ?5) AND d.target NOT IN (SELECT ")
            .append(skipped)
            .append(") ORDER BY d.next_at LIMIT ?4")
            .append(lock),
        ", e.content, d.is_withdrawn");
  };
  const std::string sqlite = select("value FROM json_each(?3)", "");
  constexpr std::string_view skipped = "json_array_elements_text(CAST(?3 AS JSON))";
  return {{sqlite, select(skipped, "")}, {sqlite, select(skipped, " FOR UPDATE OF d SKIP LOCKED")}};
}

// What is due, oldest first. While CDNs are purged, only purges and what has waited long enough for
// them: new purges may follow for as long as a CDN is down. A lease or a moment that is further
// away than any can be was written by a clock that has been set back since (N-214). Inside of a
// transaction it is kept for us.
std::vector<Due> due(Connection& db, Timestamp now, std::size_t max, const std::string& skipped) {
  static const DueSql by_now = select_due("d.next_at <= ?1");
  // Apart from the above: with OR the index would be walked from end to end.
  static const DueSql by_another_clock = select_due("d.next_at > ?6");
  const bool only_purges = is_purging(db, now);
  std::vector<Due> found;
  for (const DueSql* sql : {&by_now, &by_another_clock}) {
    if (found.size() == max) break;
    Query q =
        db.query((db.in_transaction() ? sql->claim : sql->look).in(db), now, only_purges, skipped,
                 max - found.size(), now - purge_precedence, now + longest_delivery_wait);
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
  const auto newest = db.maybe_integer(
      "SELECT max(created_at) FROM deliveries WHERE state < 2 AND kind = 7 AND created_at <= ?1",
      now + longest_delivery_wait);
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

// What was recalled is settled; what its disabled target was not told is a dead letter, which a
// recovery finds.
DeliveryState end_of_withdrawn(std::int64_t is_withdrawn) {
  return is_withdrawn == target_was_disabled ? DeliveryState::gave_up : DeliveryState::cancelled;
}

// False when it ended instead.
bool claim(Connection& db, Due& found, std::string_view owner, Timestamp now, Timestamp until) {
  Delivery& d = found.delivery;
  if (found.is_withdrawn != 0) {  // its worker died before it could say that it ended
    end_delivery(db, {d.id, d.site, d.target, d.subject}, end_of_withdrawn(found.is_withdrawn),
                 now);
    return false;
  }
  db.run(
      "UPDATE deliveries SET owner = ?2, fence = fence + 1, attempts = attempts + 1, "
      "tries = tries + 1, leased_until = ?3, again_at = 0 WHERE id = ?1",
      d.id, owner, until);
  if (d.state == DeliveryState::pending) d.due_at = d.next_at;  // else when its lease was given
  d.state = DeliveryState::in_flight;
  d.next_at = until;
  ++d.fence;
  ++d.attempts;
  ++d.tries;
  if (!is_told_of_events(d.kind))
    db.run(
        "INSERT INTO target_state (site_id, target, tried_at) VALUES (?1, ?2, ?3) "
        "ON CONFLICT (site_id, target) DO UPDATE SET tried_at = excluded.tried_at",
        d.site, d.target, now);
  return true;
}

void insert_attempt(Connection& db, std::int64_t delivery, const Attempt& a) {
  db.run(
      "INSERT INTO attempts (delivery_id, number, at, latency_ms, status, error_class, detail, "
      "response_body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
      delivery, a.number, a.at, static_cast<std::int64_t>(a.latency.count()), a.status,
      a.error_class, std::string_view(a.detail).substr(0, longest_kept_detail), a.response_body);
}

// Was something owed to the target since its last failure, and not tried for longer than any wait
// is? Then no receiver failed all that time: nobody asked it, or a clock has jumped (N-214).
bool was_left_alone(Connection& db, SiteId site, const std::string& target,
                    const AttemptRecord& r) {
  const auto last = db.maybe_integer(
      "SELECT tried_at FROM target_state WHERE site_id = ?1 AND target = ?2 AND tried_at <> 0",
      site, target);
  if (!last || r.attempt.at - from_unix_ms(*last) <= longest_delivery_wait) return false;
  return db.exists("SELECT 1 FROM deliveries WHERE id = ?1 AND created_at <= ?2", r.delivery,
                   *last) ||
         db.exists(
             "SELECT 1 FROM deliveries WHERE site_id = ?1 AND target = ?2 AND state < 2 "
             "AND created_at <= ?3 LIMIT 1",
             site, target, *last);
}

// A target that is told of events and has failed for too long, or has said that it is gone, is owed
// nothing more (N-156, N-158). Is this the attempt that ends it?
bool judge_target(Connection& db, SiteId site, const std::string& target, TargetKind kind,
                  const AttemptRecord& r, Timestamp now, std::chrono::hours disable_after) {
  if (r.outcome.state == DeliveryState::delivered) {
    db.run(
        "UPDATE target_state SET failing_since = NULL WHERE site_id = ?1 AND target = ?2 "
        "AND failing_since IS NOT NULL",
        site, target);
    return false;
  }
  if (!r.outcome.ends_target.empty()) {
    return disable(db, site, target, r.outcome.ends_target, now);
  }
  if (r.attempt.number == 0 || r.outcome.state == DeliveryState::cancelled ||
      !is_told_of_events(kind))
    return false;
  db.run(
      "INSERT INTO target_state (site_id, target, tried_at, failing_since) VALUES (?1, ?2, ?3, ?3) "
      "ON CONFLICT (site_id, target) DO UPDATE SET tried_at = excluded.tried_at, failing_since = "
      "CASE WHEN ?4 OR target_state.failing_since IS NULL "
      "OR target_state.failing_since > excluded.failing_since "
      "THEN excluded.failing_since ELSE target_state.failing_since END",
      site, target, r.attempt.at, was_left_alone(db, site, target, r));
  const auto since = db.maybe_integer(
      "SELECT failing_since FROM target_state WHERE site_id = ?1 AND target = ?2", site, target);
  if (!since || now - from_unix_ms(*since) < disable_after) return false;
  return disable(db, site, target,
                 "it has failed for " + std::to_string(disable_after.count()) +
                     " hours without a success; the last time: " + r.attempt.error_class,
                 now);
}

// N-156. What comes up later asks for it, too. Of several answers that were under way together the
// longest wish counts, unless a clock that has been set back since wrote it.
void make_wait(Connection& db, SiteId site, const std::string& target, Timestamp until,
               Timestamp now) {
  db.run(
      "INSERT INTO target_state (site_id, target, tried_at, waits_until) VALUES (?1, ?2, 0, ?3) "
      "ON CONFLICT (site_id, target) DO UPDATE SET waits_until = excluded.waits_until "
      "WHERE target_state.waits_until < excluded.waits_until OR target_state.waits_until > ?4",
      site, target, until, now + longest_delivery_wait);
  db.run(
      "UPDATE deliveries SET next_at = ?3 "
      "WHERE site_id = ?1 AND target = ?2 AND state < 2 AND leased_until IS NULL "
      "AND next_at < ?3",
      site, target, until);
}

// To be tried again at `next_at`, or when the target has time again; not at a moment that another
// clock wrote, for what is so far away is due at once (due()), again and again. With `starts_anew`
// for a newer revision: its schedule begins anew.
void put_back(Connection& db, const OpenKey& key, Timestamp next_at, bool starts_anew,
              Timestamp now) {
  const Timestamp waits_until = from_unix_ms(
      db.maybe_integer("SELECT waits_until FROM target_state WHERE site_id = ?1 AND target = ?2 "
                       "AND waits_until <= ?3",
                       key.site, key.target, now + longest_delivery_wait)
          .value_or(0));
  db.run(
      "UPDATE deliveries SET owner = '', again_at = 0, leased_until = NULL, next_at = ?2, "
      "tries = CASE WHEN ?3 THEN 0 ELSE tries END WHERE id = ?1",
      key.id, std::max(next_at, waits_until), starts_anew);
}

Recorded record(Connection& db, const AttemptRecord& r, Timestamp now,
                std::chrono::hours disable_after) {
  DeliveryState state = r.outcome.state;
  Timestamp next_at = r.outcome.next_at;
  bool starts_anew = false;
  OpenKey key{.id = r.delivery, .site = 0, .target = {}, .subject = {}};
  TargetKind kind{};
  {
    static const PerEngine sql = select_for_update(
        "SELECT revision, again_at, is_withdrawn, site_id, target, subject, kind FROM deliveries "
        "WHERE id = ?1 AND state < 2 AND leased_until IS NOT NULL AND fence = ?2");
    Query q = db.query(sql.in(db), r.delivery, r.fence);
    if (!q.next()) return Recorded::no;
    const std::int64_t is_withdrawn = q.integer(2);
    const bool has_newer = q.integer(0) > r.revision;
    key.site = q.integer(3);
    key.target = q.text(4);
    key.subject = q.text(5);
    kind = static_cast<TargetKind>(q.integer(6));
    if (is_withdrawn != 0 && state == DeliveryState::pending)
      state = end_of_withdrawn(is_withdrawn);
    // The party knows the old revision, or does not; the newer one is owed all the same (N-068,
    // N-069).
    if (is_withdrawn == 0 && has_newer && state != DeliveryState::cancelled) {
      next_at = state == DeliveryState::pending ? std::min(next_at, q.time(1)) : q.time(1);
      state = DeliveryState::pending;
      starts_anew = true;
    }
  }
  const bool never_begun = r.attempt.number == 0;
  if (!never_begun) insert_attempt(db, r.delivery, r.attempt);
  if (r.outcome.others_wait_until)
    make_wait(db, key.site, key.target, *r.outcome.others_wait_until, now);
  if (never_begun)
    db.run("UPDATE deliveries SET attempts = attempts - 1, tries = tries - 1 WHERE id = ?1",
           key.id);
  if (state == DeliveryState::pending)
    put_back(db, key, next_at, starts_anew, now);
  else
    end_delivery(db, key, state, now);
  return judge_target(db, key.site, key.target, kind, r, now, disable_after)
             ? Recorded::target_is_disabled
             : Recorded::yes;
}

}  // namespace

Result<std::vector<Delivery>> SqlStore::claim_deliveries(
    std::string_view owner, Timestamp now, std::chrono::seconds lease, std::size_t max,
    std::span<const std::string> skip_targets) {
  return guarded([&] {
    std::vector<Delivery> claimed;
    const std::string skipped = as_array(skip_targets);
    if (due(db_, now, 1, skipped).empty()) return claimed;  // without the write lock: mostly so
    Transaction transaction(db_, Access::ledger);
    for (Due& found : due(db_, now, max, skipped))
      if (claim(db_, found, owner, now, now + lease)) claimed.push_back(std::move(found.delivery));
    transaction.commit();
    return claimed;
  });
}

Result<std::vector<Recorded>> SqlStore::record_attempts(std::span<const AttemptRecord> records,
                                                        Timestamp now,
                                                        std::chrono::hours disable_after) {
  return guarded([&] {
    Transaction transaction(db_, Access::ledger);
    std::vector<Recorded> written;
    written.reserve(records.size());
    for (const auto& r : records) written.push_back(record(db_, r, now, disable_after));
    transaction.commit();
    return written;
  });
}

Result<std::optional<Timestamp>> SqlStore::next_delivery_at(Timestamp now) {
  return guarded([&]() -> std::optional<Timestamp> {
    if (is_purging(db_, now)) return next_beside_purges(db_, now);
    // What is in flight has been due for longest: it is passed by until the first that is not.
    // PostgreSQL would send all that is open, so it does that by itself.
    static const PerEngine sql = {
        "SELECT next_at, leased_until FROM deliveries WHERE state < 2 AND is_behind = 0 "
        "ORDER BY next_at",
        "WITH free AS (SELECT next_at FROM deliveries WHERE state < 2 AND is_behind = 0 "
        "AND leased_until IS NULL ORDER BY next_at LIMIT 1) "
        "SELECT min(at), NULL FROM (SELECT next_at AS at FROM free UNION ALL "
        "SELECT leased_until FROM deliveries WHERE state < 2 AND is_behind = 0 "
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
    Transaction transaction(db_, Access::ledger);
    db_.run(
        "UPDATE deliveries SET confirmed_at = ?5 WHERE site_id = ?1 AND topic = ?2 AND target = ?3 "
        "AND event_number = 0 AND revision <= ?4 AND attempts > 0 AND confirmed_at IS NULL",
        site, topic, target, revision, at);
    const auto confirmed = db_.changes();
    transaction.commit();
    return confirmed;
  });
}

}  // namespace sosik::sql
