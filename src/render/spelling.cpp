#include "spelling.hpp"

#include <algorithm>

#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"

namespace sosik {

TimeZone zone_of(const Feed& feed) {
  auto zone = TimeZone::named(feed.time_zone);
  return zone ? zone.value() : TimeZone::utc();
}

std::string title_or_first_words(const Entry& entry, const TimeZone& zone) {
  constexpr std::size_t max_graphemes = 40;
  if (!is_blank(entry.title)) return entry.title;
  if (!is_blank(entry.summary)) return excerpt(entry.summary, max_graphemes);
  return korean_date(entry.published, zone);
}

std::vector<std::string> category_and_tag_names(const Entry& entry) {
  std::vector<std::string> names;
  const auto add_once = [&names](const std::string& name) {
    if (!is_blank(name) && std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  for (const auto& category : entry.categories) add_once(category.label);
  for (const auto& tag : entry.tags) add_once(tag);
  return names;
}

bool has_own_language(const Feed& feed, const Entry& entry) {
  return !entry.language.empty() && entry.language != feed.language;
}

std::string service_root(const Feed& feed) {
  const std::string_view key = feed.key;
  // A category's '/' separate segments; in a tag or an author it is a character.
  const auto own_segments = key.empty() || key == "main"   ? 0
                            : key.starts_with("category/") ? 1 + std::ranges::count(key, '/')
                            : key.starts_with("tag/") || key.starts_with("author/") ? 2
                                                                                    : 1;
  std::string root = feed.rss_url;
  for (auto left = own_segments + 1; left > 0; --left)
    root.resize(std::min(root.size(), root.rfind('/')));
  return root;
}

}  // namespace sosik
