// From site, definition and store to the value that renderers spell.
#include <algorithm>
#include <optional>

#include "sosik/base/url.hpp"
#include "sosik/model/archive.hpp"
#include "sosik/snapshot/builder.hpp"
#include "sosik/store/store.hpp"
#include "sosik/syndicate/feed_urls.hpp"

namespace sosik {
namespace {

// Stable for life (F-086): the authority and the key, nothing that a redesign changes.
std::string feed_id(const Site& site, std::string_view key) {
  const std::string_view name = key.empty() ? "main" : key;
  return "tag:" + site.id_authority + ",2026:/feed/" + encode_path(name);
}

std::string title_of(const Site& site, const FeedDefinition& definition, const FeedState& state) {
  if (!definition.title.empty()) return definition.title;
  const auto archive = archive_page_of(definition.key);
  const std::string& key = archive ? archive->feed : definition.key;
  if (key.empty() || key == "main") return site.title;
  return site.title + " — " + (state.label.empty() ? key : state.label);
}

void set_urls(Feed& feed, const Site& site) {
  const auto archive = archive_page_of(feed.key);
  const std::string& known_as = archive ? archive->feed : feed.key;
  const bool is_main = known_as.empty() || known_as == "main";
  const FeedUrls urls = feed_urls(site, is_main ? "main" : known_as);
  feed.rss_url = urls.rss;
  feed.atom_url = urls.atom;
  feed.json_url = urls.json;
  // The page for people: "/" for the blog as a whole, else the address that negotiates.
  constexpr std::string_view file = "/rss.xml";
  const std::string base = urls.rss.substr(0, urls.rss.size() - file.size());
  feed.html_url = base + (is_main ? "/" : "/feed");
  feed.home_url = is_main && !site.home_url.empty() ? site.home_url : feed.html_url;
  if (!archive) return;
  const FeedUrls page = feed_urls(site, feed.key);
  feed.rss_url = page.rss;
  feed.atom_url = page.atom;
  feed.json_url = page.json;
}

HistoryUrls urls_of_page(const Site& site, std::string_view feed,
                         std::optional<std::int64_t> page) {
  if (!page) return {};
  const FeedUrls urls = feed_urls(site, archive_key(feed, *page));
  return {urls.rss, urls.atom, urls.json};
}

// RFC 5005: a document that holds everything says so; others lead to the archive.
void set_history(Feed& feed, const Site& site, const FeedState& state) {
  if (feed.key.empty()) return;
  const auto archive = archive_page_of(feed.key);
  const std::string& known_as = archive ? archive->feed : feed.key;
  feed.history.previous = urls_of_page(site, known_as, state.older_page);
  if (!archive) {
    feed.history.is_complete =
        !state.older_page && state.total <= static_cast<std::int64_t>(feed.entries.size());
    feed.history.previous_page = state.older_page.value_or(0);
    for (const Entry& entry : feed.entries)
      if (const auto page = entry.archive_page; page > 0 && !feed.history.pages.contains(page))
        feed.history.pages.emplace(page, urls_of_page(site, known_as, page));
    return;
  }
  feed.history.is_archive = true;
  feed.history.next = urls_of_page(site, known_as, state.newer_page);
  const FeedUrls current = feed_urls(site, known_as);
  feed.history.current = {current.rss, current.atom, current.json};
  feed.hubs.clear();  // an archive is no topic
  feed.tombstones.clear();
}

// The list of all posts leads to the main feed, which may have moved while the list stays.
bool is_served(const SyndicationPlan& plan, const FeedDefinition& definition) {
  if (!definition.key.empty()) return definition.is_served();
  const auto main = definition_of(plan, "main", "");
  return !main || main->is_served();
}

ListedFeed listed(const SyndicationPlan& plan, const FeedDefinition& definition,
                  const FeedState& state) {
  const Feed feed = assemble_feed(plan, definition, {state, {}, {}});
  return {feed.title, definition.description, feed.language, feed.rss_url, feed.html_url};
}

}  // namespace

FeedList assemble_feed_list(const SyndicationPlan& plan, const StoredFeedList& stored) {
  FeedList list;
  list.title = plan.site.title;
  list.owner = plan.site.author.name;
  const auto add = [&](const FeedDefinition& definition) {
    if (definition.is_served()) list.feeds.push_back(listed(plan, definition, {}));
  };
  for (const auto& definition : plan.definitions)
    if (definition.key == "main") add(definition);
  for (const auto& definition : plan.definitions)
    if (definition.key != "main") add(definition);
  for (const FeedState& category : stored.categories)
    if (const auto definition = definition_of(plan, category.key, category.label))
      list.categories.push_back(listed(plan, *definition, category));
  return list;
}

Feed assemble_feed(const SyndicationPlan& plan, const FeedDefinition& definition,
                   const StoredFeed& stored) {
  const Site& site = plan.site;
  Feed feed;
  feed.key = definition.key;
  const auto archive = archive_page_of(definition.key);  // the same feed, further back
  feed.id = feed_id(site, archive ? archive->feed : definition.key);
  feed.title = title_of(site, definition, stored.state);
  feed.description = definition.description.empty() ? site.description : definition.description;
  feed.language = definition.language.empty() ? site.language : definition.language;
  set_urls(feed, site);
  feed.is_served = is_served(plan, definition);
  feed.author = site.author;
  feed.copyright = site.copyright;
  feed.icon_url = site.icon_url;
  feed.hubs = site.hubs;
  feed.ttl_minutes = std::max(1, site.max_age_seconds / 60);  // F-049: the same hint as max-age
  feed.content = definition.content;
  feed.profile = definition.profile;
  feed.extensions = definition.extensions;
  feed.max_bytes = definition.max_bytes;
  if (definition.extensions.tombstones) feed.tombstones = stored.tombstones;
  feed.changed_at = stored.state.changed_at;
  feed.total = stored.state.total;
  feed.time_zone = site.time_zone;
  feed.derived = plan.derived;
  feed.entries = stored.entries;
  set_history(feed, site, stored.state);
  return feed;
}

}  // namespace sosik
