// Working deliveries off. A claim is a lease with a fence: when it ends, the delivery is due again,
// and what a late worker then reports is refused (N-203).
#include <algorithm>
#include <nlohmann/json.hpp>

#include "ledger_rows.hpp"
#include "sqlite_store.hpp"

namespace sosik::sqlite {
namespace {

constexpr std::size_t longest_kept_detail = 1000;  // bytes; the publisher cuts before

// A JSON array: SQLite makes an index of it, so that passing by costs the same for one name and for
// ten thousand.
std::string as_array(std::span<const std::string> names) {
  const std::vector<std::string> list(names.begin(), names.end());
  return nlohmann::json(list).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// H-178: what others are about to fetch must have left the CDN. `after` is the beginning of the
// time in which a purge goes before.
bool is_purging(Connection& db, Timestamp after) {
  return db.exists(
      "SELECT 1 FROM deliveries WHERE state < 2 AND kind = 7 AND created_at >= ?1 LIMIT 1", after);
}

// The ids of what is due, oldest first. While CDNs are purged, only purges and what has waited long
// enough for them: new purges may follow for as long as a CDN is down.
std::vector<std::int64_t> due_ids(Connection& db, Timestamp now, std::size_t max,
                                  const std::string& skipped) {
  const bool only_purges = is_purging(db, now - purge_precedence);
  const Timestamp has_waited = now - purge_precedence;
  std::vector<std::int64_t> ids;
  {
    Query q = db.query(
        "SELECT id FROM deliveries WHERE state < 2 AND is_behind = 0 AND next_at <= ?1 "
        "AND (NOT ?2 OR kind = 7 OR next_at <= ?5) "
        "AND target NOT IN (SELECT value FROM json_each(?3)) "
        "ORDER BY next_at LIMIT ?4",
        now, only_purges, skipped, max, has_waited);
    while (q.next()) ids.push_back(q.integer(0));
  }
  // Written by a clock that has been set back since (N-214). Apart from the above: with OR the
  // index would be walked from end to end.
  if (ids.size() < max) {
    Query q = db.query(
        "SELECT id FROM deliveries WHERE state < 2 AND is_behind = 0 AND next_at > ?1 "
        "AND (NOT ?2 OR kind = 7) "
        "AND target NOT IN (SELECT value FROM json_each(?3)) "
        "ORDER BY next_at LIMIT ?4",
        now + longest_delivery_wait, only_purges, skipped, max - ids.size());
    while (q.next()) ids.push_back(q.integer(0));
  }
  return ids;
}

// While purges go before: a purge when it is due, others when they have waited long enough or the
// newest purge is too old.
std::optional<Timestamp> next_beside_purges(Connection& db) {
  const auto purge = db.maybe_integer(
      "SELECT min(next_at) FROM deliveries WHERE state < 2 AND is_behind = 0 AND kind = 7");
  const auto other = db.maybe_integer(
      "SELECT next_at FROM deliveries WHERE state < 2 AND is_behind = 0 AND kind <> 7 "
      "ORDER BY next_at LIMIT 1");
  const auto newest =
      db.maybe_integer("SELECT max(created_at) FROM deliveries WHERE state < 2 AND kind = 7");
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
DeliveryState end_of_withdrawn(Connection& db, std::int64_t id) {
  return db.exists("SELECT 1 FROM deliveries WHERE id = ?1 AND is_withdrawn = 2", id)
             ? DeliveryState::gave_up
             : DeliveryState::cancelled;
}

void claim(Connection& db, std::int64_t id, std::string_view owner, Timestamp now,
           Timestamp lease_end, std::vector<Delivery>& claimed) {
  static const std::string select = select_deliveries("WHERE d.id = ?1", true);
  const auto due_at = db.maybe_integer("SELECT next_at FROM deliveries WHERE id = ?1", id);
  db.run(
      "UPDATE deliveries SET state = 1, owner = ?2, fence = fence + 1, attempts = attempts + 1, "
      "tries = tries + 1, next_at = ?3, again_at = 0 WHERE id = ?1 AND is_withdrawn = 0",
      id, owner, lease_end);
  if (db.changes() == 0) {  // its worker died before it could say that it ended
    end_delivery(db, id, end_of_withdrawn(db, id), now);
    return;
  }
  Query q = db.query(select, id);
  if (!q.next()) return;
  claimed.push_back(delivery_from(q, true));
  auto& delivery = claimed.back();
  if (due_at) delivery.due_at = from_unix_ms(*due_at);
  if (is_told_of_events(delivery.kind)) return;
  db.run(
      "INSERT INTO target_state (site_id, target, tried_at) VALUES (?1, ?2, ?3) "
      "ON CONFLICT (site_id, target) DO UPDATE SET tried_at = excluded.tried_at",
      delivery.site, delivery.target, now);
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
// nothing more (N-156, N-158). Is this such an attempt?
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
    disable(db, site, target, r.outcome.ends_target, now);
    return true;
  }
  if (r.attempt.number == 0 || r.outcome.state == DeliveryState::cancelled ||
      !is_told_of_events(kind))
    return false;
  db.run(
      "INSERT INTO target_state (site_id, target, tried_at, failing_since) VALUES (?1, ?2, ?3, ?3) "
      "ON CONFLICT (site_id, target) DO UPDATE SET tried_at = excluded.tried_at, failing_since = "
      "CASE WHEN ?4 OR failing_since IS NULL OR failing_since > excluded.failing_since "
      "THEN excluded.failing_since ELSE failing_since END",
      site, target, r.attempt.at, was_left_alone(db, site, target, r));
  const auto since = db.maybe_integer(
      "SELECT failing_since FROM target_state WHERE site_id = ?1 AND target = ?2", site, target);
  if (!since || now - from_unix_ms(*since) < disable_after) return false;
  disable(db, site, target,
          "it has failed for " + std::to_string(disable_after.count()) +
              " hours without a success; the last time: " + r.attempt.error_class,
          now);
  return true;
}

// N-156. What comes up later asks for it, too.
void make_wait(Connection& db, SiteId site, const std::string& target, Timestamp until) {
  db.run(
      "INSERT INTO target_state (site_id, target, tried_at, waits_until) VALUES (?1, ?2, 0, ?3) "
      "ON CONFLICT (site_id, target) DO UPDATE SET waits_until = excluded.waits_until",
      site, target, until);
  db.run(
      "UPDATE deliveries SET next_at = ?3 "
      "WHERE site_id = ?1 AND target = ?2 AND state < 2 AND state = 0 AND next_at < ?3",
      site, target, until);
}

Recorded record(Connection& db, const AttemptRecord& r, Timestamp now,
                std::chrono::hours disable_after) {
  DeliveryState state = r.outcome.state;
  Timestamp next_at = r.outcome.next_at;
  bool starts_anew = false;
  SiteId site = 0;
  std::string target;
  TargetKind kind{};
  {
    Query q = db.query(
        "SELECT revision, again_at, is_withdrawn, site_id, target, kind FROM deliveries "
        "WHERE id = ?1 AND state = 1 AND fence = ?2",
        r.delivery, r.fence);
    if (!q.next()) return Recorded::no;
    const bool is_withdrawn = q.integer(2) != 0;
    const bool has_newer = q.integer(0) > r.revision;
    site = q.integer(3);
    target = q.text(4);
    kind = static_cast<TargetKind>(q.integer(5));
    if (is_withdrawn && state == DeliveryState::pending) state = end_of_withdrawn(db, r.delivery);
    // The party knows the old revision, or does not; the newer one is owed all the same (N-068,
    // N-069).
    if (!is_withdrawn && has_newer && state != DeliveryState::cancelled) {
      next_at = state == DeliveryState::pending ? std::min(next_at, q.time(1)) : q.time(1);
      state = DeliveryState::pending;
      starts_anew = true;
    }
  }
  if (r.attempt.number > 0) insert_attempt(db, r.delivery, r.attempt);
  const bool never_begun = r.attempt.number == 0;
  if (r.outcome.others_wait_until) make_wait(db, site, target, *r.outcome.others_wait_until);
  if (state == DeliveryState::pending) {
    db.run(
        "UPDATE deliveries SET state = 0, owner = '', again_at = 0, next_at = max(?2, "
        "coalesce((SELECT waits_until FROM target_state WHERE site_id = ?5 AND target = ?6), 0)), "
        "attempts = attempts - ?4, tries = iif(?3, 0, tries - ?4) WHERE id = ?1",
        r.delivery, next_at, starts_anew, never_begun, site, target);
  } else {
    if (never_begun)
      db.run("UPDATE deliveries SET attempts = attempts - 1, tries = tries - 1 WHERE id = ?1",
             r.delivery);
    end_delivery(db, r.delivery, state, now);
  }
  return judge_target(db, site, target, kind, r, now, disable_after) ? Recorded::target_is_disabled
                                                                     : Recorded::yes;
}

}  // namespace

Result<std::vector<Delivery>> SqliteStore::claim_deliveries(
    std::string_view owner, Timestamp now, std::chrono::seconds lease, std::size_t max,
    std::span<const std::string> skip_targets) {
  return guarded([&] {
    std::vector<Delivery> claimed;
    const std::string skipped = as_array(skip_targets);
    const auto due = [&](std::size_t most) { return due_ids(db_, now, most, skipped); };
    if (due(1).empty()) return claimed;  // without the write lock: mostly nothing is due
    Transaction transaction(db_, Access::write);
    for (const std::int64_t id : due(max)) claim(db_, id, owner, now, now + lease, claimed);
    transaction.commit();
    return claimed;
  });
}

Result<std::vector<Recorded>> SqliteStore::record_attempts(std::span<const AttemptRecord> records,
                                                           Timestamp now,
                                                           std::chrono::hours disable_after) {
  return guarded([&] {
    Transaction transaction(db_, Access::write);
    std::vector<Recorded> written;
    written.reserve(records.size());
    for (const auto& r : records) written.push_back(record(db_, r, now, disable_after));
    transaction.commit();
    return written;
  });
}

Result<std::optional<Timestamp>> SqliteStore::next_delivery_at(Timestamp now) {
  return guarded([&]() -> std::optional<Timestamp> {
    if (is_purging(db_, now - purge_precedence)) return next_beside_purges(db_);
    const auto at = db_.maybe_integer(
        "SELECT next_at FROM deliveries WHERE state < 2 AND is_behind = 0 ORDER BY next_at LIMIT "
        "1");
    if (!at) return std::nullopt;
    return from_unix_ms(*at);
  });
}

Result<std::int64_t> SqliteStore::confirm_deliveries(SiteId site, std::string_view target,
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
    Transaction transaction(db_, Access::write);
    db_.run(
        "UPDATE deliveries SET confirmed_at = ?5 WHERE site_id = ?1 AND topic = ?2 AND target = ?3 "
        "AND event_number = 0 AND revision <= ?4 AND attempts > 0 AND confirmed_at IS NULL",
        site, topic, target, revision, at);
    const auto confirmed = db_.changes();
    transaction.commit();
    return confirmed;
  });
}

}  // namespace sosik::sqlite
