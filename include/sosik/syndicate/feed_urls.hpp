// Where a feed is reached: the one place that turns a feed's key into URLs, so that what a hub is
// told, what a feed says of itself and what the server answers never differ. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "sosik/model/feed.hpp"
#include "sosik/model/site.hpp"

namespace sosik {

// Absolute ASCII. For "" (the list of all posts) only `html` is set.
struct FeedUrls {
  std::string rss, atom, json, html;
};

// "main" lives at the root, "<name>" below /<name>, derived feeds below /category/{path},
// /tag/{tag}, /author/{author}. `html` is the address that negotiates (main: public_url + "/feed";
// others: the feed's own path). A page of an archive (model/archive.hpp) is at /archive/{n} below
// its feed, without `html`.
FeedUrls feed_urls(const Site&, std::string_view key);

// How the address of a feed ends, behind its folder and '/'. The documents come first; then what
// other engines used (WordPress, Hugo, Jekyll, Ghost, Tistory), answered in place so that
// subscribers survive a move. A '/' at the end means that the path ends so.
struct FeedEnding {
  std::string_view text;
  Format format;
  bool is_negotiated = false;  // `format` is what is served to who prefers none
};
inline constexpr FeedEnding feed_endings[] = {
    {"rss.xml", Format::rss},    {"atom.xml", Format::atom},   {"feed.json", Format::json},
    {"feed", Format::rss, true}, {"feed/", Format::rss},       {"feed/rss", Format::rss},
    {"feed/rss/", Format::rss},  {"feed/atom", Format::atom},  {"feed/atom/", Format::atom},
    {"feed/json", Format::json}, {"feed/json/", Format::json}, {"rss", Format::rss},
    {"rss/", Format::rss},       {"atom", Format::atom},       {"atom/", Format::atom},
    {"index.xml", Format::rss},  {"feed.xml", Format::atom},
};
inline constexpr std::size_t document_endings = 3;  // all that a page of an archive has

// Every address at which something of the feed is served without a redirect: what caches may hold
// of it. For "" also the main feed's negotiated one, which shows that page to browsers.
std::vector<std::string> feed_addresses(const Site&, std::string_view key);

// public_url + "/opml.xml".
std::string opml_url(const Site&);

// public_url + "/posts/" + the slug as one segment.
std::string post_page_url(const Site&, std::string_view slug);

}  // namespace sosik
