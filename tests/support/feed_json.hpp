// Reads a Feed from JSON, so that a test case is a file: tests/golden/<case>/input.json. Every
// member is optional; what is left out comes from a plain little blog at https://blog.example in
// Asia/Seoul.
#pragma once
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "sosik/base/timestamp.hpp"
#include "sosik/model/feed.hpp"

namespace sosik::testing {

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return {};
  return {std::istreambuf_iterator<char>(file), {}};
}

inline Timestamp date_from(const nlohmann::json& object, const char* name, const char* otherwise) {
  return parse_date(object.value(name, otherwise), TimeZone::utc()).value();
}

inline Author author_from(const nlohmann::json& json) {
  return {json.value("key", ""), json.value("name", "김소식"), json.value("url", ""), ""};
}

inline Enclosure enclosure_from(const nlohmann::json& json) {
  return {json.value("url", ""), json.value("type", ""), json.value("length", std::int64_t{0}),
          json.value("title", ""), json.value("duration_seconds", 0)};
}

inline Image image_from(const nlohmann::json& json) {
  return {json.value("url", ""), json.value("alt", ""), json.value("width", 0),
          json.value("height", 0)};
}

inline HistoryUrls history_urls_from(const nlohmann::json& json) {
  return {json.value("rss", ""), json.value("atom", ""), json.value("json", "")};
}

inline FeedHistory history_from(const nlohmann::json& json) {
  const auto urls = [&](const char* name) {
    return history_urls_from(json.value(name, nlohmann::json::object()));
  };
  FeedHistory history = {json.value("is_complete", false), json.value("is_archive", false),
                         urls("current"), urls("previous"), urls("next")};
  history.previous_page = json.value("previous_page", std::int64_t{0});
  const auto pages = json.value("pages", nlohmann::json::object());
  for (const auto& [page, of_page] : pages.items())
    history.pages[std::stoll(page)] = history_urls_from(of_page);
  return history;
}

inline FeedExtensions extensions_from(const nlohmann::json& names) {
  const auto holds = [&](const char* name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  return {holds("tombstones"), holds("webfeeds"), holds("source")};
}

inline Entry entry_from(const nlohmann::json& json, std::int64_t sequence) {
  Entry entry;
  const std::string number = std::to_string(sequence);
  entry.sequence = json.value("sequence", sequence);
  entry.id = json.value("id", "tag:blog.example,2026:/posts/" + number);
  entry.slug = json.value("slug", "post-" + number);
  entry.url = json.value("url", "https://blog.example/posts/post-" + number);
  entry.title = json.value("title", "글 " + number);
  entry.summary = json.value("summary", "짧은 요약입니다.");
  entry.content_html = json.value("content_html", "<p>본문입니다.</p>");
  entry.language = json.value("language", "");
  entry.published = date_from(json, "published", "2026-11-23T18:05:09+09:00");
  entry.updated = json.contains("updated") ? date_from(json, "updated", "") : entry.published;
  entry.changed_at = entry.updated;
  if (json.contains("image")) entry.image = image_from(json["image"]);
  entry.archive_page = json.value("archive_page", std::int64_t{0});
  entry.comments_url = json.value("comments_url", "");
  if (json.contains("comment_count")) entry.comment_count = json["comment_count"];
  for (const auto& author : json.value("authors", nlohmann::json::parse("[{}]")))
    entry.authors.push_back(author_from(author));
  for (const auto& category : json.value("categories", nlohmann::json::array()))
    entry.categories.push_back({category.value("path", ""), category.value("label", "")});
  for (const auto& tag : json.value("tags", nlohmann::json::array())) entry.tags.push_back(tag);
  for (const auto& enclosure : json.value("enclosures", nlohmann::json::array()))
    entry.enclosures.push_back(enclosure_from(enclosure));
  return entry;
}

inline Feed feed_from(const nlohmann::json& json) {
  Feed feed;
  feed.key = json.value("key", "main");
  const std::string root = json.value("root", "https://blog.example");
  const std::string base = root + json.value("path", "");
  feed.id = json.value("id", "tag:blog.example,2026:/feed/main");
  feed.title = json.value("title", "소식 블로그");
  feed.description = json.value("description", "팀과 제품에 대한 기록");
  feed.language = json.value("language", "ko");
  feed.html_url = feed.key == "main" ? base + "/" : base + "/feed";
  feed.home_url = json.value("home_url", feed.html_url);
  feed.rss_url = base + "/rss.xml";
  feed.atom_url = base + "/atom.xml";
  feed.json_url = base + "/feed.json";
  feed.author = author_from(json.value("author", nlohmann::json::object()));
  feed.copyright = json.value("copyright", "");
  feed.icon_url = json.value("icon_url", "");
  for (const auto& hub : json.value("hubs", nlohmann::json::array())) feed.hubs.push_back(hub);
  feed.content =
      json.value("content", "full") == "summary" ? FeedContent::summary : FeedContent::full;
  feed.profile = json.value("profile", "standard") == "newsletter" ? FeedProfile::newsletter
                                                                   : FeedProfile::standard;
  feed.extensions = extensions_from(json.value("extensions", nlohmann::json::array()));
  feed.max_bytes = json.value("max_bytes", feed.max_bytes);
  feed.history = history_from(json.value("history", nlohmann::json::object()));
  for (const auto& tombstone : json.value("tombstones", nlohmann::json::array()))
    feed.tombstones.push_back({tombstone.value("id", ""), date_from(tombstone, "when", "")});
  feed.is_served = json.value("is_served", true);
  feed.ttl_minutes = json.value("ttl_minutes", feed.ttl_minutes);
  feed.changed_at = date_from(json, "changed_at", "2026-11-23T18:05:10+09:00");
  feed.time_zone = json.value("time_zone", "Asia/Seoul");
  const auto entries = json.value("entries", nlohmann::json::array());
  auto sequence = static_cast<std::int64_t>(entries.size());
  for (const auto& entry : entries) feed.entries.push_back(entry_from(entry, sequence--));
  feed.total = json.value("total", static_cast<std::int64_t>(entries.size()));
  return feed;
}

inline Feed feed_from_file(const std::filesystem::path& path) {
  return feed_from(nlohmann::json::parse(read_text(path)));
}

}  // namespace sosik::testing
