// Renderers: a Feed in, the bytes of a document out. Pure: same Feed, same bytes, whatever the
// clock, locale or machine (F-010). Thread-safe. One header a format: rss.hpp, atom.hpp,
// json_feed.hpp, opml.hpp, html.hpp; gate.hpp judges what they wrote.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "sosik/base/result.hpp"
#include "sosik/model/feed.hpp"
#include "sosik/render/gate.hpp"
#include "sosik/render/html.hpp"

namespace sosik {

// Renders as the feed's profile wants it, within its max_bytes, and judges (gate.hpp). Fails with
// invalid, naming feed, format, and the gate's line and reason; then nothing may be served of it,
// and `findings`, if given, are all that the gate found and does not accept.
Result<std::string> render_checked(const Feed&, Format, std::vector<Finding>* findings = nullptr);

// The same of the list of all feeds, as OPML.
Result<std::string> render_opml_checked(const FeedList&);

// "application/rss+xml; charset=utf-8" and its sisters (H-257).
std::string_view media_type(Format);

}  // namespace sosik
