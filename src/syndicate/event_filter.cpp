#include "event_filter.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sosik/base/text.hpp"
#include "sosik/store/syndication_store.hpp"

namespace sosik {
namespace {

using nlohmann::json;

std::vector<std::string> names_in(const json& data, const char* member) {
  std::vector<std::string> names;
  const auto at = data.find(member);
  if (at == data.end() || !at->is_array()) return names;
  for (const auto& name : *at)
    if (name.is_string()) names.push_back(name.get<std::string>());
  return names;
}

bool wants_kind(const Target& target, EventKind kind) {
  const auto& events = target.filter.events;
  if (!events.empty()) return std::ranges::find(events, to_string(kind)) != events.end();
  if (target.kind == TargetKind::webhook) return kind != EventKind::feed_changed;
  return kind == EventKind::post_published;
}

}  // namespace

EventFacts post_facts(EventKind kind, const std::vector<std::string>& feed_keys,
                      const std::vector<std::string>& category_paths) {
  EventFacts facts;
  facts.kind = kind;
  for (const auto& key : feed_keys) facts.feeds.insert(feed_fold(key));
  for (const auto& path : category_paths)
    for (std::size_t end = path.find('/');; end = path.find('/', end + 1)) {
      facts.categories.insert(compare_key(path.substr(0, end)));
      if (end == std::string::npos) break;
    }
  return facts;
}

EventFacts feed_facts(const std::string& feed_key) {
  return {EventKind::feed_changed, {feed_fold(feed_key)}, {}};
}

EventFacts facts_of(const Event& event) {
  if (event.kind == EventKind::feed_changed) return feed_facts(event.subject);
  const auto data = json::parse(event.data, nullptr, false);
  if (!data.is_object()) return {event.kind, {}, {}};
  return post_facts(event.kind, names_in(data, "feeds"), names_in(data, "categories"));
}

bool wants(const Target& target, const EventFacts& facts) {
  if (!is_told_of_events(target.kind) || !wants_kind(target, facts.kind)) return false;
  const auto& [events, feeds, categories] = target.filter;
  const bool in_feed = feeds.empty() || std::ranges::any_of(feeds, [&](const std::string& key) {
                         return facts.feeds.contains(feed_fold(key));
                       });
  // A feed has no categories: who asked for some is not told of feeds.
  return in_feed &&
         (categories.empty() || std::ranges::any_of(categories, [&](const std::string& path) {
            return facts.categories.contains(compare_key(path));
          }));
}

}  // namespace sosik
