// Bodies of posts, made safe once per content.
#pragma once
#include <string>

#include "sosik/model/post.hpp"
#include "sosik/store/syndication_store.hpp"

namespace sosik {

// Of everything that the clean body is made from; empty for an empty body.
std::string body_hash(const Post&, const std::string& base_url, const std::string& page_url);
// Markdown to HTML, sanitised, links absolute. Markdown that is refused goes in as preformatted
// text, with a notice.
CleanBody make_body(const Post&, const std::string& base_url, const std::string& page_url);

}  // namespace sosik
