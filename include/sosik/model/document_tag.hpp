// An entry that a document was rendered without, because it would not have been valid with it.
struct HeldBackEntry {
  std::string post_id;
  std::int64_t revision = 0;  // of the entry
  std::string reason;         // the gate's, with element and rule
  bool is_damaged = false;    // its record is not what we wrote: the step is to make it again
};

// A DocumentTag is what is remembered of a rendered document, so that the next process can answer
// 304 for it without rendering it again (H-091, H-117).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "sosik/model/feed.hpp"

namespace sosik {

struct DocumentTag {
  std::string key;  // of the feed
  Format format = Format::rss;
  std::int64_t revision = 0;
  // Hash of all else that the bytes depend on: program, definition, and what the feed's state says
  // besides its revision.
  std::string basis;
  std::string etag_hash;  // of the identity bytes (H-098)
  std::int64_t size = 0;  // of the identity bytes
  std::vector<HeldBackEntry> held_back = {};
};

}  // namespace sosik
