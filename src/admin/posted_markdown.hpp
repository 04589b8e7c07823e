// A post that came as Markdown with front matter, which has no file name to take anything from.
#pragma once
#include <string>
#include <string_view>

#include "sosik/base/result.hpp"
#include "sosik/model/post.hpp"
#include "sosik/model/site.hpp"

namespace sosik::admin {

// post_id is "markdown:" and the id of the front matter, as an importer gives it, or empty; the
// slug is empty where none is given, so that it is made from the title. Fails (invalid) with the
// line.
Result<Post> post_from_markdown_body(std::string_view body, const Site&,
                                     const std::string& image_base);

}  // namespace sosik::admin
