// OPML 2.0: the list of a site's feeds, which readers import at one go (F-200). Pure, thread-safe.
#pragma once
#include <string>

#include "sosik/model/feed.hpp"

namespace sosik {

// The whole document with its XML declaration: an outline a feed, and those of categories together
// in one below. No date, so that it changes when the list does and at no other time.
std::string render_opml(const FeedList&);

}  // namespace sosik
