// The word by which a CDN knows all documents of one feed or page (H-177): in the headers of what
// is served, and in purges. Plain ASCII, whatever the key.
#pragma once
#include <string>
#include <string_view>

#include "sosik/base/digest.hpp"
#include "sosik/model/site.hpp"

namespace sosik {

// `key`: of a feed (model/feed.hpp), of a page of its archive, or "posts/<slug>".
inline std::string surrogate_key(SiteId site, std::string_view key) {
  if (site == main_site) return "feed-" + hash64_hex(key);
  return "feed-" + hash64_hex(std::to_string(site) + '\n' + std::string(key));
}

}  // namespace sosik
