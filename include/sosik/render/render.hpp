// Renderers: a Feed in, the bytes of a document out. Pure: same Feed, same bytes, whatever the clock, locale or machine
// (F-010). Thread-safe. XML passes the gate before anyone may serve it.
#pragma once
#include <string>
#include <string_view>

#include "sosik/base/result.hpp"
#include "sosik/model/feed.hpp"

namespace sosik {

std::string render_rss(const Feed&);   // RSS 2.0 (formats.md section 3)
std::string render_atom(const Feed&);  // Atom 1.0, RFC 4287 (section 4)
std::string render_json_feed(const Feed&);  // JSON Feed 1.1 (section 5)

// The page a person reads at a feed's address: all its posts with title, date, category, excerpt, and how to subscribe.
std::string render_index_page(const Feed&);
// The plain page of one post; `site` is the main feed without entries (names, links, language).
std::string render_post_page(const Feed& site, const Entry&);
std::string render_error_page(int status, std::string_view title, std::string_view text);

// The style sheet of our pages, served at /style.css.
std::string_view style_sheet();

// Renders and checks: XML by expat (namespace-aware), JSON by parsing it back, UTF-8 everywhere. Fails with invalid, naming
// feed, format, and expat's line and reason; then nothing may be served of it.
Result<std::string> render_checked(const Feed&, Format);
Result<void> check_xml(std::string_view document);  // well-formed, namespace-well-formed, UTF-8, no DTD

// "application/rss+xml; charset=utf-8" and its sisters (H-257).
std::string_view media_type(Format);

}  // namespace sosik
