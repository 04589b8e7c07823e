// Content codings of a whole document: gzip by libdeflate, br by brotli, zstd. The same bytes on
// every machine with these versions: fixed settings, one thread, no file name, no time, a fixed
// system byte (H-096). Pure, thread-safe.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "sosik/snapshot/representation.hpp"

namespace sosik {

// Documents below this are sent as they are: a coding's head would eat what it saves.
constexpr std::size_t smallest_worth_coding = 1024;

// Nothing when the document is too small for it or would not become smaller, or for
// Coding::identity.
std::optional<std::string> encode(Coding, std::string_view document);

// What stands in an entity tag for "these bytes in this coding": the settings and the version of
// the library are part of it, since others may give other bytes for the same document.
std::string_view tag_of(Coding);

}  // namespace sosik
