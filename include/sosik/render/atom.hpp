// Atom 1.0, RFC 4287 (formats.md section 4). Pure, thread-safe.
#pragma once
#include <string>

#include "sosik/model/feed.hpp"

namespace sosik {

// The whole document with its XML declaration. An untitled note gets a title from its first words
// (F-082); entries of one feed that share a moment of update get fractions from their sequence
// numbers, so that all differ (F-087).
std::string render_atom(const Feed&);

}  // namespace sosik
