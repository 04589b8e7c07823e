// The gate: nothing is served that did not pass it. Our trees are built so that they cannot be
// wrong, and this is what notices when they are: pugixml writes documents that no reader accepts
// (F-014), expat is what readers use.
#pragma once
#include <string_view>

#include "sosik/base/result.hpp"
#include "sosik/model/feed.hpp"

namespace sosik {

// Well-formed, namespace-well-formed, UTF-8, XML 1.0 declared in the first bytes, no DTD (F-020,
// F-021, F-028). Fails with invalid: "line 3: not well-formed (invalid token)".
Result<void> check_xml(std::string_view document);
// Valid UTF-8 and JSON (RFC 8259), an object that begins with JSON Feed's version and holds title
// and items (F-110).
Result<void> check_json_feed(std::string_view document);
// The check that belongs to the format; for HTML, that it is UTF-8 without a NUL.
Result<void> check_document(std::string_view document, Format);

}  // namespace sosik
