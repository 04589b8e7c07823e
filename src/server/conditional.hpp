// Preconditions of RFC 9110 section 13 against one representation (H-060..H-082, H-094, H-095).
// Pure.
#pragma once
#include <string_view>

#include "coding_preference.hpp"
#include "request.hpp"
#include "sosik/snapshot/snapshot.hpp"

namespace sosik {

enum class Precondition { proceed, not_modified, failed };

// Does an entity tag, as a client sent it (`"..."`, `W/"..."`), name this version in whatever
// coding? An intermediary may have weakened it or appended a suffix: the hash decides (H-064,
// H-095, H-098).
bool names_version(std::string_view tag, std::string_view etag_hash);
// The same for If-None-Match as a whole, a list or "*".
bool none_match_names(std::string_view if_none_match, std::string_view etag_hash);

// In the order of section 13.2.2, for GET and HEAD. `has_last_modified` is false when changed_at
// lies in the future: then dates are not looked at (H-115).
Precondition evaluate(const Request&, const Representation&, bool has_last_modified, Timestamp now);

// Could the request's validators have come from us? What could not asks nothing (H-236).
bool may_be_conditional(const Request&, Timestamp now);

// For a 304: the acceptable coding that the client's tags name exactly, else `selected` (H-094).
const Representation& named_representation(const Request&, const CodingPreference&, const Snapshot&,
                                           Format, const Representation& selected);

}  // namespace sosik
