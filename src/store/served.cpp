// What is served: feeds and pages, read from what the step recorded, never from `posts`.
#include "entry_rows.hpp"
#include "sqlite_store.hpp"

namespace sosik::sqlite {
namespace {

FeedState state_of(Connection& db, SiteId site, std::string_view key) {
  Query q = db.query(
      "SELECT feed_key, label, revision, changed_at, definition_hash, format_version, total, "
      "filter_hash, members FROM feeds WHERE site_id = ?1 AND fold = ?2",
      site, feed_fold(key));
  if (!q.next()) throw Failure(not_found("there is no feed '" + std::string(key) + "'"));
  return feed_from(q).state;
}

std::vector<Entry> newest_entries(Connection& db, SiteId site, std::string_view fold,
                                  std::size_t limit) {
  Query q = db.query(
      "SELECT e.post_id, e.entry_id, e.sequence, e.revision, e.is_shown, e.held_back, e.slug, "
      "e.published_at, e.updated_at, e.changed_at, e.shown_hash, e.body_hash, e.doc, b.html "
      "FROM feed_entries f "
      "JOIN entries e ON e.site_id = f.site_id AND e.post_id = f.post_id AND e.is_shown = 1 "
      "LEFT JOIN bodies b ON b.site_id = e.site_id AND b.body_hash = e.body_hash "
      "WHERE f.site_id = ?1 AND f.fold = ?2 "
      "ORDER BY f.published_at DESC, f.sequence DESC LIMIT ?3",
      site, fold, limit);
  std::vector<Entry> entries;
  while (q.next()) {
    Entry entry = record_from(q, db.file()).entry;
    entry.content_html = q.text(13);
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace

Result<FeedState> SqliteStore::feed_state(SiteId site, std::string_view key) {
  return guarded([&] { return state_of(db_, site, key); });
}

Result<StoredFeed> SqliteStore::read_feed(SiteId site, std::string_view key, std::size_t limit) {
  return guarded([&] {
    Transaction transaction(db_, Access::read);
    StoredFeed feed;
    feed.state = state_of(db_, site, key);
    feed.entries = newest_entries(db_, site, feed_fold(key), limit);
    transaction.commit();
    return feed;
  });
}

Result<std::vector<FeedState>> SqliteStore::list_feeds(SiteId site) {
  return guarded([&] {
    Query q = db_.query(
        "SELECT feed_key, label, revision, changed_at, definition_hash, format_version, total, "
        "filter_hash, members FROM feeds WHERE site_id = ?1 ORDER BY feed_key",
        site);
    std::vector<FeedState> list;
    while (q.next()) list.push_back(feed_from(q).state);
    return list;
  });
}

Result<std::vector<DocumentTag>> SqliteStore::read_tags(SiteId, std::string_view) {
  return std::vector<DocumentTag>{};
}

Result<void> SqliteStore::remember_tags(SiteId, std::span<const DocumentTag>) { return {}; }

Result<Entry> SqliteStore::read_entry_by_slug(SiteId site, std::string_view slug) {
  return guarded([&]() -> Result<Entry> {
    Query q = db_.query(
        "SELECT e.post_id, e.entry_id, e.sequence, e.revision, e.is_shown, e.held_back, e.slug, "
        "e.published_at, e.updated_at, e.changed_at, e.shown_hash, e.body_hash, e.doc, b.html "
        "FROM entries e "
        "LEFT JOIN bodies b ON b.site_id = e.site_id AND b.body_hash = e.body_hash "
        "WHERE e.site_id = ?1 AND e.slug = ?2 AND e.is_shown = 1 LIMIT 1",
        site, slug);
    if (!q.next()) return not_found("no shown post has the slug '" + std::string(slug) + "'");
    Entry entry = record_from(q, db_.file()).entry;
    entry.content_html = q.text(13);
    return entry;
  });
}

}  // namespace sosik::sqlite
