// Gzip of a whole document, by libdeflate. The same bytes on every machine with this version: no
// file name, no time, a fixed system byte (H-096). Pure, thread-safe.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace sosik {

// Nothing when the document is under 1 KB or would not become smaller: it is then sent as it is.
std::optional<std::string> gzip(std::string_view document);

// What stands in an entity tag for "these bytes through this compressor": level and version are
// part of it, since another version may give other bytes for the same document.
std::string_view gzip_tag();

}  // namespace sosik
