// The step's view of the store: recording events and what is owed for them.
#include "sqlite_store.hpp"

namespace sosik::sqlite {
namespace {

// Columns  id, state, attempts, revision, next_at, target, event_type.
OpenDelivery open_from(const Query& q) {
  return {.id = q.integer(0),
          .is_in_flight = q.integer(1) == 1,
          .attempts = static_cast<int>(q.integer(2)),
          .revision = q.integer(3),
          .next_at = q.time(4),
          .target = q.text(5),
          .event_type = q.text(6)};
}

}  // namespace

Result<void> SqliteStore::add_event(const Event& e) {
  return guarded([&] {
    db_.run(
        "INSERT INTO events (site_id, number, event_id, kind, subject, revision, at, is_quiet, "
        "data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        e.site, e.number, e.event_id, static_cast<int>(e.kind), e.subject, e.revision, e.at,
        e.is_quiet, e.data);
  });
}

Result<std::optional<OpenDelivery>> SqliteStore::open_delivery(SiteId site, std::string_view target,
                                                               std::string_view topic) {
  return guarded([&]() -> std::optional<OpenDelivery> {
    Query q = db_.query(
        "SELECT id, state, attempts, revision, next_at, target, event_type FROM deliveries "
        "WHERE site_id = ?1 AND target = ?2 AND topic = ?3 AND state < 2",
        site, target, topic);
    if (!q.next()) return std::nullopt;
    return open_from(q);
  });
}

Result<std::vector<OpenDelivery>> SqliteStore::open_deliveries_of(SiteId site,
                                                                  std::string_view post_id) {
  return guarded([&] {
    Query q = db_.query(
        "SELECT id, state, attempts, revision, next_at, target, event_type FROM deliveries "
        "WHERE site_id = ?1 AND subject = ?2 AND state < 2 AND subject <> '' ORDER BY id",
        site, post_id);
    std::vector<OpenDelivery> list;
    while (q.next()) list.push_back(open_from(q));
    return list;
  });
}

Result<void> SqliteStore::add_delivery(const Delivery& d, std::string_view post_id) {
  return guarded([&] {
    db_.run(
        "INSERT INTO deliveries (site_id, kind, target, topic, subject, revision, state, "
        "created_at, next_at, event_type, event_at, event_data) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8, ?9, ?10, ?11)",
        d.site, static_cast<int>(d.kind), d.target, d.topic, post_id, d.revision, d.created_at,
        d.next_at, d.event_type, d.event_at, d.event_data);
  });
}

Result<void> SqliteStore::raise_delivery(std::int64_t id, std::int64_t revision,
                                         Timestamp next_at) {
  return guarded([&] {
    db_.run(
        "UPDATE deliveries SET revision = ?2, attempts = 0, next_at = min(next_at, ?3) "
        "WHERE id = ?1 AND state = 0",
        id, revision, next_at);
    db_.run("UPDATE deliveries SET revision = ?2, again_at = ?3 WHERE id = ?1 AND state = 1", id,
            revision, next_at);
  });
}

Result<void> SqliteStore::withdraw_delivery(std::int64_t id) {
  return guarded([&] {
    db_.run("UPDATE deliveries SET state = 4 WHERE id = ?1 AND state = 0", id);
    db_.run("UPDATE deliveries SET is_withdrawn = 1 WHERE id = ?1 AND state = 1", id);
  });
}

Result<std::optional<Timestamp>> SqliteStore::tried_at(SiteId site, std::string_view target) {
  return guarded([&]() -> std::optional<Timestamp> {
    const auto at = db_.maybe_integer(
        "SELECT tried_at FROM target_state WHERE site_id = ?1 AND target = ?2", site, target);
    if (!at) return std::nullopt;
    return from_unix_ms(*at);
  });
}

}  // namespace sosik::sqlite
