// A post as the API's clients write and read it: the members are those of Post (model/post.hpp),
// under the names of the columns that docs/post-store.md explains.
#pragma once
#include "fields.hpp"
#include "sosik/model/post.hpp"

namespace sosik::admin {

constexpr std::string_view post_status_names[] = {"draft", "published", "unpublished", "deleted"};
constexpr std::string_view put_outcome_names[] = {"created", "updated", "unchanged"};

Json post_to_json(const Post&);

// The post that the object describes. What is left out is empty, draft, html; but whose post it is
// (source, source_key, guid) and, for one that is published, its date stay as they are in `stored`:
// replacing a text must not make a new post of it. One that is published without any date is
// published `now`.
Post post_from_json(const Json&, const TimeZone&, const Post* stored, Timestamp now, FieldErrors&);

// Of a post that says nothing of it itself: whose it is, and since when it is published.
void keep_identity(Post&, const Post* stored);
void give_date(Post&, const Post* stored, Timestamp now);

}  // namespace sosik::admin
