// A Representation is a document in one format and coding with its HTTP metadata, ready to send: a response is the
// concatenation of  status line and Date (the server's),  Last-Modified (unless it lies in the future, H-115),  the head,
// and the body. Immutable; a shared_ptr keeps it alive while a response is on its way.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "sosik/base/clock.hpp"

namespace sosik {

enum class Coding { identity, gzip };
constexpr std::size_t coding_count = 2;

struct Representation {
  Coding coding = Coding::identity;
  std::string etag;             // quoted: "<16 hex>-<coding>", a function of the identity bytes (H-098)
  std::string etag_hash;        // the 16 hex digits
  Timestamp changed_at;
  std::string last_modified;    // "Last-Modified: ...\r\n"
  std::string head;             // header lines of the 200 after Date and Last-Modified, ending in the empty line
  std::string head_304;         // the same for a 304: no Content-Type, -Length, -Encoding (H-077..H-079)
  std::string body;
};

}  // namespace sosik
