// A party that is told of changes was seen to fetch a document: the proof that telling it worked
// (docs/notifications.md).
#pragma once
#include <string>
#include <vector>

#include "sosik/base/clock.hpp"
#include "sosik/model/feed.hpp"
#include "sosik/model/site.hpp"

namespace sosik {

// By what a fetch of a target is known.
struct Party {
  std::string target;                 // Target::name
  std::vector<std::string> agents;    // beginnings of words of its User-Agent, ignoring case
  std::vector<std::string> networks;  // CIDR that it comes from
};

struct SeenFetch {
  std::vector<std::string> targets;
  std::string key;  // of the feed, or "posts/<slug>"
  Format format = Format::rss;
  Timestamp changed_at;  // of what it got: a feed's revision owns its second
  Timestamp at;
  SiteId site = main_site;
};

}  // namespace sosik
