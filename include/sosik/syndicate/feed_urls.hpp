// Where a feed is reached: the one place that turns a feed's key into URLs, so that what a hub is
// told, what a feed says of itself and what the server answers never differ. Pure.
#pragma once
#include <string>
#include <string_view>

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

// public_url + "/opml.xml".
std::string opml_url(const Site&);

// public_url + "/posts/" + the slug as one segment.
std::string post_page_url(const Site&, std::string_view slug);

}  // namespace sosik
