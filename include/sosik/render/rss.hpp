// RSS 2.0 as the RSS Board's specification and Best Practices Profile want it (formats.md section
// 3). Pure, thread-safe.
#pragma once
#include <string>

#include "sosik/model/feed.hpp"

namespace sosik {

// The whole document with its XML declaration. Content in full sits in content:encoded, after the
// description, which is the summary; a feed of summaries has descriptions only. An item's first
// enclosure only: more are a mistake in RSS (F-063), and Atom and JSON Feed carry them all.
std::string render_rss(const Feed&);

}  // namespace sosik
