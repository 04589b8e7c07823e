#include "announcer.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sosik/base/digest.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/timestamp.hpp"
#include "sosik/syndicate/feed_urls.hpp"
#include "take.hpp"

namespace sosik {
namespace {

using nlohmann::ordered_json;
using namespace std::chrono_literals;

constexpr auto ping_distance = 5min;   // N-096
constexpr auto retry_distance = 1min;  // a newer revision does not hammer a party that just failed
constexpr std::size_t max_title_bytes = 2000, max_feeds = 100;  // N-150: under 20 KB

std::string text_of(const ordered_json& value) {
  return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string post_data(const Entry& entry, const std::vector<std::string>& feeds) {
  const TimeZone utc = TimeZone::utc();
  ordered_json data;
  data["id"] = entry.id;
  data["post_id"] = entry.post_id;
  data["url"] = entry.url;
  data["title"] = entry.title.substr(0, prefix_of_bytes(entry.title, max_title_bytes));
  data["published"] = rfc3339_date(entry.published, utc);
  data["updated"] = rfc3339_date(entry.updated, utc);
  data["revision"] = entry.revision;
  data["feeds"] = std::vector<std::string>(
      feeds.begin(),
      feeds.begin() + static_cast<std::ptrdiff_t>(std::min(feeds.size(), max_feeds)));
  return text_of(data);
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

bool wants(const Target& target, EventKind kind) {
  if (target.kind != TargetKind::webhook) return false;
  if (target.events.empty()) return kind != EventKind::feed_changed;
  return std::find(target.events.begin(), target.events.end(), to_string(kind)) !=
         target.events.end();
}

bool is_gone(EventKind kind) {
  return kind == EventKind::post_unpublished || kind == EventKind::post_deleted;
}

}  // namespace

Event Announcer::record(EventKind kind, const std::string& subject, std::int64_t revision,
                        bool is_quiet, std::string data) {
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
  take(store_.add_event(event));
  ++report_.events;
  return event;
}

std::set<std::string> Announcer::withdraw_news_of(const std::string& post_id) {
  std::set<std::string> unaware;
  for (const auto& open : take(store_.open_deliveries_of(plan_.site.id, post_id))) {
    if (open.event_type != to_string(EventKind::post_published) &&
        open.event_type != to_string(EventKind::post_updated))
      continue;
    take(store_.withdraw_delivery(open.id));
    if (open.event_type == to_string(EventKind::post_published) && !open.is_in_flight &&
        open.attempts == 0)
      unaware.insert(open.target);
  }
  return unaware;
}

void Announcer::tell_post(EventKind kind, const Entry& entry, const std::vector<std::string>& feeds,
                          bool is_quiet) {
  std::set<std::string> unaware;
  if (is_gone(kind)) unaware = withdraw_news_of(entry.post_id);
  const Event event =
      record(kind, entry.post_id, entry.revision, is_quiet, post_data(entry, feeds));
  if (!is_quiet) owe_webhooks(event, entry.post_id, unaware);
}

void Announcer::tell_feed(const ChangedFeed& feed) {
  const std::string& key = feed.state.key;
  if (key.empty() || key == opml_key || !feed.is_served) return;  // pages and lists are no topics
  const FeedUrls urls = feed_urls(plan_.site, key);
  const Event event = record(EventKind::feed_changed, key, feed.state.revision, feed.is_quiet,
                             feed_data(feed.state, urls));
  if (feed.is_quiet) return;
  owe_webhooks(event, "", {});
  for (const auto& target : plan_.targets) {
    if (target.kind == TargetKind::websub)
      for (const auto& topic : {urls.rss, urls.atom, urls.json})
        owe_topic(target, topic, feed.state.revision);
    if (target.kind == TargetKind::ping && key == "main")
      owe_topic(target,
                plan_.site.home_url.empty() ? plan_.site.public_url + "/" : plan_.site.home_url,
                feed.state.revision);
  }
}

void Announcer::owe_webhooks(const Event& event, const std::string& post_id,
                             const std::set<std::string>& unaware) {
  for (const auto& target : plan_.targets) {
    if (!wants(target, event.kind) || unaware.contains(target.name)) continue;
    Delivery d;
    d.site = plan_.site.id;
    d.kind = target.kind;
    d.target = target.name;
    d.topic = event.event_id;
    d.revision = event.revision;
    d.created_at = d.next_at = now_;
    d.event_type = to_string(event.kind);
    d.event_at = event.at;
    d.event_data = event.data;
    take(store_.add_delivery(d, post_id));
    ++report_.deliveries;
  }
}

// One delivery a (target, topic) is open at a time; further changes raise its revision (N-205).
void Announcer::owe_topic(const Target& target, const std::string& topic, std::int64_t revision) {
  const SiteId site = plan_.site.id;
  Timestamp next_at = now_ + plan_.coalesce;
  const auto open = take(store_.open_delivery(site, target.name, topic));
  const auto tried_at = take(store_.tried_at(site, target.name));
  if (tried_at && *tried_at <= now_) {
    if (target.kind == TargetKind::ping)
      next_at = std::max(next_at, *tried_at + ping_distance);
    else if (open && open->attempts > 0)
      next_at = std::max(next_at, *tried_at + retry_distance);
  }
  if (open) {
    take(store_.raise_delivery(open->id, revision, next_at));
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
  take(store_.add_delivery(d, ""));
  ++report_.deliveries;
}

}  // namespace sosik
