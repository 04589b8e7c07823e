#include "post_trace.hpp"

#include "entry_rows.hpp"
#include "ledger_rows.hpp"
#include "sql_store.hpp"

namespace sosik::sql {
namespace {

std::vector<FeedPlace> places_of(Connection& db, SiteId site, std::string_view post_id) {
  Query q = db.query(
      "SELECT s.feed_key, (SELECT count(*) FROM feed_entries o WHERE o.site_id = f.site_id "
      "AND o.fold = f.fold AND (o.published_at, o.sequence) >= (f.published_at, f.sequence)), "
      "s.members FROM feed_entries f "
      "JOIN feeds s ON s.site_id = f.site_id AND s.fold = f.fold "
      "WHERE f.site_id = ?1 AND f.post_id = ?2 ORDER BY s.feed_key",
      site, post_id);
  std::vector<FeedPlace> places;
  while (q.next()) places.push_back({q.text(0), q.integer(1), q.integer(2)});
  return places;
}

std::vector<Event> events_of(Connection& db, SiteId site, std::string_view post_id) {
  Query q = db.query(
      "SELECT number, event_id, kind, subject, revision, at, is_quiet, data FROM events "
      "WHERE site_id = ?1 AND subject = ?2 AND kind <> ?3 ORDER BY number",
      site, post_id, static_cast<int>(EventKind::feed_changed));
  std::vector<Event> events;
  while (q.next()) events.push_back(event_from(q, site));
  return events;
}

std::vector<Delivery> deliveries_of(Connection& db, SiteId site, std::string_view post_id) {
  static const std::string sql = select_deliveries(
      "WHERE d.site_id = ?1 AND d.event_number IN (SELECT number FROM events WHERE site_id = ?1 "
      "AND subject = ?2) AND d.event_number > 0 AND d.subject <> '' ORDER BY d.id");
  Query q = db.query(sql, site, post_id);
  std::vector<Delivery> deliveries;
  while (q.next()) deliveries.push_back(delivery_from(q));
  return deliveries;
}

}  // namespace

std::vector<HeldBackFrom> held_back_from(Connection& db, SiteId site, std::string_view post_id) {
  Query q = db.query(
      "SELECT f.feed_key, h.format, h.reason FROM held_entries h "
      "JOIN entries e ON e.site_id = h.site_id AND e.post_id = h.post_id "
      "AND e.revision = h.revision AND e.is_shown = 1 "
      "JOIN feeds f ON f.site_id = h.site_id AND f.fold = h.fold "
      "WHERE h.site_id = ?1 AND h.post_id = ?2 ORDER BY f.feed_key, h.format",
      site, post_id);
  std::vector<HeldBackFrom> list;
  while (q.next()) {
    const auto format = q.integer(1);
    if (format < 0 || format >= static_cast<std::int64_t>(format_count)) continue;
    list.push_back({q.text(0), static_cast<Format>(format), q.text(2)});
  }
  return list;
}

Result<std::string> SqlStore::find_any_post(SiteId site, std::string_view text) {
  if (auto found = find_post(site, text); found || found.error().code != Errc::not_found)
    return found;
  return guarded([&]() -> Result<std::string> {
    Query q = db_.query(
        "SELECT post_id, 0 AS rank FROM entries WHERE site_id = ?1 AND entry_id = ?2 "
        "UNION ALL SELECT post_id, 1 FROM entries WHERE site_id = ?1 AND post_id = ?2 "
        "UNION ALL SELECT post_id, 2 FROM posts WHERE site_id = ?1 AND url = ?2 AND url <> '' "
        "UNION ALL SELECT subject, 3 FROM events WHERE site_id = ?1 AND subject = ?2 AND kind <> "
        "?3 "
        "ORDER BY rank LIMIT 1",
        site, text, static_cast<int>(EventKind::feed_changed));
    if (!q.next()) return not_found("there is no post '" + std::string(text) + "'");
    return q.text(0);
  });
}

Result<PostTrace> SqlStore::trace_post(SiteId site, std::string_view post_id) {
  return guarded([&] {
    Transaction transaction(db_, Access::read);
    PostTrace trace;
    trace.is_dirty =
        db_.exists("SELECT 1 FROM dirty_posts WHERE site_id = ?1 AND post_id = ?2", site, post_id);
    {
      Query q = db_.query(
          "SELECT post_id, entry_id, sequence, revision, is_shown, held_back, slug, published_at, "
          "updated_at, changed_at, shown_hash, body_hash, doc FROM entries "
          "WHERE site_id = ?1 AND post_id = ?2",
          site, post_id);
      if (q.next()) {
        EntryRecord record = record_or_rest_from(q, trace.is_damaged);
        // One that is not shown has no document of its own.
        trace.is_damaged = trace.is_damaged && record.is_shown;
        trace.is_shown = record.is_shown;
        trace.entry = std::move(record.entry);
      }
    }
    trace.places = places_of(db_, site, post_id);
    trace.held_back_from = held_back_from(db_, site, post_id);
    trace.events = events_of(db_, site, post_id);
    trace.deliveries = deliveries_of(db_, site, post_id);
    transaction.commit();
    return trace;
  });
}

}  // namespace sosik::sql
