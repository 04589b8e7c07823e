#include "announcer.hpp"

#include <algorithm>

#include "event_data.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/syndicate/feed_urls.hpp"
#include "take.hpp"

namespace sosik {
namespace {

using namespace std::chrono_literals;

constexpr auto ping_distance = 5min;   // N-096
constexpr auto url_distance = 10min;   // N-134: one URL is submitted no oftener
constexpr auto retry_distance = 1min;  // a newer revision does not hammer a party that just failed

bool is_gone(EventKind kind) {
  return kind == EventKind::post_unpublished || kind == EventKind::post_deleted;
}

std::vector<std::string> paths_of(const Entry& entry) {
  std::vector<std::string> paths;
  for (const auto& category : entry.categories) paths.push_back(category.path);
  return paths;
}

// Everything that is served of the feed, for caches: those that are empty are not served.
std::vector<std::string> addresses_of(const Site& site, const std::string& key) {
  if (key == opml_key) return {opml_url(site)};
  const FeedUrls urls = feed_urls(site, key);
  std::vector<std::string> addresses;
  for (const auto& url : {urls.rss, urls.atom, urls.json, urls.html})
    if (!url.empty()) addresses.push_back(url);
  return addresses;
}

}  // namespace

const std::vector<Target>& Announcer::targets() {
  if (!targets_) targets_ = &in_force_.get(store_.ledger(), plan_.site.id, plan_.targets);
  return *targets_;
}

Event Announcer::record(EventKind kind, const std::string& subject, std::int64_t revision,
                        bool is_quiet, std::string data, std::string_view content) {
  Event event;
  event.event_id = "evt_" + hex(random_bytes(12));
  event.number = state_.next_event++;
  event.site = plan_.site.id;
  event.kind = kind;
  event.subject = subject;
  event.revision = revision;
  event.at = now_;
  event.is_quiet = is_quiet;
  event.data = std::move(data);
  take(view_.add_event(event, content));
  ++report_.events;
  return event;
}

std::set<std::string> Announcer::withdraw_news_of(const std::string& post_id) {
  std::set<std::string> unaware;
  for (const auto& open : take(view_.open_deliveries_of(plan_.site.id, post_id))) {
    if (open.event_type != to_string(EventKind::post_published) &&
        open.event_type != to_string(EventKind::post_updated))
      continue;
    take(view_.withdraw_delivery(open.id, now_));
    if (open.event_type == to_string(EventKind::post_published) && !open.is_in_flight &&
        open.attempts == 0)
      unaware.insert(open.target);
  }
  return unaware;
}

void Announcer::tell_post(const PostNews& news) {
  const Entry& entry = news.entry;
  std::set<std::string> unaware;
  if (is_gone(news.kind)) unaware = withdraw_news_of(entry.post_id);
  const bool is_wanted_in_full =
      !news.is_quiet && !is_gone(news.kind) &&
      std::ranges::any_of(targets(), [](const Target& target) { return target.is_full; });
  const Event event =
      record(news.kind, entry.post_id, entry.revision, news.is_quiet, post_data(entry, news.feeds),
             is_wanted_in_full ? post_content(entry, news.html) : std::string());
  std::set<std::string> pages, links;
  pages.insert(post_page_url(plan_.site, entry.slug));
  links.insert(entry.url);
  if (!news.old_slug.empty()) pages.insert(post_page_url(plan_.site, news.old_slug));
  if (!news.old_url.empty()) links.insert(news.old_url);
  for (const auto& target : targets()) {
    if (target.kind == TargetKind::purge)  // caches hold what is quiet, too
      for (const auto& page : pages) owe_topic(target, page, entry.revision);
    if (target.kind == TargetKind::indexnow && !news.is_quiet)
      for (const auto& link : links) owe_topic(target, link, entry.revision);
  }
  if (news.is_quiet) return;
  EventFacts facts = post_facts(news.kind, news.feeds, paths_of(entry));
  facts.feeds.insert(news.left_feeds.begin(), news.left_feeds.end());
  owe_event(event, facts, entry.post_id, unaware);
}

void Announcer::tell_feed(const ChangedFeed& feed) {
  const std::string& key = feed.state.key;
  if (!feed.is_served) return;
  for (const auto& target : targets())
    if (target.kind == TargetKind::purge)
      for (const auto& address : addresses_of(plan_.site, key))
        owe_topic(target, address, feed.state.revision);
  if (key.empty() || key == opml_key || feed.is_page) return;  // pages and lists are no topics
  const FeedUrls urls = feed_urls(plan_.site, key);
  const Event event = record(EventKind::feed_changed, key, feed.state.revision, feed.is_quiet,
                             feed_data(feed.state, urls), "");
  if (feed.is_quiet) return;
  owe_event(event, feed_facts(key), "", {});
  for (const auto& target : targets()) {
    if (target.kind == TargetKind::websub)
      for (const auto& topic : {urls.rss, urls.atom, urls.json})
        owe_topic(target, topic, feed.state.revision);
    if (target.kind == TargetKind::rsscloud) owe_topic(target, urls.rss, feed.state.revision);
    if (target.kind == TargetKind::ping && key == "main")
      owe_topic(target,
                plan_.site.home_url.empty() ? plan_.site.public_url + "/" : plan_.site.home_url,
                feed.state.revision);
  }
}

void Announcer::owe_event(const Event& event, const EventFacts& facts, const std::string& post_id,
                          const std::set<std::string>& unaware) {
  for (const auto& target : targets()) {
    if (!wants(target, facts) || unaware.contains(target.name)) continue;
    Delivery d;
    d.site = plan_.site.id;
    d.kind = target.kind;
    d.target = target.name;
    d.topic = event.event_id;
    d.subject = post_id;
    d.event_number = event.number;
    d.revision = event.revision;
    d.created_at = d.next_at = now_;
    take(view_.add_delivery(d));
    ++report_.deliveries;
  }
}

// One delivery a (target, topic) is open at a time; further changes raise its revision (N-205).
void Announcer::owe_topic(const Target& target, const std::string& topic, std::int64_t revision) {
  const SiteId site = plan_.site.id;
  const bool is_purge = target.kind == TargetKind::purge;
  Timestamp next_at = is_purge ? now_ : now_ + plan_.coalesce;
  const auto open = take(view_.open_delivery(site, target.name, topic));
  const auto keep_away = [&](std::optional<Timestamp> last, std::chrono::milliseconds distance) {
    if (last && *last <= now_) next_at = std::max(next_at, *last + distance);
  };
  if (target.kind == TargetKind::ping)
    keep_away(take(view_.tried_at(site, target.name)), ping_distance);
  else if (target.kind == TargetKind::indexnow)
    keep_away(take(view_.told_at(site, target.name, topic)), url_distance);
  if (open && open->tries > 0 && !is_purge)
    keep_away(take(view_.tried_at(site, target.name)), retry_distance);
  if (open) {
    take(view_.raise_delivery(open->id, revision, next_at));
    return;
  }
  Delivery d;
  d.site = site;
  d.kind = target.kind;
  d.target = target.name;
  d.topic = topic;
  d.revision = revision;
  d.created_at = now_;
  d.next_at = next_at;
  take(view_.add_delivery(d));
  ++report_.deliveries;
}

}  // namespace sosik
