// Which target is told of which event (N-163). Pure.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "sosik/model/event.hpp"
#include "sosik/model/target.hpp"

namespace sosik {

// What a filter looks at, in the form in which names are compared.
struct EventFacts {
  EventKind kind = EventKind::post_published;
  std::set<std::string>
      feeds;  // folds (feed_fold) of the feeds the post is or was in, or that changed
  std::set<std::string> categories;  // compare_key of each path of the post and of those above it
};

EventFacts post_facts(EventKind, const std::vector<std::string>& feed_keys,
                      const std::vector<std::string>& category_paths);
EventFacts feed_facts(const std::string& feed_key);
// The facts of an event that was recorded, from its data.
EventFacts facts_of(const Event&);

// Only for targets that are told of events. A filter that names no events takes those of posts; a
// chat's, only the publishing of posts.
bool wants(const Target&, const EventFacts&);

}  // namespace sosik
