// XML as it is found on the web to XML that a parser can read: what is before the root goes,
// document types (never fetched, never expanded) go, named entities of HTML become characters, a
// stray '&' becomes "&amp;", and references to characters that XML forbids go.
#pragma once
#include <string>
#include <string_view>

namespace sosik::feed {

// `text` is clean UTF-8 (clean_text). CDATA sections stay as they are. Linear.
std::string mend_xml(std::string_view text);

}  // namespace sosik::feed
