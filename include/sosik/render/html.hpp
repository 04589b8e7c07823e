// The pages a person reads: small, accessible, in Korean, without a script or an inline style, so
// that they need no more than the policy of H-253. Pure, thread-safe.
#pragma once
#include <string>
#include <string_view>

#include "sosik/model/feed.hpp"

namespace sosik {

// The page at a feed's address: its posts with title, date, categories and excerpt, how many there
// are in all, and how to subscribe. For the key "" it is the blog's front page.
std::string render_index_page(const Feed&);
// The plain page of one post; `site` is the main feed without entries (names, links, language).
std::string render_post_page(const Feed& site, const Entry&);
// `base_path` is the path of public_url, "" or "/blog".
std::string render_error_page(int status, std::string_view title, std::string_view text,
                              std::string_view base_path = "");

// The style sheet of our pages, served at /style.css.
std::string_view style_sheet();

}  // namespace sosik
