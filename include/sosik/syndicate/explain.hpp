// Why a post is, or is not, in each feed: what the step would make of its row now, asked by
// `sosik explain`. Writes nothing.
#pragma once
#include <string>
#include <vector>

#include "sosik/base/clock.hpp"
#include "sosik/base/result.hpp"
#include "sosik/model/entry.hpp"
#include "sosik/model/post.hpp"
#include "sosik/syndicate/step.hpp"

namespace sosik {

class Store;

struct FeedVerdict {
  std::string key;      // of a defined feed, or of one that the post's names derive
  std::string why_not;  // empty: the post belongs in it, once it is visible
};

struct PostPreview {
  Entry entry;                       // without id, sequence and revision; held_back says why not
  std::vector<std::string> notices;  // what was repaired
  std::vector<FeedVerdict> feeds;    // in the order of the definitions, then derived ones
};

// `slug`: the one that the post is shown under; empty: it asks for one. Fails as the store does.
Result<PostPreview> preview_post(Store&, const SyndicationPlan&, const Post&,
                                 const std::string& slug, Timestamp now);

// Which line of the filter excludes the entry, with what the entry has instead; empty: none does.
std::string why_not_selected(const FeedFilter&, const Site&, const Entry&);

}  // namespace sosik
