// Feeds: how the operator defines them, what the store remembers of them, and what a renderer is
// given.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sosik/base/clock.hpp"
#include "sosik/model/entry.hpp"
#include "sosik/model/site.hpp"

namespace sosik {

enum class Format { rss, atom, json, html, opml };
constexpr std::size_t format_count = 5;
constexpr std::string_view to_string(Format f) {
  constexpr std::string_view names[] = {"rss", "atom", "json", "html", "opml"};
  return names[static_cast<std::size_t>(f)];
}

enum class FeedContent { full, summary };

// Whom a feed is cut for. `newsletter`: tools that pull the feed and mail it (formats.md
// F-174..F-181): content without embeds, pictures by https and with sizes, the lead image first.
enum class FeedProfile { standard, newsletter };

// Namespaces that some readers use and the W3C validator warns of (F-032); all off unless a
// definition asks.
struct FeedExtensions {
  bool tombstones = false;  // at:deleted-entry in Atom (F-102)
  bool webfeeds = false;    // Feedly's (F-137)
  bool source = false;      // source:markdown and its kin (F-138)
  bool operator==(const FeedExtensions&) const = default;
};

// Which posts a feed selects. Empty lists do not restrict; different lists are ANDed, members of
// one list ORed. Compared by compare_key (base/text.hpp).
struct FeedFilter {
  std::vector<std::string> categories;
  bool with_children = true;  // a category stands for its whole subtree
  std::vector<std::string> tags, authors, languages;
  std::vector<std::string> exclude_categories, exclude_tags;
};

// A FeedDefinition is one named selection at one URL: a file feeds/<key>.toml, or derived for a
// category, tag or author. Keys: "main" (served at the root), "<name>" (at /<name>/...),
// "category/<path>", "tag/<tag>", "author/<author>" (NFC, not percent-encoded), "" for the list of
// all posts behind the HTML page at "/", and "opml" (opml_key) for the list of all feeds at
// /opml.xml.
struct FeedDefinition {
  std::string key;
  std::string title;  // empty for derived feeds: made from the site's title and the label
  std::string description;
  FeedFilter filter;
  std::size_t limit = 20;
  FeedContent content = FeedContent::full;
  FeedProfile profile = FeedProfile::standard;
  FeedExtensions extensions;
  // Documents of RSS, Atom and JSON Feed do not grow beyond this: the oldest entries then show
  // their summary instead of their content, and if that is not enough are left out (F-006), though
  // not of pages of the archive.
  std::size_t max_bytes = 4'000'000;
  std::string language;  // empty: the site's
  // Where the feed has moved for good: an absolute URL (every format leads there) or the key of
  // another feed of this site (each format to its own). Its addresses answer 301 (H-230), and it
  // tells nobody of changes any more.
  std::string moved_to;
  bool is_gone = false;  // its addresses answer 410 (H-233), and it tells nobody either

  bool is_served() const { return moved_to.empty() && !is_gone; }
};

// Which derived feeds exist and how they are cut.
struct DerivedFeeds {
  bool categories = true, tags = true, authors = true;
  std::size_t limit = 20;
  FeedContent content = FeedContent::full;
};

// What the store remembers of a feed. revision counts up from 1; changed_at is its second, never
// shared by two revisions, never moves back (H-110..H-117).
struct FeedState {
  std::string key;
  std::string label;  // display name of the category, tag or author behind a derived feed
  std::int64_t revision = 0;
  Timestamp changed_at;  // whole seconds
  std::string
      definition_hash;     // of site settings and definition that the last revision was made with
  int format_version = 0;  // of the program that made the last revision
  std::int64_t total = 0;  // members, inside and outside the window
  // Of a feed: the page of its archive (model/archive.hpp) that holds the newest-numbered member
  // outside the window, and so the last one needed to reach them all; nothing when the window holds
  // every member. Of a page: its neighbours.
  std::optional<std::int64_t> older_page, newer_page;
};

// Where a document stands in the feed's whole history (RFC 5005, H-200..H-207). For each format an
// absolute URL; empty: there is none.
struct HistoryUrls {
  std::string rss, atom, json;
};
struct FeedHistory {
  bool is_complete =
      false;  // the document holds every entry: fh:complete, and none of the links below
  bool is_archive = false;     // an archive document: fh:archive
  HistoryUrls current;         // archives: the subscription document
  HistoryUrls previous, next;  // prev-archive and next-archive; JSON Feed's next_url is `previous`
  // Of a subscription document, for one that has to leave entries out (F-006): the page behind
  // `previous`, 0 without one, and the addresses of the pages that its entries are in.
  std::int64_t previous_page = 0;
  std::map<std::int64_t, HistoryUrls> pages = {};
};

// A post that readers were shown and that has gone (RFC 6721). The newest max_tombstones are kept
// of each feed that showed them: F-102 thinks of 30 to 90 days, but a document must not change
// because a day went by.
struct Tombstone {
  std::string entry_id;
  Timestamp when;  // whole seconds
};
constexpr std::size_t max_tombstones = 50;

// A Feed is what renderers spell: everything that shows, nothing else. Same Feed, same bytes.
struct Feed {
  std::string key;
  std::string id;  // Atom id: tag URI, stable for life
  std::string title, description, language;
  std::string home_url;  // the page for people
  std::string rss_url, atom_url, json_url,
      html_url;  // rel=self of each format; html_url may be empty
  // Can the three be subscribed to? Not when a page stands for a feed that has moved or is gone:
  // then it leads to none.
  bool is_served = true;
  Author author;
  std::string copyright, icon_url;
  std::vector<std::string> hubs;
  int ttl_minutes = 5;
  FeedContent content = FeedContent::full;
  FeedProfile profile = FeedProfile::standard;
  FeedExtensions extensions;
  std::size_t max_bytes = 4'000'000;
  FeedHistory history;
  std::vector<Tombstone> tombstones;  // newest first
  Timestamp changed_at;
  std::int64_t total = 0;  // all members, of which `entries` are the newest
  std::string time_zone;
  DerivedFeeds derived;        // which categories, tags and authors have feeds that pages lead to
  std::vector<Entry> entries;  // newest published first, ties by sequence, newest first
};

// The list of a site's feeds, served as OPML: the feeds that are defined and served, main first,
// and those of categories. It has a state as feeds have one, which advances when the list does.
constexpr std::string_view opml_key = "opml";
constexpr std::size_t max_listed_categories = 200;  // the first in the order of their keys

struct ListedFeed {
  std::string title, description;
  std::string language;  // empty: not said
  std::string rss_url, html_url;
};
struct FeedList {
  std::string title, owner;
  std::vector<ListedFeed> feeds, categories;
};

// Raised when a release changes the bytes of a format on purpose: the step then advances each feed
// once (H-117).
constexpr int format_version = 2;

}  // namespace sosik
