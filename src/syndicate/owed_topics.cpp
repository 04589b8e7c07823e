#include "owed_topics.hpp"

#include <algorithm>

#include "feed_changes.hpp"
#include "sosik/syndicate/feed_urls.hpp"
#include "take.hpp"

namespace sosik {
namespace {

using namespace std::chrono_literals;

constexpr auto ping_distance = 5min;   // N-096
constexpr auto url_distance = 10min;   // N-134: one URL is submitted no oftener
constexpr auto retry_distance = 1min;  // a newer revision does not hammer a party that just failed

// What a cache is to forget of the feed: all addresses, or for one that forgets by surrogate keys,
// which every address of a document carries, those that documents name.
std::vector<std::string> addresses_of(const Site& site, const std::string& key,
                                      const Target& target) {
  if (target.body.find("{keys}") == std::string::npos) return feed_addresses(site, key);
  if (key == opml_key) return {opml_url(site)};
  const FeedUrls urls = feed_urls(site, key);
  std::vector<std::string> addresses;
  for (const auto& url : {urls.rss, urls.atom, urls.json, urls.html})
    if (!url.empty()) addresses.push_back(url);
  return addresses;
}

}  // namespace

std::size_t owe_topic(SyndicationStore& store, const SyndicationPlan& plan, const Target& target,
                      const std::string& topic, std::int64_t revision, Timestamp now) {
  const SiteId site = plan.site.id;
  const bool is_purge = target.kind == TargetKind::purge;
  Timestamp next_at = is_purge ? now : now + plan.coalesce;
  const auto open = take(store.open_delivery(site, target.name, topic));
  const auto keep_away = [&](std::optional<Timestamp> last, std::chrono::milliseconds distance) {
    if (last && *last <= now) next_at = std::max(next_at, *last + distance);
  };
  if (target.kind == TargetKind::ping)
    keep_away(take(store.tried_at(site, target.name)), ping_distance);
  else if (target.kind == TargetKind::indexnow)
    keep_away(take(store.told_at(site, target.name, topic)), url_distance);
  if (target.kind == TargetKind::indexnow && open && open->is_in_flight)  // it may be told just now
    keep_away(take(store.tried_at(site, target.name)), url_distance);
  if (open && !open->is_in_flight && open->tries > 0 && !is_purge)
    keep_away(take(store.tried_at(site, target.name)), retry_distance);
  // A URL may show another post or feed than before, with a lower revision: news all the same.
  if (open && is_purge) revision = std::max(revision, open->revision + 1);
  if (open) {
    take(store.raise_delivery(open->id, revision, next_at));
    return 0;
  }
  Delivery d;
  d.site = site;
  d.kind = target.kind;
  d.target = target.name;
  d.topic = topic;
  d.revision = revision;
  d.created_at = now;
  d.next_at = next_at;
  take(store.add_delivery(d));
  return 1;
}

std::size_t owe_purges(SyndicationStore& store, const SyndicationPlan& plan,
                       const std::vector<Target>& targets, const FeedState& feed, Timestamp now) {
  std::size_t added = 0;
  for (const auto& target : targets)
    if (target.kind == TargetKind::purge)
      for (const auto& address : addresses_of(plan.site, feed.key, target))
        added += owe_topic(store, plan, target, address, feed.revision, now);
  return added;
}

}  // namespace sosik
