#include "purge_keys.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "sosik/base/url.hpp"
#include "sosik/model/archive.hpp"
#include "sosik/model/feed.hpp"
#include "sosik/model/surrogate_key.hpp"

namespace sosik {

namespace {

std::optional<std::vector<std::string>> segments_below(std::string_view root,
                                                       std::string_view url) {
  if (!url.starts_with(root) || !url.substr(root.size()).starts_with('/')) return std::nullopt;
  url.remove_prefix(root.size());
  std::vector<std::string> segments;
  while (!url.empty()) {
    url.remove_prefix(1);  // the slash
    const auto raw = url.substr(0, url.find('/'));
    url.remove_prefix(raw.size());
    auto segment = decode_percent(raw);
    if (!segment) return std::nullopt;
    segments.push_back(std::move(*segment));
  }
  return segments;
}

std::string joined(const std::vector<std::string>& segments) {
  std::string key;
  for (const auto& segment : segments) key += (key.empty() ? "" : "/") + segment;
  return key;
}

}  // namespace

std::vector<std::string> purge_keys(const Site& site, std::string_view url) {
  auto segments = segments_below(site.public_url, url);
  if (!segments) return {};
  const std::string last = segments->back();
  segments->pop_back();
  if (segments->empty() && last.empty()) return {surrogate_key(site.id, "")};
  if (segments->empty() && last == "opml.xml") return {surrogate_key(site.id, opml_key)};
  if (segments->size() == 1 && segments->front() == "posts" && !last.empty())
    return {surrogate_key(site.id, "posts/" + last)};
  constexpr std::string_view documents[] = {"rss.xml", "atom.xml", "feed.json", "feed", ""};
  if (std::ranges::count(documents, last) == 0) return {};
  if (segments->empty()) {
    if (last == "feed") return {surrogate_key(site.id, "main"), surrogate_key(site.id, "")};
    return {surrogate_key(site.id, "main")};
  }
  const auto count = segments->size();
  const std::string number = segments->back();
  if (count >= 2 && (*segments)[count - 2] == "archive") {
    std::int64_t page = 0;
    const auto end = number.data() + number.size();
    const auto [rest, error] = std::from_chars(number.data(), end, page);
    if (error != std::errc() || rest != end) return {};
    segments->resize(count - 2);
    return {
        surrogate_key(site.id, archive_key(segments->empty() ? "main" : joined(*segments), page))};
  }
  return {surrogate_key(site.id, joined(*segments))};
}

}  // namespace sosik
