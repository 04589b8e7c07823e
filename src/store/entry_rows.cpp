#include "entry_rows.hpp"

#include "entry_doc.hpp"

namespace sosik::sql {

namespace {

EntryRecord columns_from(const Query& q) {
  EntryRecord record;
  Entry& entry = record.entry;
  entry.post_id = q.text(0);
  entry.id = q.text(1);
  entry.sequence = q.integer(2);
  entry.revision = q.integer(3);
  record.is_shown = q.integer(4) != 0;
  entry.held_back = q.text(5);
  entry.slug = q.text(6);
  entry.published = q.time(7);
  entry.updated = q.time(8);
  entry.changed_at = from_unix_ms(q.integer(9) * 1000);
  record.shown_hash = q.text(10);
  record.body_hash = q.text(11);
  return record;
}

// 0 or less: there is none.
std::optional<std::int64_t> page_from(const Query& q, int column) {
  const std::int64_t page = q.integer(column);
  return page > 0 ? std::optional(page) : std::nullopt;
}

}  // namespace

EntryRecord record_from(const Query& q, const std::string& file) {
  EntryRecord record = columns_from(q);
  if (!record_from_doc(q.view(12), record))
    throw Failure({Errc::corrupt, "store '" + file + "': the entry of post '" +
                                      record.entry.post_id + "' is damaged"});
  return record;
}

EntryRecord record_or_rest_from(const Query& q, bool& is_damaged) {
  EntryRecord record = columns_from(q);
  is_damaged = !record_from_doc(q.view(12), record);
  if (!is_damaged) return record;
  record = columns_from(q);  // without what was read before the damage
  record.shown_hash.clear();
  return record;
}

std::string select_feeds(std::string_view which) {
  std::string sql("SELECT ");
  return sql.append(selected_feed_columns).append(" FROM feeds WHERE site_id = ?1 ").append(which);
}

FeedRecord feed_from(const Query& q) {
  FeedRecord feed;
  feed.state.key = q.text(0);
  feed.state.label = q.text(1);
  feed.state.revision = q.integer(2);
  feed.state.changed_at = from_unix_ms(q.integer(3) * 1000);
  feed.state.definition_hash = q.text(4);
  feed.filter_hash = q.text(5);
  feed.state.format_version = static_cast<int>(q.integer(6));
  feed.state.total = q.integer(7);
  feed.members = q.integer(8);
  feed.last_number = q.integer(9);
  feed.state.older_page = page_from(q, 10);
  feed.state.newer_page = page_from(q, 11);
  return feed;
}

}  // namespace sosik::sql
