#include "announcer.hpp"

#include <algorithm>

#include "event_data.hpp"
#include "owed_topics.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/syndicate/feed_urls.hpp"
#include "take.hpp"

namespace sosik {
namespace {

bool is_gone(EventKind kind) {
  return kind == EventKind::post_unpublished || kind == EventKind::post_deleted;
}

// By what it says: a step whose commit was lost with a server, and that is done again, gives the
// same news the same id, and receivers know them; other news have another (S-093). In one past none
// comes twice, for each has a revision of its own.
std::string id_of(const Event& event, std::string_view shown_hash) {
  Sha256 hash;
  const auto add = [&](std::string_view part) {
    hash.add(std::to_string(part.size()) + ':');
    hash.add(part);
  };
  add(std::to_string(event.site));
  add(to_string(event.kind));
  add(event.subject);
  add(std::to_string(event.revision));
  add(event.data);
  add(shown_hash);
  return "evt_" + hash.finish().substr(0, 24);
}

std::vector<std::string> paths_of(const Entry& entry) {
  std::vector<std::string> paths;
  for (const auto& category : entry.categories) paths.push_back(category.path);
  return paths;
}

}  // namespace

const std::vector<Target>& Announcer::targets() {
  if (!targets_) targets_ = &in_force_.get(store_.ledger(), plan_.site.id, plan_.targets);
  return *targets_;
}

Event Announcer::record(EventKind kind, const std::string& subject, std::int64_t revision,
                        bool is_quiet, std::string data, std::string_view shown_hash,
                        std::string_view content) {
  Event event;
  event.number = state_.next_event++;
  event.site = plan_.site.id;
  event.kind = kind;
  event.subject = subject;
  event.revision = revision;
  event.at = now_;
  event.is_quiet = is_quiet;
  event.data = std::move(data);
  event.event_id = id_of(event, shown_hash);
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
  targets();  // has_full() speaks of those that it finds
  const bool is_wanted_in_full = !news.is_quiet && !is_gone(news.kind) && in_force_.has_full();
  const Event event =
      record(news.kind, entry.post_id, entry.revision, news.is_quiet, post_data(entry, news.feeds),
             news.shown_hash, is_wanted_in_full ? post_content(entry, news.html) : std::string());
  std::set<std::string> pages, links;
  pages.insert(post_page_url(plan_.site, entry.slug));
  links.insert(entry.url);
  if (!news.old_slug.empty()) pages.insert(post_page_url(plan_.site, news.old_slug));
  if (!news.old_url.empty()) links.insert(news.old_url);
  for (const auto& target : targets()) {
    if (target.kind == TargetKind::purge)  // caches hold what is quiet, too
      for (const auto& page : pages) owe(target, page, entry.revision);
    if (target.kind == TargetKind::indexnow && !news.is_quiet)
      for (const auto& link : links) owe(target, link, entry.revision);
  }
  if (news.is_quiet) return;
  auto categories = paths_of(entry);
  categories.insert(categories.end(), news.left_categories.begin(), news.left_categories.end());
  EventFacts facts = post_facts(news.kind, news.feeds, categories);
  facts.feeds.insert(news.left_feeds.begin(), news.left_feeds.end());
  owe_event(event, facts, entry.post_id, unaware);
}

void Announcer::tell_feed(const ChangedFeed& feed) {
  const std::string& key = feed.state.key;
  if (!feed.is_served) return;
  report_.deliveries += owe_purges(view_, plan_, targets(), feed.state, now_);
  if (key.empty() || key == opml_key || feed.is_page) return;  // pages and lists are no topics
  const FeedUrls urls = feed_urls(plan_.site, key);
  const Event event = record(EventKind::feed_changed, key, feed.state.revision, feed.is_quiet,
                             feed_data(feed.state, urls), "", "");
  if (feed.is_quiet) return;
  owe_event(event, feed_facts(key), "", {});
  for (const auto& target : targets()) {
    if (target.kind == TargetKind::websub)
      for (const auto& topic : {urls.rss, urls.atom, urls.json})
        owe(target, topic, feed.state.revision);
    if (target.kind == TargetKind::rsscloud) owe(target, urls.rss, feed.state.revision);
    if (target.kind == TargetKind::ping && key == "main")
      owe(target, plan_.site.home_url.empty() ? plan_.site.public_url + "/" : plan_.site.home_url,
          feed.state.revision);
  }
}

void Announcer::owe(const Target& target, const std::string& topic, std::int64_t revision) {
  report_.deliveries += owe_topic(view_, plan_, target, topic, revision, now_);
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

}  // namespace sosik
