// The step's view of the store: entries, bodies, feeds and their members.
#include "entry_doc.hpp"
#include "entry_rows.hpp"
#include "sosik/model/archive.hpp"
#include "sql_store.hpp"

namespace sosik::sql {
namespace {

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text.append(text.empty() ? "" : "\n").append(line);
  return text;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return lines;
}

// Of a statement that gives a member's number, or nothing.
std::optional<std::int64_t> first_page(Query& numbers) {
  if (!numbers.next()) return std::nullopt;
  return page_of_number(numbers.integer(0));
}

}  // namespace

Result<std::optional<EntryRecord>> SqlStore::read_record(SiteId site, std::string_view post_id) {
  return guarded([&]() -> std::optional<EntryRecord> {
    Query q = db_.query(
        "SELECT post_id, entry_id, sequence, revision, is_shown, held_back, slug, published_at, "
        "updated_at, changed_at, shown_hash, body_hash, doc FROM entries "
        "WHERE site_id = ?1 AND post_id = ?2",
        site, post_id);
    if (!q.next()) return std::nullopt;
    bool is_damaged = false;
    return record_or_rest_from(q, is_damaged);
  });
}

Result<std::optional<EntryRecord>> SqlStore::record_with_id(SiteId site,
                                                            std::string_view entry_id) {
  return guarded([&]() -> std::optional<EntryRecord> {
    Query q = db_.query(
        "SELECT post_id, entry_id, sequence, revision, is_shown, held_back, slug, published_at, "
        "updated_at, changed_at, shown_hash, body_hash, doc FROM entries "
        "WHERE site_id = ?1 AND entry_id = ?2 ORDER BY is_shown DESC, post_id LIMIT 1",
        site, entry_id);
    if (!q.next()) return std::nullopt;
    bool is_damaged = false;
    return record_or_rest_from(q, is_damaged);
  });
}

Result<void> SqlStore::write_record(SiteId site, const EntryRecord& record) {
  return guarded([&] {
    const Entry& e = record.entry;
    std::optional<std::string_view> body_hash;
    if (!record.body_hash.empty()) body_hash = record.body_hash;
    db_.run(
        "INSERT INTO entries (site_id, post_id, entry_id, sequence, revision, is_shown, held_back, "
        "slug, published_at, updated_at, changed_at, shown_hash, body_hash, doc) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) "
        "ON CONFLICT (site_id, post_id) DO UPDATE SET entry_id = excluded.entry_id, "
        "sequence = excluded.sequence, revision = excluded.revision, "
        "is_shown = excluded.is_shown, held_back = excluded.held_back, slug = excluded.slug, "
        "published_at = excluded.published_at, updated_at = excluded.updated_at, "
        "changed_at = excluded.changed_at, shown_hash = excluded.shown_hash, "
        "body_hash = excluded.body_hash, doc = excluded.doc",
        site, e.post_id, e.id, e.sequence, e.revision, record.is_shown, e.held_back, e.slug,
        e.published, e.updated, to_unix_seconds(e.changed_at), record.shown_hash, body_hash,
        record_to_doc(record));
  });
}

Result<void> SqlStore::rename_record(SiteId site, std::string_view from, std::string_view to) {
  return guarded([&] {
    db_.run("DELETE FROM entries WHERE site_id = ?1 AND post_id = ?2", site, to);
    db_.run("UPDATE entries SET post_id = ?3 WHERE site_id = ?1 AND post_id = ?2", site, from, to);
    db_.run("UPDATE feed_entries SET post_id = ?3 WHERE site_id = ?1 AND post_id = ?2", site, from,
            to);
    db_.run("UPDATE held_entries SET post_id = ?3 WHERE site_id = ?1 AND post_id = ?2", site, from,
            to);
    db_.run("DELETE FROM scheduled WHERE site_id = ?1 AND post_id = ?2", site, from);
    db_.run(
        "UPDATE deliveries SET subject = ?3 "
        "WHERE site_id = ?1 AND subject = ?2 AND state < 2 AND subject <> ''",
        site, from, to);
  });
}

