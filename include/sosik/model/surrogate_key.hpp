// The word by which a CDN knows all documents of one feed or page (H-177): in the headers of what
// is served, and in purges. Plain ASCII, whatever the key.
#pragma once
#include <string>
#include <string_view>

#include "sosik/base/digest.hpp"

namespace sosik {

// `key`: of a feed (model/feed.hpp), of a page of its archive, or "posts/<slug>".
inline std::string surrogate_key(std::string_view key) { return "feed-" + hash64_hex(key); }

}  // namespace sosik
