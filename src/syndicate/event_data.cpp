#include "event_data.hpp"

#include <nlohmann/json.hpp>

#include "sosik/base/text.hpp"
#include "sosik/base/timestamp.hpp"

namespace sosik {
namespace {

using nlohmann::ordered_json;

// Bytes, each of a list's together: what a payload under 20 KB has room for, escapes included.
constexpr std::size_t max_title = 2000, max_excerpt = 1000, max_feeds = 5000, max_categories = 2000;

std::string text_of(const ordered_json& value) {
  return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string cut(const std::string& text, std::size_t max_bytes) {
  return text.substr(0, prefix_of_bytes(text, max_bytes));
}

ordered_json as_many_as_fit(const std::vector<std::string>& names, std::size_t max_bytes) {
  auto list = ordered_json::array();
  std::size_t size = 0;
  for (const auto& name : names) {
    if ((size += name.size()) > max_bytes) break;
    list.push_back(name);
  }
  return list;
}

std::vector<std::string> paths_of(const Entry& entry) {
  std::vector<std::string> paths;
  for (const auto& category : entry.categories) paths.push_back(category.path);
  return paths;
}

}  // namespace

std::string post_data(const Entry& entry, const std::vector<std::string>& feeds) {
  const TimeZone utc = TimeZone::utc();
  ordered_json data;
  data["id"] = entry.id;
  data["post_id"] = entry.post_id;
  data["url"] = entry.url;
  data["title"] = cut(entry.title, max_title);
  if (!entry.summary.empty()) data["excerpt"] = cut(entry.summary, max_excerpt);
  data["published"] = rfc3339_date(entry.published, utc);
  data["updated"] = rfc3339_date(entry.updated, utc);
  data["revision"] = entry.revision;
  data["feeds"] = as_many_as_fit(feeds, max_feeds);
  data["categories"] = as_many_as_fit(paths_of(entry), max_categories);
  return text_of(data);
}

std::string post_content(const Entry& entry, std::string_view html) {
  ordered_json content;
  content["slug"] = entry.slug;
  content["language"] = entry.language;
  content["summary"] = entry.summary;
  content["content_html"] = html;
  content["tags"] = entry.tags;
  content["authors"] = ordered_json::array();
  for (const auto& author : entry.authors)
    content["authors"].push_back({{"name", author.name}, {"url", author.url}});
  if (entry.image) content["image"] = entry.image->url;
  content["enclosures"] = ordered_json::array();
  for (const auto& enclosure : entry.enclosures)
    content["enclosures"].push_back({{"url", enclosure.url}, {"type", enclosure.type}});
  return text_of(content);
}

std::string feed_data(const FeedState& feed, const FeedUrls& urls) {
  ordered_json data;
  data["feed"] = feed.key;
  data["revision"] = feed.revision;
  data["changed"] = rfc3339_date(feed.changed_at, TimeZone::utc());
  data["rss"] = urls.rss;
  data["atom"] = urls.atom;
  data["json"] = urls.json;
  return text_of(data);
}

}  // namespace sosik
