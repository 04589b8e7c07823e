// Feed definitions: the ones behind derived keys, and the hashes by which a changed one is noticed.
#include <nlohmann/json.hpp>

#include "membership.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/model/archive.hpp"
#include "sosik/syndicate/step.hpp"

namespace sosik {
namespace {

using nlohmann::json;

// The page at "/" is no archive; what it lists beyond its posts is their number.
constexpr std::size_t all_posts_limit = 1000;

json filter_json(const FeedFilter& f) {
  return {f.categories, f.with_children,      f.tags,        f.authors,
          f.languages,  f.exclude_categories, f.exclude_tags};
}

std::string hash_of(const json& value) {
  return hash64_hex(value.dump(-1, ' ', false, json::error_handler_t::replace));
}

// Of what the list of feeds shows besides the categories that there are, and nothing else: it is to
// change when its bytes do.
std::string list_hash(const SyndicationPlan& plan) {
  const Site& site = plan.site;
  json all = {site.title, site.language, site.author.name, site.public_url,
              plan.derived.categories};
  for (const auto& d : plan.definitions)
    if (d.is_served()) all.push_back({d.key, d.title, d.description, d.language});
  return hash_of(all);
}

FeedDefinition derived(const DerivedFeeds& how, std::string_view key, FeedFilter filter) {
  FeedDefinition definition;
  definition.key = key;
  definition.filter = std::move(filter);
  definition.limit = how.limit;
  definition.content = how.content;
  return definition;
}

}  // namespace

std::optional<FeedDefinition> definition_of(const SyndicationPlan& plan, std::string_view key,
                                            std::string_view) {
  if (key.empty()) {
    FeedDefinition all;
    all.limit = all_posts_limit;
    all.content = FeedContent::summary;
    return all;
  }
  if (key == opml_key) {
    FeedDefinition list;
    list.key = opml_key;
    return list;
  }
  if (const auto archive = archive_page_of(key)) {
    if (archive->feed.empty() || archive->feed == opml_key) return std::nullopt;
    auto page = definition_of(plan, archive->feed, "");
    if (page) page->key = key;
    return page;
  }
  for (const auto& definition : plan.definitions)
    if (definition.key == key) return definition;
  FeedFilter filter;
  const auto slash = key.find('/');
  if (slash == std::string_view::npos || slash + 1 == key.size()) return std::nullopt;
  const std::string_view kind = key.substr(0, slash);
  const std::string name(key.substr(slash + 1));
  if (kind == "category" && plan.derived.categories) {
    filter.categories = {name};
  } else if (kind == "tag" && plan.derived.tags) {
    filter.tags = {name};
  } else if (kind == "author" && plan.derived.authors) {
    filter.authors = {name};
  } else {
    return std::nullopt;
  }
  return derived(plan.derived, key, std::move(filter));
}

std::string definition_hash(const Site& site, const FeedDefinition& d,
                            const DerivedFeeds& derived) {
  json all = {site.title,
              site.description,
              site.language,
              site.time_zone,
              site.public_url,
              site.home_url,
              site.id_authority,
              site.author.key,
              site.author.name,
              site.author.url,
              site.author.email,
              site.copyright,
              site.icon_url,
              site.hubs,
              site.max_age_seconds,
              d.key,
              d.title,
              d.description,
              filter_json(d.filter),
              d.limit,
              static_cast<int>(d.content),
              d.language,
              derived.categories,
              derived.tags,
              derived.authors};
  // Only where it says something, so that no other feed's hash is another than before.
  if (!d.is_served()) all.push_back({d.moved_to, d.is_gone});
  if (d.profile != FeedProfile::standard) all.push_back({"profile", static_cast<int>(d.profile)});
  const FeedExtensions& x = d.extensions;
  if (x != FeedExtensions{}) all.push_back({"extensions", x.tombstones, x.webfeeds, x.source});
  if (d.max_bytes != FeedDefinition{}.max_bytes) all.push_back({"max_bytes", d.max_bytes});
  return hash_of(all);
}

std::string definition_hash(const SyndicationPlan& plan, const FeedDefinition& d) {
  if (d.key == opml_key) return list_hash(plan);
  std::string own = definition_hash(plan.site, d, plan.derived);
  if (!d.key.empty()) return own;
  const auto main = definition_of(plan, "main", "");
  if (!main || main->is_served()) return own;
  return hash_of({own, main->moved_to, main->is_gone});
}

std::string filter_hash(const Site& site, const FeedDefinition& d) {
  return hash_of({filter_json(d.filter), d.filter.languages.empty() ? "" : site.language});
}

}  // namespace sosik