Result<std::vector<std::string>> SqlStore::shown_with_slug(SiteId site, std::string_view slug) {
  return guarded([&] {
    Query q =
        db_.query("SELECT post_id FROM entries WHERE site_id = ?1 AND slug = ?2 AND is_shown = 1",
                  site, slug);
    std::vector<std::string> list;
    while (q.next()) list.push_back(q.text(0));
    return list;
  });
}

Result<std::vector<EntryRecord>> SqlStore::shown_records(SiteId site, std::string_view after,
                                                         std::size_t limit) {
  return guarded([&] {
    Query q = db_.query(
        "SELECT post_id, entry_id, sequence, revision, is_shown, held_back, slug, published_at, "
        "updated_at, changed_at, shown_hash, body_hash, doc FROM entries "
        "WHERE site_id = ?1 AND post_id > ?2 AND is_shown = 1 ORDER BY post_id LIMIT ?3",
        site, after, limit);
    std::vector<EntryRecord> list;
    std::vector<std::string> damaged;
    while (q.next()) {
      bool is_damaged = false;
      EntryRecord record = record_or_rest_from(q, is_damaged);
      if (is_damaged)
        damaged.push_back(std::move(record.entry.post_id));
      else
        list.push_back(std::move(record));
    }
    for (const auto& post_id : damaged)
      db_.run("INSERT INTO touch (site_id, post_id) VALUES (?1, ?2)", site, post_id);
    return list;
  });
}

Result<std::optional<CleanBody>> SqlStore::read_body(SiteId site, std::string_view body_hash) {
  return guarded([&]() -> std::optional<CleanBody> {
    Query q = db_.query(
        "SELECT html, excerpt, first_image, notices FROM bodies "
        "WHERE site_id = ?1 AND body_hash = ?2",
        site, body_hash);
    if (!q.next()) return std::nullopt;
    return CleanBody{q.text(0), q.text(1), q.text(2), split(q.view(3))};
  });
}

Result<void> SqlStore::write_body(SiteId site, std::string_view body_hash, const CleanBody& body) {
  return guarded([&] {
    db_.run(
        "INSERT INTO bodies (site_id, body_hash, html, excerpt, first_image, notices) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (site_id, body_hash) DO NOTHING",
        site, body_hash, body.html, body.excerpt, body.first_image, joined(body.notices));
  });
}

Result<void> SqlStore::drop_unused_body(SiteId site, std::string_view body_hash) {
  return guarded([&] {
    db_.run(
        "DELETE FROM bodies WHERE site_id = ?1 AND body_hash = ?2 AND NOT EXISTS "
        "(SELECT 1 FROM entries WHERE site_id = ?1 AND body_hash = ?2)",
        site, body_hash);
  });
}

Result<std::vector<std::string>> SqlStore::folds_of(SiteId site, std::string_view post_id) {
  return guarded([&] {
    Query q = db_.query("SELECT fold FROM feed_entries WHERE site_id = ?1 AND post_id = ?2", site,
                        post_id);
    std::vector<std::string> list;
    while (q.next()) list.push_back(q.text(0));
    return list;
  });
}

