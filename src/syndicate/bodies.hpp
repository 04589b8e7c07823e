// Bodies of posts, made safe once per content.
#pragma once
#include <optional>
#include <string>

#include "sosik/base/text.hpp"
#include "sosik/model/post.hpp"
#include "sosik/store/syndication_store.hpp"

namespace sosik {

// Everything that a clean body is made from.
struct BodyRecipe {
  const Post& post;  // must outlive it
  std::string base_url, page_url;
  std::optional<Image> lead = {};  // the post's own picture, clean: first in the body if not in it
  TextOptions text = {};
  bool has_embeds = false;  // players stay frames
};

// Of the recipe; empty for a body of nothing.
std::string body_hash(const BodyRecipe&);
// Markdown to HTML, sanitised, links absolute. Markdown that is refused goes in as preformatted
// text, with a notice.
CleanBody make_body(const BodyRecipe&);

}  // namespace sosik
