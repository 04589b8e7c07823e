// Rows of `entries` to values.
#pragma once
#include <string>
#include <string_view>

#include "sosik/store/syndication_store.hpp"
#include "sql.hpp"

namespace sosik::sql {

// From columns  post_id, entry_id, sequence, revision, is_shown, held_back, slug, published_at,
// updated_at, changed_at, shown_hash, body_hash, doc  in this order. Throws Failure (corrupt) when
// `doc` is not ours.
EntryRecord record_from(const Query&, const std::string& file);
// The same of a row that may be damaged: what is in `doc` is then empty, as is the hash of what was
// shown, so that the step finds the post changed and makes the record again.
EntryRecord record_or_rest_from(const Query&, bool& is_damaged);

// Columns of `feeds` as feed_from() reads them and write_feed_record() writes them.
constexpr std::string_view feed_columns =
    "feed_key, label, revision, changed_at, definition_hash, filter_hash, format_version, total, "
    "members, last_number, older_page, newer_page";

// The same with the moment before which no feed says that it changed (docs/nodes.md): the main
// site's is of all sites.
constexpr std::string_view selected_feed_columns =
    "feed_key, label, revision, "
    "CASE WHEN changed_at >= coalesce((SELECT max(not_before) FROM site_state "
    "WHERE site_id IN (1, ?1)), 0) THEN changed_at "
    "ELSE (SELECT max(not_before) FROM site_state WHERE site_id IN (1, ?1)) END, "
    "definition_hash, filter_hash, format_version, total, members, last_number, older_page, "
    "newer_page";

// Rows of `feeds` with these columns; `which` is what follows "WHERE site_id = ?1".
std::string select_feeds(std::string_view which);
FeedRecord feed_from(const Query&);

}  // namespace sosik::sql
