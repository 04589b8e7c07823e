#include "route.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <vector>

#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"
#include "sosik/model/archive.hpp"
#include "sosik/store/syndication_store.hpp"
#include "sosik/syndicate/feed_urls.hpp"

namespace sosik {

namespace {

// A path taken apart: segments decoded once (so "%2F" is a character of a segment, not a separator)
// and in NFC.
struct Path {
  std::vector<std::string> segments;
  bool ends_in_slash = false;
  bool is_forbidden = false;
  bool is_legacy = false;      // read as CP949
  bool is_unreadable = false;  // and not that either
};

bool has_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto octet = static_cast<unsigned char>(text[i]);
    if (octet < 0x20 || octet == 0x7F) return true;
    if (octet == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0)
      return true;  // U+0080 to U+009F
  }
  return false;
}

Path take_apart(std::string_view text) {
  Path path;
  if (!text.starts_with('/')) {
    path.is_forbidden = true;
    return path;
  }
  while (!text.empty()) {
    text.remove_prefix(1);  // the slash
    const std::string_view raw = text.substr(0, text.find('/'));
    text.remove_prefix(raw.size());
    Result<std::string> decoded = decode_percent(raw);
    const bool is_legacy = decoded && !is_valid_utf8(*decoded);
    if (is_legacy) decoded = decode_uhc(*decoded);
    // Not before: the octets of CP949 look like controls of UTF-8.
    if (!decoded || has_control(*decoded)) {
      path.is_forbidden = true;
      return path;
    }
    path.ends_in_slash = decoded->empty() || *decoded == "." || *decoded == "..";
    if (*decoded == "..") {
      if (!path.segments.empty()) path.segments.pop_back();
    } else if (is_legacy) {
      path.is_legacy = true;
      path.segments.push_back(nfc(*decoded));
      if (path.segments.back().find("\uFFFD") != std::string::npos) path.is_unreadable = true;
    } else if (*decoded != "." && !(decoded->empty() && text.empty())) {
      path.segments.push_back(
          nfc(*decoded));  // an empty one inside names nothing, and stays to say so
    }
  }
  return path;
}

std::string spell(std::string_view base_path, const std::vector<std::string>& segments,
                  bool slash) {
  std::string text(base_path);
  for (const std::string& segment : segments) text.append("/").append(encode_segment(segment));
  if (slash || segments.empty()) text += '/';
  return text;
}

bool contains_slash(const std::string& segment) { return segment.find('/') != segment.npos; }
// Names of feeds hold no dot, so what scanners ask for ("/login.php/") never reaches the store.
bool can_be_name(const std::string& segment) { return segment.find_first_of("/.") == segment.npos; }

// "3", as it is written in addresses of pages; 0 for anything else.
std::int64_t page_number(std::string_view text) {
  constexpr std::size_t longest = 9;
  if (text.empty() || text.size() > longest || text.front() == '0') return 0;
  std::int64_t number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return 0;
    number = number * 10 + (c - '0');
  }
  return number;
}

// The key of the feed whose address begins with the first `count` segments.
std::optional<std::string> feed_key(const std::vector<std::string>& segments, std::size_t count) {
  if (count == 0) return "main";
  const std::string& first = segments[0];
  const auto begin = segments.begin(), end = begin + static_cast<std::ptrdiff_t>(count);
  if (std::any_of(begin, end, [](const std::string& s) { return s.empty(); })) return std::nullopt;
  if (first == "category" && count > 1) {
    if (std::any_of(begin + 1, end, contains_slash)) return std::nullopt;
    std::string key = first;
    for (auto name = begin + 1; name != end; ++name) key.append("/").append(*name);
    return key;
  }
  if ((first == "tag" || first == "author") && count == 2) return first + "/" + segments[1];
  constexpr std::string_view reserved[] = {"main",  "category", "tag",      "author", "archive",
                                           "posts", "hub",      "rsscloud", "feed",   opml_key};
  if (count != 1 || !can_be_name(first) || std::ranges::count(reserved, first) != 0)
    return std::nullopt;
  return first;
}

