// A Post to and from its rows in the tables that other programs write too.
#pragma once
#include <optional>

#include "sosik/model/post.hpp"
#include "sql.hpp"

namespace sosik::sql {

// How the column spells a status; any other word is a draft.
std::string_view post_status_name(PostStatus);
PostStatus post_status_of(std::string_view name);

std::optional<Post> load_post(Connection&, SiteId, std::string_view post_id);

// What the store would hold after writing the post: defaults filled in, empty and repeated children
// dropped.
Post normalised(Post);
// True when writing `wanted` (normalised) over `stored` changes nothing. A display name, URL or
// e-mail that `wanted` leaves empty is not asked about.
bool is_same(const Post& wanted, const Post& stored);
// Writes the post and its children. `wanted` is normalised.
void save_post(Connection&, const Post& wanted);

}  // namespace sosik::sql
