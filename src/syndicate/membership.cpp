#include "membership.hpp"

#include <algorithm>
#include <array>

#include "sosik/base/text.hpp"

namespace sosik {
namespace {

bool contains_key(const std::vector<std::string>& wanted, std::string_view text) {
  const std::string key = compare_key(text);
  return std::any_of(wanted.begin(), wanted.end(),
                     [&](const std::string& w) { return compare_key(w) == key; });
}

bool is_category(std::string_view wanted, bool with_children, std::string_view path) {
  const std::string above = compare_key(wanted), key = compare_key(path);
  return key == above || (with_children && key.starts_with(above + "/"));
}

bool is_in_category(const std::vector<std::string>& wanted, bool with_children,
                    const Entry& entry) {
  for (const auto& w : wanted)
    for (const auto& category : entry.categories)
      if (is_category(w, with_children, category.path) ||
          is_category(w, with_children, category.label))
        return true;
  return false;
}

bool has_tag(const std::vector<std::string>& wanted, const Entry& entry) {
  const auto is_wanted = [&](const std::string& tag) { return contains_key(wanted, tag); };
  return std::any_of(entry.tag_keys.begin(), entry.tag_keys.end(), is_wanted) ||
         std::any_of(entry.tags.begin(), entry.tags.end(), is_wanted);
}

bool has_author(const std::vector<std::string>& wanted, const Entry& entry) {
  return std::any_of(entry.authors.begin(), entry.authors.end(), [&](const Author& a) {
    return contains_key(wanted, a.name) || (!a.key.empty() && contains_key(wanted, a.key));
  });
}

// "ko" selects "ko-KR" too.
bool has_language(const std::vector<std::string>& wanted, std::string_view language) {
  const std::string key = compare_key(language);
  return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& w) {
    const std::string range = compare_key(w);
    return key == range || key.starts_with(range + "-");
  });
}

// ".../archive/3" is a page of the archive of the category that stands before.
bool ends_like_a_page(std::string_view name) {
  const auto slash = name.rfind('/');
  if (slash == name.npos || slash + 1 == name.size()) return false;
  const auto above = name.substr(0, slash);
  const auto number = name.substr(slash + 1);
  return (above == "archive" || above.ends_with("/archive")) &&
         std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool selects(const FeedFilter& f, const Site& site, const Entry& entry) {
  if (!f.categories.empty() && !is_in_category(f.categories, f.with_children, entry)) return false;
  if (!f.tags.empty() && !has_tag(f.tags, entry)) return false;
  if (!f.authors.empty() && !has_author(f.authors, entry)) return false;
  if (!f.languages.empty() &&
      !has_language(f.languages, entry.language.empty() ? site.language : entry.language))
    return false;
  if (is_in_category(f.exclude_categories, true, entry)) return false;
  return !has_tag(f.exclude_tags, entry);
}

std::vector<FeedName> defined_feeds_of(const SyndicationPlan& plan, const Entry& entry) {
  std::vector<FeedName> feeds = {{"", ""}};
  for (const auto& definition : plan.definitions)
    if (selects(definition.filter, plan.site, entry)) feeds.push_back({definition.key, ""});
  return feeds;
}

bool can_have_feed(std::string_view key) {
  constexpr std::string_view category = "category/";
  constexpr std::array<std::string_view, 6> reserved = {"",        ".",        "..",
                                                        "rss.xml", "atom.xml", "feed.json"};
  std::string_view name = key.substr(key.find('/') + 1);
  if (name.size() > 1000) return false;
  // The '/' of a tag or an author is no separator in its address (feed_urls).
  if (key.starts_with(category) && ends_like_a_page(name)) return false;
  while (true) {
    const auto slash = name.find('/');
    const auto segment = name.substr(0, slash);
    if (std::find(reserved.begin(), reserved.end(), segment) != reserved.end()) return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}

}  // namespace sosik
