// JSON Feed 1.1 (formats.md section 5), UTF-8, Hangul unescaped (K-080). Pure, thread-safe.
#pragma once
#include <string>

#include "sosik/model/feed.hpp"

namespace sosik {

std::string render_json_feed(const Feed&);

}  // namespace sosik
