// What other systems post when something was published, edited or taken back, read as far as they
// agree on words: docs/admin-api.md has the mapping. Pure.
#pragma once
#include <optional>
#include <string>

#include "fields.hpp"
#include "sosik/model/post.hpp"

namespace sosik::admin {

struct HookPost {
  bool is_gone = false;  // the post is to be deleted
  bool is_bare = false;  // it names a post and whether it is shown, and nothing to show of it
  Post post;             // post_id, source and source_key are set
};

HookPost hook_post_from_json(const Json&, const TimeZone&, FieldErrors&);

}  // namespace sosik::admin
