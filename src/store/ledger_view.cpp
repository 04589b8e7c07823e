// The ledger as the operator asks for it: what happened, who was told, what is owed; and replays.
#include <limits>

#include "ledger_rows.hpp"
#include "sql_store.hpp"

namespace sosik::sql {

Result<std::vector<Event>> SqlStore::list_events(SiteId site, std::int64_t after,
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

Result<std::int64_t> SqlStore::last_event_number(SiteId site) {
  return guarded([&] {
    return db_.maybe_integer("SELECT max(number) FROM events WHERE site_id = ?1", site).value_or(0);
  });
}

Result<std::int64_t> SqlStore::last_event_before(SiteId site, Timestamp at) {
  return guarded([&] {
    return db_
        .maybe_integer(
            "SELECT number FROM events WHERE site_id = ?1 AND at < ?2 ORDER BY at DESC, number "
            "DESC "
            "LIMIT 1",
            site, at)
        .value_or(0);
  });
}

Result<std::vector<Delivery>> SqlStore::list_deliveries(SiteId site, const DeliveryFilter& filter) {
  static const std::string by_id = select_deliveries(
      "WHERE d.site_id = ?1 AND (CAST(?2 AS BIGINT) IS NULL OR (d.state = ?2 AND (CAST(?10 AS "
      "BIGINT) IS NULL OR "
      "CASE WHEN d.leased_until IS NULL THEN 0 ELSE 1 END = ?10))) AND (CAST(?3 AS BIGINT) IS NULL "
      "OR d.kind = ?3) "
      "AND (?4 = '' OR d.target = ?4) AND (?5 = '' OR d.topic = ?5) AND (?6 = '' OR d.subject = "
      "?6) "
      "AND (CAST(?7 AS BIGINT) IS NULL OR d.created_at >= ?7) AND (CAST(?8 AS BIGINT) = 0 OR d.id "
      "< ?8) "
      "ORDER BY d.id DESC LIMIT ?9");
  // By the index where there is one for it: a post or a topic has few deliveries among millions.
  // The event knows the post as it was called then; what is open moves along with a post that is
  // renamed.
  static const std::string of_post = select_deliveries(
      "WHERE d.event_number IN (SELECT number FROM events WHERE site_id = ?1 AND subject = ?6) "
      "AND d.site_id = ?1 AND d.event_number > 0 AND d.subject <> '' "
      "AND (CAST(?2 AS BIGINT) IS NULL OR (d.state = ?2 AND (CAST(?10 AS BIGINT) IS NULL OR "
      "CASE WHEN d.leased_until IS NULL THEN 0 ELSE 1 END = ?10))) "
      "AND (CAST(?3 AS BIGINT) IS NULL OR d.kind = ?3) "
      "AND (?4 = '' OR d.target = ?4) AND (?5 = '' OR d.topic = ?5) "
      "AND (CAST(?7 AS BIGINT) IS NULL OR d.created_at >= ?7) AND (CAST(?8 AS BIGINT) = 0 OR d.id "
      "< ?8) "
      "ORDER BY d.id DESC LIMIT ?9");
  static const std::string of_topic = select_deliveries(
      "WHERE d.site_id = ?1 AND d.topic = ?5 AND d.event_number = 0 "
      "AND (CAST(?2 AS BIGINT) IS NULL OR (d.state = ?2 AND (CAST(?10 AS BIGINT) IS NULL OR "
      "CASE WHEN d.leased_until IS NULL THEN 0 ELSE 1 END = ?10))) "
      "AND (CAST(?3 AS BIGINT) IS NULL OR d.kind = ?3) "
      "AND (?4 = '' OR d.target = ?4) AND (?6 = '' OR d.subject = ?6) "
      "AND (CAST(?7 AS BIGINT) IS NULL OR d.created_at >= ?7) AND (CAST(?8 AS BIGINT) = 0 OR d.id "
      "< ?8) "
      "ORDER BY d.id DESC LIMIT ?9");
  return guarded([&] {
    std::optional<std::int64_t> state, kind;
    if (filter.state) state = static_cast<std::int64_t>(*filter.state);
    std::optional<bool> is_in_flight;  // of what is open
    if (state && *state < 2) {
      is_in_flight = *filter.state == DeliveryState::in_flight;
      state = 0;
    }
    if (filter.kind) kind = static_cast<std::int64_t>(*filter.kind);
    // A topic of events is an event's id, which has no index of its own: "evt_...".
    const bool is_topic = !filter.topic.empty() && filter.topic.find(':') != std::string::npos;
    const auto& sql = !filter.post_id.empty() ? of_post : is_topic ? of_topic : by_id;
    Query q = db_.query(sql, site, state, kind, filter.target, filter.topic, filter.post_id,
                        filter.since, filter.before_id, filter.limit, is_in_flight);
    std::vector<Delivery> list;
    while (q.next()) list.push_back(delivery_from(q));
    return list;
  });
}

Result<Delivery> SqlStore::read_delivery(SiteId site, std::int64_t id) {
  static const std::string sql = select_deliveries("WHERE d.id = ?2 AND d.site_id = ?1");
  return guarded([&]() -> Result<Delivery> {
    Query q = db_.query(sql, site, id);
    if (!q.next()) return not_found("there is no delivery " + std::to_string(id));
    return delivery_from(q);
  });
}

Result<std::vector<Attempt>> SqlStore::list_attempts(std::int64_t delivery) {
  return guarded([&] {
    Query q = db_.query(
        "SELECT number, at, latency_ms, status, error_class, detail, response_body FROM attempts "
        "WHERE delivery_id = ?1 ORDER BY number",
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

Result<std::int64_t> SqlStore::replay(SiteId site, const ReplaySelection& chosen, Timestamp now) {
  return guarded([&]() -> std::int64_t {
    Transaction transaction(db_, Access::alone);
    struct Found {
      std::int64_t id;
      std::string target, topic, subject;
      bool is_topic;
    };
    std::vector<Found> found;
    const bool is_by_number = chosen.first_id != 0 || chosen.last_id != 0;
    // A range of the primary key, so that a single one is found among a million.
    const auto last_id =
        chosen.last_id == 0 ? std::numeric_limits<std::int64_t>::max() : chosen.last_id;
    {
      Query q = db_.query(
          "SELECT id, target, topic, subject, event_number = 0 FROM deliveries d "
          "WHERE site_id = ?1 AND state >= 2 AND id BETWEEN ?2 AND ?3 "
          "AND (NOT ?4 OR state = 3) AND (CAST(?5 AS BIGINT) IS NULL OR ended_at >= ?5) "
          "AND (?6 = '' OR target = ?6) "
          "AND (?7 OR NOT EXISTS (SELECT 1 FROM events n JOIN events gone "
          "ON gone.site_id = n.site_id AND gone.subject = n.subject AND gone.number > n.number "
          "AND gone.kind IN (2, 3) WHERE n.site_id = d.site_id AND n.number = d.event_number "
          "AND n.kind IN (0, 1))) "
          "AND (event_number = 0 OR EXISTS (SELECT 1 FROM events e WHERE e.site_id = d.site_id "
          "AND e.number = d.event_number)) "
          "AND NOT EXISTS (SELECT 1 FROM target_state t WHERE t.site_id = d.site_id "
          "AND t.target = d.target AND t.disabled_at IS NOT NULL) ORDER BY id",
          site, chosen.first_id, last_id, chosen.only_failed, chosen.since, chosen.target,
          is_by_number);
      while (q.next())
        found.push_back({q.integer(0), q.text(1), q.text(2), q.text(3), q.integer(4) != 0});
    }
    std::int64_t count = 0;
    for (const auto& f : found) {
      if (f.is_topic &&
          db_.exists("SELECT 1 FROM deliveries WHERE site_id = ?1 AND target = ?2 AND topic = ?3 "
                     "AND state < 2 AND event_number = 0",
                     site, f.target, f.topic))
        continue;
      db_.run(
          "UPDATE deliveries SET state = 0, tries = 0, next_at = ?2, ended_at = NULL, "
          "confirmed_at = NULL, is_withdrawn = 0, is_behind = CASE WHEN subject <> '' "
          "AND EXISTS (SELECT 1 FROM deliveries o WHERE o.site_id = ?3 AND o.subject = ?4 "
          "AND o.target = ?5 AND o.state < 2 AND o.subject <> '') THEN 1 ELSE 0 END WHERE id = ?1",
          f.id, now, site, f.subject, f.target);
      ++count;
    }
    transaction.commit();
    return count;
  });
}

Result<std::vector<QueueDepth>> SqlStore::queue_depths(Timestamp now) {
  return guarded([&] {
    Transaction transaction(db_, Access::read);
    std::vector<QueueDepth> depths(std::size(target_kind_names));
    for (std::size_t k = 0; k < depths.size(); ++k) depths[k].kind = static_cast<TargetKind>(k);
    const auto of = [&](const Query& q) -> QueueDepth* {
      const auto kind = static_cast<std::size_t>(q.integer(0));
      return kind < depths.size() ? &depths[kind] : nullptr;
    };
    {
      Query q = db_.query("SELECT kind, count(*) FROM deliveries WHERE state < 2 GROUP BY kind");
      while (q.next())
        if (auto* depth = of(q)) depth->open = q.integer(1);
    }
    Query q = db_.query(
        "SELECT kind, count(*), min(next_at) FROM deliveries WHERE next_at <= ?1 AND state < 2 "
        "AND is_behind = 0 AND (leased_until IS NULL OR leased_until <= ?1) GROUP BY kind",
        now);
    while (q.next())
      if (auto* depth = of(q)) {
        depth->due = q.integer(1);
        depth->due_since = q.time(2);
      }
    return depths;
  });
}

}  // namespace sosik::sql
