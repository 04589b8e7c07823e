// Rows of `entries` to values.
#pragma once
#include "sosik/store/syndication_store.hpp"
#include "sqlite.hpp"

namespace sosik::sqlite {

// From columns  post_id, entry_id, sequence, revision, is_shown, held_back, slug, published_at,
// updated_at, changed_at, shown_hash, body_hash, doc  in this order. Throws Failure (corrupt) when
// `doc` is not ours.
EntryRecord record_from(const Query&, const std::string& file);

// From columns  feed_key, label, revision, changed_at, definition_hash, format_version, total,
// filter_hash, members.
FeedRecord feed_from(const Query&);

}  // namespace sosik::sqlite
