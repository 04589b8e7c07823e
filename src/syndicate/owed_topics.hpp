// Deliveries to those who are told of topics: one a (target, topic) is open at a time; further
// changes raise its revision (N-205). Inside the step's transaction; throws StoreFailed.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "sosik/model/target.hpp"
#include "sosik/store/syndication_store.hpp"
#include "sosik/syndicate/step.hpp"

namespace sosik {

// The number of deliveries that were added: 1, or 0 when one was raised.
std::size_t owe_topic(SyndicationStore&, const SyndicationPlan&, const Target&,
                      const std::string& topic, std::int64_t revision, Timestamp now);

// Caches are to forget everything that is served of the feed (H-178); also of a list of feeds and
// of a page of an archive.
std::size_t owe_purges(SyndicationStore&, const SyndicationPlan&, const std::vector<Target>&,
                       const FeedState&, Timestamp now);

}  // namespace sosik
