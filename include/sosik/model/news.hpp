// News: what one change by the syndication step means to whoever holds something of a feed. The
// step writes them in its own transaction; every node reads them and tells its caches
// (docs/nodes.md).
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "sosik/model/feed.hpp"
#include "sosik/model/site.hpp"

namespace sosik {

// How often every node looks for them.
constexpr std::chrono::milliseconds news_interval{250};

struct News {
  std::int64_t number = 0;  // of all sites, from 1 on, in the order of commits
  SiteId site = 1;
  std::vector<FeedState> feeds;    // "" (all posts) and "opml" (all feeds) included
  std::vector<FeedState> pages;    // of archives (model/archive.hpp)
  std::vector<std::string> slugs;  // of post pages: shown, edited or gone; NFC
  std::int64_t deliveries = 0;     // owed by it
  bool has_plan = false;           // the plan in the store is another one

  bool is_empty() const {
    return feeds.empty() && pages.empty() && slugs.empty() && deliveries == 0 && !has_plan;
  }
};

// How far somebody has read: the last news known to them, and by what it can be told from others
// that came to have its number.
struct NewsPlace {
  std::int64_t number = 0;  // 0: none
  std::string mark;
};

// What was committed after a place.
struct NewsSince {
  std::vector<News> news;  // oldest first
  NewsPlace place;         // behind them
  bool has_gap = false;    // some are no longer there: anything may have changed
  // The place is none of this store's: it was restored, or is a standby that lacks the last
  // commits. Then there is a gap, too.
  bool is_another_past = false;
};

}  // namespace sosik