Result<void> SqlStore::add_member(SiteId site, std::string_view fold, const FeedPosition& at,
                                  std::string_view post_id, std::int64_t number) {
  return guarded([&] {
    db_.run(
        "INSERT INTO feed_entries (site_id, fold, published_at, sequence, post_id, number) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        site, fold, at.published, at.sequence, post_id, number);
  });
}

Result<std::int64_t> SqlStore::member_number(SiteId site, std::string_view fold,
                                             const FeedPosition& at) {
  return guarded([&]() -> std::int64_t {
    Query q = db_.query(
        "SELECT number FROM feed_entries WHERE site_id = ?1 AND fold = ?2 AND published_at = ?3 "
        "AND sequence = ?4",
        site, fold, at.published, at.sequence);
    return q.next() ? q.integer(0) : 0;
  });
}

Result<std::optional<std::int64_t>> SqlStore::page_before(SiteId site, std::string_view fold,
                                                          std::int64_t page) {
  return guarded([&]() -> std::optional<std::int64_t> {
    Query q = db_.query(
        "SELECT number FROM feed_entries WHERE site_id = ?1 AND fold = ?2 "
        "AND number BETWEEN 1 AND ?3 ORDER BY number DESC LIMIT 1",
        site, fold, (page - 1) * archive_page_size);
    return first_page(q);
  });
}

Result<std::optional<std::int64_t>> SqlStore::page_after(SiteId site, std::string_view fold,
                                                         std::int64_t page) {
  return guarded([&]() -> std::optional<std::int64_t> {
    Query q = db_.query(
        "SELECT number FROM feed_entries WHERE site_id = ?1 AND fold = ?2 AND number > ?3 "
        "ORDER BY number LIMIT 1",
        site, fold, page * archive_page_size);
    return first_page(q);
  });
}

// From the newest number down it passes by members of the window only.
Result<std::optional<std::int64_t>> SqlStore::page_behind(SiteId site, std::string_view fold,
                                                          const FeedPosition& end) {
  return guarded([&]() -> std::optional<std::int64_t> {
    static const std::string behind =
        "WHERE site_id = ?1 AND fold = ?2 AND number > 0 "
        "AND (published_at < ?3 OR (published_at = ?3 AND sequence < ?4)) "
        "ORDER BY number DESC LIMIT 1";
    static const PerEngine sql = {
        "SELECT number FROM feed_entries INDEXED BY feed_entries_by_number " + behind,
        "SELECT number FROM feed_entries " + behind};
    Query q = db_.query(sql.in(db_), site, fold, end.published, end.sequence);
    return first_page(q);
  });
}

Result<void> SqlStore::remove_member(SiteId site, std::string_view fold, const FeedPosition& at) {
  return guarded([&] {
    db_.run(
        "DELETE FROM feed_entries WHERE site_id = ?1 AND fold = ?2 AND published_at = ?3 "
        "AND sequence = ?4",
        site, fold, at.published, at.sequence);
  });
}

Result<void> SqlStore::remove_members(SiteId site, std::string_view fold) {
  return guarded([&] {
    db_.run("DELETE FROM feed_entries WHERE site_id = ?1 AND fold = ?2", site, fold);
    const std::string pages = "\n" + std::string(fold) + "\n";  // to "\n" + fold + "\v"
    const std::string end = pages.substr(0, pages.size() - 1) + "\v";
    db_.run("DELETE FROM feeds WHERE site_id = ?1 AND fold > ?2 AND fold < ?3", site, pages, end);
    db_.run("DELETE FROM document_tags WHERE site_id = ?1 AND fold > ?2 AND fold < ?3", site, pages,
            end);
    db_.run("DELETE FROM held_entries WHERE site_id = ?1 AND fold > ?2 AND fold < ?3", site, pages,
            end);
  });
}

Result<void> SqlStore::number_members(SiteId site, FeedRecord& feed) {
  return guarded([&] {
    FeedState& s = feed.state;
    const std::string fold = feed_fold(s.key);
    const std::int64_t before = page_of_number(feed.last_number) * archive_page_size;
    db_.run(
        "UPDATE feed_entries SET number = ?3 + numbered.number FROM "
        "(SELECT published_at, sequence, "
        "row_number() OVER (ORDER BY published_at, sequence) AS number "
        "FROM feed_entries WHERE site_id = ?1 AND fold = ?2) AS numbered "
        "WHERE feed_entries.site_id = ?1 AND feed_entries.fold = ?2 "
        "AND feed_entries.published_at = numbered.published_at "
        "AND feed_entries.sequence = numbered.sequence",
        site, fold, before);
    feed.last_number = before + feed.members;
    static const std::string pages =
        std::string("INSERT INTO feeds (site_id, fold, ")
            .append(feed_columns)
            .append(
                ") SELECT ?1, ?9 || CAST(p.page AS TEXT), ?3 || CAST(p.page AS TEXT), ?4, 1, ?5, "
                "'', '', 0, p.members, "
                "p.members, 0, CASE WHEN (p.page - 1) * ?7 > ?6 THEN p.page - 1 ELSE 0 END, "
                "CASE WHEN p.page * ?7 < ?8 THEN p.page + 1 ELSE 0 END "
                "FROM (SELECT (number + ?7 - 1) / ?7 AS page, count(*) AS members "
                "FROM feed_entries WHERE site_id = ?1 AND fold = ?2 GROUP BY page) AS p");
    db_.run(pages, site, fold, "\n" + s.key + "\n", s.label, to_unix_seconds(s.changed_at), before,
            archive_page_size, feed.last_number, "\n" + fold + "\n");
  });
}

Result<std::optional<FeedPosition>> SqlStore::window_end(SiteId site, std::string_view fold,
                                                         std::size_t limit) {
  return guarded([&]() -> std::optional<FeedPosition> {
    if (limit == 0) return std::nullopt;
    Query q = db_.query(
        "SELECT published_at, sequence FROM feed_entries WHERE site_id = ?1 AND fold = ?2 "
        "ORDER BY published_at DESC, sequence DESC LIMIT 1 OFFSET ?3",
        site, fold, limit - 1);
    if (!q.next()) return std::nullopt;
    return FeedPosition{q.time(0), q.integer(1)};
  });
}

Result<std::optional<FeedRecord>> SqlStore::read_feed_record(SiteId site, std::string_view fold) {
  return guarded([&]() -> std::optional<FeedRecord> {
    static const std::string one = select_feeds("AND fold = ?2");
    Query q = db_.query(one, site, fold);
    if (!q.next()) return std::nullopt;
    return feed_from(q);
  });
}

Result<void> SqlStore::write_feed_record(SiteId site, const FeedRecord& feed) {
  return guarded([&] {
    const FeedState& s = feed.state;
    static const std::string write =
        std::string("INSERT INTO feeds (site_id, fold, ")
            .append(feed_columns)
            .append(
                ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) "
                "ON CONFLICT (site_id, fold) DO UPDATE SET feed_key = excluded.feed_key, "
                "label = excluded.label, revision = excluded.revision, "
                "changed_at = excluded.changed_at, definition_hash = excluded.definition_hash, "
                "filter_hash = excluded.filter_hash, format_version = excluded.format_version, "
                "total = excluded.total, members = excluded.members, "
                "last_number = excluded.last_number, older_page = excluded.older_page, "
                "newer_page = excluded.newer_page");
    db_.run(write, site, feed_fold(s.key), s.key, s.label, s.revision,
            to_unix_seconds(s.changed_at), s.definition_hash, feed.filter_hash, s.format_version,
            s.total, feed.members, feed.last_number, s.older_page.value_or(0),
            s.newer_page.value_or(0));
  });
}

Result<std::vector<std::string>> SqlStore::filtered_feeds(SiteId site) {
  return guarded([&] {
    static const std::string defined = "WHERE site_id = ?1 AND filter_hash <> '' ORDER BY feed_key";
    static const PerEngine sql = {"SELECT feed_key FROM feeds INDEXED BY feeds_defined " + defined,
                                  "SELECT feed_key FROM feeds " + defined};
    Query q = db_.query(sql.in(db_), site);
    std::vector<std::string> list;
    while (q.next()) list.push_back(q.text(0));
    return list;
  });
}

}  // namespace sosik::sql
