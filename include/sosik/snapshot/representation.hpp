// A Representation is a document in one format and coding with its HTTP metadata, ready to send.
// Immutable; lives as long as the Snapshot (snapshot.hpp) that it came from. A response on its way
// keeps a copy of the body, which shares its bytes.
//
// A response is the concatenation of
//
// - status line and Date: the server's;
// - vary_fixed for a URL of one format ("/rss.xml", "/", "/posts/..."), or vary_negotiated and
//   content_location for one whose format was negotiated ("/feed", "/dev/feed"; H-157);
// - last_modified, unless changed_at lies in the future (H-115);
// - head or head_304, which end in the empty line;
// - body, of a GET answered 200.
//
// A feed that has moved or is gone is a Representation too, with a status of its own: then `head`
// is all that follows the Date, no precondition applies (H-060), and it has no validators.
//
// Both status lines are constants, so the server can keep "HTTP/1.1 200 OK\r\n" with the Date.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sosik/base/clock.hpp"
#include "sosik/snapshot/body.hpp"

namespace sosik {

enum class Coding { identity, gzip, br, zstd };
constexpr std::size_t coding_count = 4;
// As in Content-Encoding.
constexpr std::string_view to_string(Coding coding) {
  constexpr std::string_view names[] = {"identity", "gzip", "br", "zstd"};
  return names[static_cast<std::size_t>(coding)];
}

constexpr std::string_view vary_fixed = "Vary: Accept-Encoding\r\n";  // also on identity (H-170)
constexpr std::string_view vary_negotiated = "Vary: Accept, Accept-Encoding\r\n";

// The changed_at of a representation that has no Last-Modified: it lies in the future of any clock,
// so that the rule of H-115 leaves the line out and ignores If-Modified-Since. Post pages are such:
// a new site title changes their bytes, but no record says when; their tags alone are exact.
constexpr Timestamp never = Timestamp::max();

struct Representation {
  int status = 200;  // or 301, 410
  Coding coding = Coding::identity;
  std::string etag;       // quoted: "<16 hex>-<coding>", a function of the identity bytes (H-098)
  std::string etag_hash;  // the 16 hex digits
  Timestamp changed_at;
  std::string last_modified;     // "Last-Modified: ...\r\n"; empty when changed_at is `never`
  std::string content_location;  // "Content-Location: ...\r\n"; empty for a post's page
  std::string head;  // Content-Type, -Length, -Encoding, ETag, Cache-Control, Link, CORS, CSP and
                     // the empty line
  std::string head_304;  // ETag, Cache-Control, Link, CORS and the empty line (H-077..H-080)
  Body body;
};

}  // namespace sosik
