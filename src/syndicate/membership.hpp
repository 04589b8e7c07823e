// Which feeds an entry belongs to: a pure function of the entry and the plan.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "sosik/store/syndication_store.hpp"
#include "sosik/syndicate/step.hpp"

namespace sosik {

// A feed that an entry is in. `label` is how the entry names it (derived feeds).
struct FeedName {
  std::string key;
  std::string label;
};

// True when the filter selects the entry.
bool selects(const FeedFilter&, const Site&, const Entry&);

// "", and every defined feed that selects the entry.
std::vector<FeedName> defined_feeds_of(const SyndicationPlan&, const Entry&);

// False for the key of a category, tag or author whose path would collide with a document's
// ("rss.xml"), a page's of an archive, or a dot segment.
bool can_have_feed(std::string_view key);

// Of everything that decides a defined feed's members.
std::string filter_hash(const Site&, const FeedDefinition&);

}  // namespace sosik
