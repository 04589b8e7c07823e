// What is served: feeds and pages, read from what the step recorded, never from `posts`.
#include "entry_rows.hpp"
#include "sosik/model/archive.hpp"
#include "sql_store.hpp"

namespace sosik::sql {
namespace {

FeedState state_of(Connection& db, SiteId site, std::string_view key) {
  static const std::string one = select_feeds("AND fold = ?2");
  Query q = db.query(one, site, feed_fold(key));
  if (!q.next()) throw Failure(not_found("there is no feed '" + std::string(key) + "'"));
  FeedRecord feed = feed_from(q);
  // A page whose posts have all gone is no page (H-207).
  if (feed.members == 0 && archive_page_of(feed.state.key))
    throw Failure(not_found("page of the archive has no posts"));
  return std::move(feed.state);
}

// Members of a feed with entry and body, newest first; `index` and `bound` say which of them.
std::string select_members(std::string_view index, std::string_view bound) {
  std::string sql =
      "SELECT e.post_id, e.entry_id, e.sequence, e.revision, e.is_shown, e.held_back, e.slug, "
      "e.published_at, e.updated_at, e.changed_at, e.shown_hash, e.body_hash, e.doc, b.html, "
      "f.number FROM feed_entries f ";
  return sql.append(index)
      .append(
          "JOIN entries e ON e.site_id = f.site_id AND e.post_id = f.post_id AND e.is_shown = 1 "
          "LEFT JOIN bodies b ON b.site_id = e.site_id AND b.body_hash = e.body_hash "
          "WHERE f.site_id = ?1 AND f.fold = ?2 ")
      .append(bound);
}

// The newest members of a feed, or all of a page of its archive.
void read_members(Connection& db, SiteId site, std::string_view key, std::size_t limit,
                  StoredFeed& feed) {
  static const std::string newest =
      select_members("", "ORDER BY f.published_at DESC, f.sequence DESC LIMIT ?3");
  static const std::string_view in_page =
      "AND f.number BETWEEN ?3 AND ?4 ORDER BY f.published_at DESC, f.sequence DESC";
  static const PerEngine of_page = {select_members("INDEXED BY feed_entries_by_number ", in_page),
                                    select_members("", in_page)};
  const auto archive = archive_page_of(key);
  const std::int64_t last = archive ? archive->page * archive_page_size : 0;
  Query q = archive ? db.query(of_page.in(db), site, feed_fold(archive->feed),
                               last - archive_page_size + 1, last)
                    : db.query(newest, site, feed_fold(key), limit);
  while (q.next()) {
    bool is_damaged = false;
    Entry entry = record_or_rest_from(q, is_damaged).entry;
    if (is_damaged) {
      feed.damaged.push_back(
          {entry.post_id, entry.revision, "the record of its entry is damaged", true});
      continue;
    }
    entry.content_html = q.text(13);
    entry.archive_page = page_of_number(q.integer(14));
    feed.entries.push_back(std::move(entry));
  }
}

std::vector<Tombstone> newest_tombstones(Connection& db, SiteId site, std::string_view fold) {
  Query q = db.query(
      "SELECT entry_id, at FROM feed_tombstones WHERE site_id = ?1 AND fold = ?2 "
      "ORDER BY at DESC, entry_id LIMIT ?3",
      site, fold, max_tombstones);
  std::vector<Tombstone> list;
  while (q.next()) list.push_back({q.text(0), from_unix_ms(q.integer(1) * 1000)});
  return list;
}

// Everything between "category/" and "category0", '0' being the character after '/'.
std::vector<FeedState> categories_with_members(Connection& db, SiteId site, std::size_t limit) {
  static const std::string categories = select_feeds(
      "AND fold > 'category/' AND fold < 'category0' AND members > 0 ORDER BY fold LIMIT ?2");
  Query q = db.query(categories, site, limit);
  std::vector<FeedState> list;
  while (q.next()) list.push_back(feed_from(q).state);
  return list;
}

constexpr std::chrono::milliseconds tags_patience{100};

// Of its feed's present revision, and not yet kept.
bool is_news(Connection& db, SiteId site, const DocumentTag& tag) {
  return db.exists(
      "SELECT 1 FROM feeds f WHERE f.site_id = ?1 AND f.fold = ?2 AND f.revision = ?4 "
      "AND NOT EXISTS (SELECT 1 FROM document_tags t WHERE t.site_id = f.site_id "
      "AND t.fold = f.fold AND t.format = ?3 AND t.revision = ?4 AND t.basis = ?5 "
      "AND t.etag_hash = ?6 AND t.size = ?7)",
      site, feed_fold(tag.key), static_cast<int>(tag.format), tag.revision, tag.basis,
      tag.etag_hash, tag.size);
}

// A damaged record is made again by the step: its post is marked as if somebody had written it.
void write_held_back(Connection& db, SiteId site, const DocumentTag& tag) {
  const std::string fold = feed_fold(tag.key);
  const int format = static_cast<int>(tag.format);
  db.run("DELETE FROM held_entries WHERE site_id = ?1 AND fold = ?2 AND format = ?3", site, fold,
         format);
  int position = 0;
  for (const auto& held : tag.held_back) {
    db.run(
        "INSERT INTO held_entries (site_id, fold, format, position, post_id, revision, reason) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        site, fold, format, position++, held.post_id, held.revision, held.reason);
    if (held.is_damaged)
      db.run("INSERT INTO touch (site_id, post_id) VALUES (?1, ?2)", site, held.post_id);
  }
}

// Looks at the revision again: a step may have been quicker than the write lock.
void write_tag(Connection& db, SiteId site, const DocumentTag& tag) {
  db.run(
      "INSERT INTO document_tags (site_id, fold, format, revision, basis, etag_hash, size) "
      "SELECT f.site_id, f.fold, ?3, ?4, ?5, ?6, ?7 FROM feeds f "
      "WHERE f.site_id = ?1 AND f.fold = ?2 AND f.revision = ?4 "
      "ON CONFLICT (site_id, fold, format) DO UPDATE SET revision = excluded.revision, "
      "basis = excluded.basis, etag_hash = excluded.etag_hash, size = excluded.size",
      site, feed_fold(tag.key), static_cast<int>(tag.format), tag.revision, tag.basis,
      tag.etag_hash, tag.size);
  if (db.changes() != 0) write_held_back(db, site, tag);
}

}  // namespace

Result<FeedState> SqlStore::feed_state(SiteId site, std::string_view key) {
  return guarded([&] { return state_of(db_, site, key); });
}

Result<StoredFeed> SqlStore::read_feed(SiteId site, std::string_view key, std::size_t limit) {
  return guarded([&] {
    Transaction transaction(db_, Access::read);
    StoredFeed feed;
    feed.state = state_of(db_, site, key);
    read_members(db_, site, feed.state.key, limit, feed);
    feed.tombstones = newest_tombstones(db_, site, feed_fold(key));
    transaction.commit();
    return feed;
  });
}

Result<std::vector<FeedState>> SqlStore::list_feeds(SiteId site) {
  return guarded([&] {
    // Behind the list of all posts, which is "", and the pages of archives, which begin with "\n".
    static const std::string all = select_feeds("AND fold > ?2 ORDER BY feed_key");
    Query q = db_.query(all, site, "\v");
    std::vector<FeedState> list;
    while (q.next()) list.push_back(feed_from(q).state);
    return list;
  });
}

Result<StoredFeedList> SqlStore::read_feed_list(SiteId site) {
  return guarded([&] {
    Transaction transaction(db_, Access::read);
    StoredFeedList list;
    list.state = state_of(db_, site, opml_key);
    list.categories = categories_with_members(db_, site, max_listed_categories);
    transaction.commit();
    return list;
  });
}

Result<std::vector<FeedState>> SqlStore::category_feeds(SiteId site, std::size_t limit) {
  return guarded([&] { return categories_with_members(db_, site, limit); });
}

Result<std::vector<DocumentTag>> SqlStore::read_tags(SiteId site, std::string_view key) {
  return guarded([&] {
    Query q = db_.query(
        "SELECT f.feed_key, t.format, t.revision, t.basis, t.etag_hash, t.size "
        "FROM feeds f JOIN document_tags t ON t.site_id = f.site_id AND t.fold = f.fold "
        "AND t.revision = f.revision "
        "WHERE f.site_id = ?1 AND f.fold = ?2 ORDER BY t.format",
        site, feed_fold(key));
    std::vector<DocumentTag> tags;
    while (q.next()) {
      const std::int64_t format = q.integer(1);
      if (format < 0 || format >= static_cast<std::int64_t>(format_count)) continue;
      tags.push_back({.key = q.text(0),
                      .format = static_cast<Format>(format),
                      .revision = q.integer(2),
                      .basis = q.text(3),
                      .etag_hash = q.text(4),
                      .size = q.integer(5)});
    }
    return tags;
  });
}

Result<void> SqlStore::remember_tags(SiteId site, std::span<const DocumentTag> tags) {
  return guarded([&] {
    // Asked first without the write lock: after a restart most are known.
    std::vector<const DocumentTag*> news;
    for (const DocumentTag& tag : tags)
      if (is_news(db_, site, tag)) news.push_back(&tag);
    if (news.empty()) return;
    const Impatience impatience(db_, tags_patience);
    Transaction transaction(db_, Access::write);
    for (const DocumentTag* tag : news) write_tag(db_, site, *tag);
    transaction.commit();
  });
}

Result<Entry> SqlStore::read_entry_by_slug(SiteId site, std::string_view slug) {
  return guarded([&]() -> Result<Entry> {
    Query q = db_.query(
        "SELECT e.post_id, e.entry_id, e.sequence, e.revision, e.is_shown, e.held_back, e.slug, "
        "e.published_at, e.updated_at, e.changed_at, e.shown_hash, e.body_hash, e.doc, b.html "
        "FROM entries e "
        "LEFT JOIN bodies b ON b.site_id = e.site_id AND b.body_hash = e.body_hash "
        "WHERE e.site_id = ?1 AND e.slug = ?2 AND e.is_shown = 1 LIMIT 1",
        site, slug);
    if (!q.next()) return not_found("no shown post has the slug '" + std::string(slug) + "'");
    Entry entry = record_from(q, db_.name()).entry;
    entry.content_html = q.text(13);
    return entry;
  });
}

}  // namespace sosik::sql