bool match_feed(const Path& path, Route& route) {
  const auto& segments = path.segments;
  for (std::size_t length : {std::size_t{2}, std::size_t{1}}) {
    if (segments.size() < length) continue;
    const std::size_t before = segments.size() - length;
    std::string end = segments[before];
    if (length == 2) end.append("/").append(segments[before + 1]);
    if (path.ends_in_slash) end += '/';
    const auto ending = std::ranges::find(feed_endings, end, &FeedEnding::text);
    if (ending == std::end(feed_endings)) continue;
    const auto kind = ending->is_negotiated ? Route::Kind::negotiated : Route::Kind::fixed;
    if (const auto page = before >= 2 && segments[before - 2] == "archive"
                              ? page_number(segments[before - 1])
                              : 0) {
      // Pages of archives have just the addresses that documents name.
      const auto feed = feed_key(segments, before - 2);
      if (!feed || ending >= std::begin(feed_endings) + document_endings) return false;
      route.kind = kind;
      route.format = ending->format;
      route.key = archive_key(*feed, page);
      return true;
    }
    if (auto key = feed_key(segments, before)) {
      route.kind = kind;
      route.format = ending->format;
      route.key = std::move(*key);
      return true;
    }
  }
  return false;
}

}  // namespace

Route route(std::string_view text, std::string_view base_path, std::string_view indexnow_key) {
  Route route;
  Path path = take_apart(text);
  if (path.is_forbidden) {
    route.kind = Route::Kind::bad_request;
    return route;
  }
  if (path.is_unreadable) return route;
  route.is_legacy = path.is_legacy;
  if (!base_path.empty()) {
    const Path base = take_apart(base_path);
    if (path.segments.size() < base.segments.size() ||
        !std::equal(base.segments.begin(), base.segments.end(), path.segments.begin()))
      return route;
    path.segments.erase(path.segments.begin(),
                        path.segments.begin() + static_cast<std::ptrdiff_t>(base.segments.size()));
  }

  const auto& segments = path.segments;
  bool slash = path.ends_in_slash;
  if (segments.empty()) {
    route.kind = Route::Kind::fixed;
    route.format = Format::html;
  } else if (segments[0] == "posts" && segments.size() == 2 && !segments[1].empty()) {
    route.kind = Route::Kind::fixed;
    route.format = Format::html;
    route.key = "posts/" + segments[1];
    slash = false;
  } else if (segments.size() == 1 && segments[0] == "style.css" && !slash) {
    route.kind = Route::Kind::style_sheet;
  } else if (segments.size() == 1 && !slash && !indexnow_key.empty() &&
             segments[0] == std::string(indexnow_key) + ".txt") {
    route.kind = Route::Kind::indexnow_key;
  } else if (segments.size() == 1 && segments[0] == "opml.xml" && !slash) {
    route.kind = Route::Kind::fixed;
    route.format = Format::opml;
    route.key = opml_key;
  } else if (match_feed(path, route)) {
    // as it says
  } else if (auto key = feed_key(segments, segments.size()); key && slash) {
    route.kind = Route::Kind::fixed;
    route.format = Format::html;
    route.key = std::move(*key);
  } else {
    return route;
  }
  route.canonical = spell(base_path, segments, slash);
  route.feed = std::hash<std::string>{}(feed_fold(route.key));
  return route;
}

std::string respelled(const Route& route, std::string_view key, std::string_view base_path) {
  Site site;
  site.public_url = base_path;
  const auto folder = [&](std::string_view of) {
    std::string path = feed_urls(site, of).rss;
    path.erase(path.rfind('/'));
    return path;
  };
  return folder(key) + route.canonical.substr(folder(route.key).size());
}

}  // namespace sosik
