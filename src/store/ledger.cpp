// Events, deliveries and attempts. A claim is a lease with a fence: when it ends, the delivery is
// due again, and what a late worker then reports is refused (N-203).
#include "ledger_rows.hpp"
#include "sqlite_store.hpp"

namespace sosik::sqlite {
namespace {

// The names between line ends, for a search in SQL.
std::string as_lines(std::span<const std::string> names) {
  std::string lines;
  for (const auto& name : names) lines += (lines.empty() ? "\n" : "") + name + "\n";
  return lines;
}

void claim(Connection& db, std::int64_t id, std::string_view owner, Timestamp now,
           Timestamp lease_end, std::vector<Delivery>& claimed) {
  db.run("UPDATE deliveries SET state = 4 WHERE id = ?1 AND is_withdrawn = 1", id);
  if (db.changes() != 0) return;
  db.run(
      "UPDATE deliveries SET state = 1, owner = ?2, fence = fence + 1, attempts = attempts + 1, "
      "next_at = ?3, again_at = 0 WHERE id = ?1",
      id, owner, lease_end);
  Query q = db.query(
      "SELECT id, site_id, kind, target, topic, revision, state, attempts, created_at, next_at, "
      "fence, event_type, event_at, event_data FROM deliveries WHERE id = ?1",
      id);
  if (!q.next()) return;
  claimed.push_back(delivery_from(q));
  db.run(
      "INSERT INTO target_state (site_id, target, tried_at) VALUES (?1, ?2, ?3) "
      "ON CONFLICT (site_id, target) DO UPDATE SET tried_at = excluded.tried_at",
      claimed.back().site, claimed.back().target, now);
}

void insert_attempt(Connection& db, std::int64_t delivery, const Attempt& a) {
  db.run(
      "INSERT INTO attempts (delivery_id, number, at, latency_ms, status, error_class, detail, "
      "response_body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
      delivery, a.number, a.at, static_cast<std::int64_t>(a.latency.count()), a.status,
      a.error_class, a.detail, a.response_body);
}

}  // namespace

Result<std::vector<Event>> SqliteStore::list_events(SiteId site, std::int64_t after,
                                                    std::size_t limit) {
  return guarded([&] {
    Query q = db_.query(
        "SELECT number, event_id, kind, subject, revision, at, is_quiet, data FROM events "
        "WHERE site_id = ?1 AND number > ?2 ORDER BY number LIMIT ?3",
        site, after, limit);
    std::vector<Event> list;
    while (q.next()) list.push_back(event_from(q, site));
    return list;
  });
}

Result<std::vector<Delivery>> SqliteStore::claim_deliveries(
    std::string_view owner, Timestamp now, std::chrono::seconds lease, std::size_t max,
    std::span<const std::string> skip_targets) {
  return guarded([&] {
    std::vector<Delivery> claimed;
    const Timestamp absurd = now + longest_delivery_wait;
    const std::string skipped = as_lines(skip_targets);
    // Asked first without the write lock: mostly nothing is due.
    if (!db_.exists("SELECT 1 FROM deliveries WHERE state < 2 AND next_at <= ?1 "
                    "AND instr(?2, char(10) || target || char(10)) = 0 LIMIT 1",
                    now, skipped) &&
        !db_.exists("SELECT 1 FROM deliveries WHERE state < 2 AND next_at > ?1 "
                    "AND instr(?2, char(10) || target || char(10)) = 0 LIMIT 1",
                    absurd, skipped))
      return claimed;
    Transaction transaction(db_, Access::write);
    std::vector<std::int64_t> due;
    {
      Query q = db_.query(
          "SELECT id FROM deliveries WHERE state < 2 AND next_at <= ?1 "
          "AND instr(?3, char(10) || target || char(10)) = 0 ORDER BY next_at LIMIT ?2",
          now, max, skipped);
      while (q.next()) due.push_back(q.integer(0));
    }
    // Apart from the above: with OR the index would be walked from end to end.
    if (due.size() < max) {
      Query q = db_.query(
          "SELECT id FROM deliveries WHERE state < 2 AND next_at > ?1 "
          "AND instr(?3, char(10) || target || char(10)) = 0 ORDER BY next_at LIMIT ?2",
          absurd, max - due.size(), skipped);
      while (q.next()) due.push_back(q.integer(0));
    }
    for (const std::int64_t id : due) claim(db_, id, owner, now, now + lease, claimed);
    transaction.commit();
    return claimed;
  });
}

Result<void> SqliteStore::record_attempt(const Delivery& delivery, const Attempt& attempt,
                                         const AttemptOutcome& outcome) {
  return guarded([&]() -> Result<void> {
    Transaction transaction(db_, Access::write);
    DeliveryState state = outcome.state;
    Timestamp next_at = outcome.next_at;
    bool starts_anew = false;
    {
      Query q = db_.query(
          "SELECT revision, again_at, is_withdrawn FROM deliveries "
          "WHERE id = ?1 AND state = 1 AND fence = ?2",
          delivery.id, delivery.fence);
      if (!q.next())
        return Error{Errc::conflict, "delivery " + std::to_string(delivery.id) +
                                         " was taken over by another worker; result not recorded"};
      const bool is_withdrawn = q.integer(2) != 0;
      const bool has_newer = q.integer(0) > delivery.revision;
      if (is_withdrawn && state == DeliveryState::pending) state = DeliveryState::cancelled;
      // The party knows the old revision, or was given up on for it; the newer one is owed all the
      // same (N-068, N-069).
      if (!is_withdrawn && has_newer &&
          (state == DeliveryState::delivered || state == DeliveryState::gave_up)) {
        state = DeliveryState::pending;
        next_at = q.time(1);
        starts_anew = true;
      }
    }
    if (attempt.number > 0) insert_attempt(db_, delivery.id, attempt);
    db_.run(
        "UPDATE deliveries SET state = ?2, next_at = ?3, owner = '', again_at = 0, "
        "attempts = iif(?4, 0, attempts - ?5) WHERE id = ?1",
        delivery.id, static_cast<int>(state), next_at, starts_anew, attempt.number == 0 ? 1 : 0);
    transaction.commit();
    return {};
  });
}

Result<std::optional<Timestamp>> SqliteStore::next_delivery_at() {
  return guarded([&]() -> std::optional<Timestamp> {
    const auto at = db_.maybe_integer(
        "SELECT next_at FROM deliveries WHERE state < 2 ORDER BY next_at LIMIT 1");
    if (!at) return std::nullopt;
    return from_unix_ms(*at);
  });
}

Result<std::vector<Delivery>> SqliteStore::list_deliveries(SiteId site,
                                                           const DeliveryFilter& filter) {
  return guarded([&] {
    std::optional<std::int64_t> state;
    if (filter.state) state = static_cast<std::int64_t>(*filter.state);
    Query q = db_.query(
        "SELECT id, site_id, kind, target, topic, revision, state, attempts, created_at, next_at, "
        "fence, event_type, event_at, event_data FROM deliveries "
        "WHERE site_id = ?1 AND (?2 IS NULL OR state = ?2) AND (?3 = '' OR target = ?3) "
        "ORDER BY id DESC LIMIT ?4",
        site, state, filter.target, filter.limit);
    std::vector<Delivery> list;
    while (q.next()) list.push_back(delivery_from(q));
    return list;
  });
}

Result<std::vector<Attempt>> SqliteStore::list_attempts(std::int64_t delivery) {
  return guarded([&] {
    Query q = db_.query(
        "SELECT number, at, latency_ms, status, error_class, detail, response_body FROM attempts "
        "WHERE delivery_id = ?1 ORDER BY id",
        delivery);
    std::vector<Attempt> list;
    while (q.next()) {
      Attempt a;
      a.delivery = delivery;
      a.number = static_cast<int>(q.integer(0));
      a.at = q.time(1);
      a.latency = std::chrono::milliseconds(q.integer(2));
      a.status = static_cast<int>(q.integer(3));
      a.error_class = q.text(4);
      a.detail = q.text(5);
      a.response_body = q.text(6);
      list.push_back(std::move(a));
    }
    return list;
  });
}

}  // namespace sosik::sqlite
