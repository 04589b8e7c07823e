// A feed of another engine to posts, so that a blog moves in from its own feed: RSS 0.9x, 1.0
// and 2.0, Atom 0.3 and 1.0, JSON Feed, in any encoding that decode_text knows, as broken as real
// feeds are. Pure: what is fetched, and from where, is the caller's. docs/importing-feeds.md says
// what becomes of what.
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sosik/base/result.hpp"
#include "sosik/base/timestamp.hpp"
#include "sosik/ingest/markdown_post.hpp"
#include "sosik/model/post.hpp"

namespace sosik {

constexpr std::size_t max_feed_bytes = 64 << 20;
constexpr std::size_t max_feed_entries = 200'000;  // of all pages together

struct FeedImportOptions {
  SiteId site = 1;
  TimeZone zone = TimeZone::utc();  // for dates without one
  // The posts get their pages here, under the last part of their old address; otherwise they stay
  // where they are.
  bool own_pages = false;
};

struct FeedPost {
  std::string where;  // for messages: the entry's link, id or number
  Post post;  // source "feed", source_key what tells it from others; guid byte for byte (F-003)
};

// One document, or several pages put together.
struct FoundFeed {
  std::string kind;  // "RSS 2.0", "Atom 1.0", "JSON Feed 1.1"
  std::string title;
  std::vector<FeedPost> posts;   // no two with one source_key
  std::vector<Problem> notices;  // what was repaired, left out, or taken otherwise than it says
  // Where older entries are (RFC 5005: prev-archive, else next; JSON Feed: next_url); absolute
  // http(s) or empty.
  std::string older_url;
  // WordPress pages its feeds by ?paged=2 and says so nowhere.
  bool is_wordpress = false;
};

// `charset` as HTTP declared it, or empty; `url` is what relative addresses are relative to, may be
// empty. Fails with invalid when the bytes are no feed, naming what they are instead; too_large
// over the limits. Of a document that breaks off, or is not well-formed, what could be read is
// given, with a notice.
Result<FoundFeed> read_feed(std::string_view bytes, std::string_view charset, std::string_view url,
                            const FeedImportOptions&);

// A feed's pages put together, from the newest document back. Not thread-safe.
class FeedPages {
 public:
  // Of two posts with one source_key the one that was updated later stays, else the one that was
  // there. Returns how many posts were new.
  std::size_t add(FoundFeed page);
  FoundFeed& feed() { return feed_; }  // kind and title are the first page's

 private:
  FoundFeed feed_;
  std::unordered_map<std::string, std::size_t> places_;  // in feed_.posts, by source_key
};

}  // namespace sosik
