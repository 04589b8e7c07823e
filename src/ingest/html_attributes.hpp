// The attributes of one element as they are written (formats.md F-062, F-151..F-153, F-156, F-157).
#pragma once
#include <gumbo.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "html_elements.hpp"
#include "html_plain.hpp"
#include "sosik/ingest/sanitise.hpp"

namespace sosik::html {

using Attributes = std::vector<std::pair<std::string, std::string>>;

// The value of an attribute with entities decoded, cleaned; empty when there is none.
std::string attribute_of(const GumboNode& node, const char* name);

// What a src leads to once scripts have run (F-062).
std::string true_source(const GumboNode& node);

// Those of `element` that may show, checked, in the order of the table. `ids` are the ids written
// so far: one that is there already goes, and so does any that is not a footnote's.
Attributes checked_attributes(const GumboNode& node, const Element& element,
                              const SanitiseOptions& options, std::set<std::string>& ids,
                              Notices& notices);

const std::string* find(const Attributes& attributes, std::string_view name);

// True for a picture of at most one pixel, as trackers use (F-157).
bool is_tracking_pixel(const GumboNode& img);

// True for the ids that Markdown programs give footnotes and the marks that lead to them. They
// stay, so that the links between them work on the post's page; all other ids go, since feeds share
// one page with the reader's own program.
bool is_footnote_id(std::string_view id);

// An https address on one of the allowed hosts.
bool is_allowed_frame(std::string_view address, const SanitiseOptions& options);

}  // namespace sosik::html
