// The gate: nothing is served that did not pass it. Our trees are built so that they cannot be
// wrong, and this is what notices when they are: pugixml writes documents that no reader accepts
// (F-014), expat is what readers use. Beyond well-formedness it knows what the W3C feed validator
// calls an error or a warning, as far as a document alone can show it, and the rules that the
// validator does not know (F-210..F-214). docs/gate.md lists them. Pure, thread-safe, linear in
// the document.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sosik/base/result.hpp"
#include "sosik/model/feed.hpp"

namespace sosik {

// One rule broken at one place.
struct Finding {
  std::string rule;                  // "F-056"
  std::string element;               // "channel/title", "item/guid", "items[3].url"
  std::string reason;                // "is twice in this feed"
  std::size_t line = 0;              // from 1; 0: JSON, which is judged by value
  std::optional<std::size_t> entry;  // the entry it is about, counted from 0; nothing: the feed
  std::string entry_id;              // of that entry, if it has one
  // Served all the same: a genuine date before 1990 (F-007); an id that is a short number and is
  // kept from an earlier system byte for byte (F-003, F-056); a namespace that nothing uses, of
  // which the validator does not warn (F-030).
  bool is_accepted = false;
};

// "line 12: item/guid of entry 3 (tag:...): is twice in this feed (F-056)".
std::string to_string(const Finding&);

// What a document alone does not say.
struct GateOptions {
  std::string self;           // the address it is served at; empty: not checked (F-043, F-084)
  FeedExtensions extensions;  // namespaces that the operator asked for (F-032)
};
GateOptions gate_options(const Feed&, Format);

// Everything that is wrong with a document, the accepted included, in the order of the document;
// what is not well-formed ends the search. Of HTML only that it is UTF-8 without a NUL.
std::vector<Finding> find_faults(std::string_view document, Format, const GateOptions& = {});

// Well-formed, namespace-well-formed, UTF-8, XML 1.0 declared in the first bytes, no DTD (F-020,
// F-021, F-028). Fails with invalid: "line 3: not well-formed (invalid token)".
Result<void> check_xml(std::string_view document);
// Fails with invalid and the first finding that is not accepted.
Result<void> check_document(std::string_view document, Format, const GateOptions& = {});

}  // namespace sosik
