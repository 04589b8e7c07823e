// `sosik explain POST`: why a post is, or is not, in each feed, and who was told of it. Reads only:
// what the step has not looked at yet is said so, not looked at.
#include "sosik/syndicate/explain.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"
#include "sosik/model/archive.hpp"
#include "sosik/store/ledger.hpp"
#include "sosik/store/syndication_store.hpp"
#include "sosik/syndicate/feed_urls.hpp"

namespace sosik {
namespace {

using Json = nlohmann::ordered_json;

// What an operator may have at hand: a key, a slug, an id, the address of the post in either form.
std::vector<std::string> names_meant(const std::string& text, const Site& site) {
  std::vector<std::string> names = {text, nfc(text)};
  if (const auto url = ascii_url(text); url && text.find("://") != std::string::npos) {
    names.push_back(*url);
    const std::string pages = site.public_url + "/posts/";
    if (url->starts_with(pages))
      if (const auto slug = decode_percent(std::string_view(*url).substr(pages.size())))
        names.push_back(nfc(*slug));
  }
  return names;
}

Result<std::string> find_meant(Store& store, const Site& site, const std::string& text) {
  for (const auto& name : names_meant(text, site)) {
    auto found = store.find_any_post(site.id, name);
    if (found || found.error().code != Errc::not_found) return found;
  }
  return not_found("there is no post with the key, slug, id or URL '" + text + "'");
}

struct FeedAnswer {
  std::string key;
  bool is_in = false;
  std::int64_t place = 0, members = 0;  // 0: no member
  std::string reason;                   // a sentence in any case
};

class Explanation {
 public:
  Explanation(const SyndicationPlan& plan, const TimeZone& zone, std::string post_id)
      : plan_(plan), zone_(zone), post_id_(std::move(post_id)) {}

  Result<void> read(Store& store, Timestamp now) {
    auto trace = store.trace_post(plan_.site.id, post_id_);
    if (!trace) return trace.error();
    trace_ = *std::move(trace);
    auto post = store.read_post(plan_.site.id, post_id_);
    if (!post && post.error().code != Errc::not_found) return post.error();
    if (post) {
      post_ = *std::move(post);
      const std::string slug = trace_.is_shown ? trace_.entry->slug : "";
      auto preview = preview_post(store, plan_, *post_, slug, now);
      if (!preview) return preview.error();
      preview_ = *std::move(preview);
    }
    why_not_shown_ = why_not_shown(now);
    answer_feeds();
    return read_told(store);
  }

  void print() const {
    const auto field = [](const std::string& name, const std::string& text) {
      if (!text.empty())
        print_line(name + std::string(11 - std::min<std::size_t>(name.size(), 10), ' ') + text);
    };
    field("post", post_id_);
    field("title", title());
    field("status", status());
    field("shown", why_not_shown_.empty() ? "yes" + pending() : "no: " + why_not_shown_);
    field("id", trace_.entry ? trace_.entry->id : "");
    field("url", url());
    if (preview_)
      for (const auto& notice : preview_->notices) field("repaired", notice);
    for (const auto& feed : feeds_)
      field("feed", (feed.key.empty() ? "the page at /" : feed.key) + ": " +
                        (feed.is_in ? "" : "not in it: ") + feed.reason);
    for (const auto& held : trace_.held_back_from)
      field("held back", "from " + shown_key(held.feed) + " as " +
                             std::string(to_string(held.format)) + ": " + held.reason);
    for (const auto& event : trace_.events)
      field("event", shown_date(event.at, zone_) + "  " + std::string(to_string(event.kind)) +
                         "  number " + std::to_string(event.number) +
                         (event.is_quiet ? "  quiet: nobody is told" : ""));
    for (const auto& told : told_) field("told", in_words(told));
  }

  Json json() const {
    Json out = {{"post_id", post_id_}, {"title", title()}, {"status", status_word()}};
    if (post_ && post_->published_at) out["published"] = rfc3339_date(*post_->published_at, zone_);
    out["is_shown"] = why_not_shown_.empty();
    if (!why_not_shown_.empty()) out["why_not_shown"] = why_not_shown_;
    out["is_waiting_for_the_step"] = is_waiting();
    if (trace_.entry) out["id"] = trace_.entry->id;
    if (!url().empty()) out["url"] = url();
    out["repaired"] = preview_ ? preview_->notices : std::vector<std::string>();
    out["feeds"] = Json::array();
    for (const auto& feed : feeds_) {
      Json one = {{"feed", feed.key}, {"is_in", feed.is_in}};
      if (feed.place > 0) one.update({{"place", feed.place}, {"of", feed.members}});
      one["reason"] = feed.reason;
      out["feeds"].push_back(std::move(one));
    }
    out["held_back_from"] = held_back_json(trace_.held_back_from);
    out["events"] = Json::array();
    for (const auto& event : trace_.events)
      out["events"].push_back({{"number", event.number},
                               {"type", to_string(event.kind)},
                               {"at", rfc3339_date(event.at, zone_)},
                               {"quiet", event.is_quiet}});
    out["deliveries"] = Json::array();
    for (const auto& told : told_) out["deliveries"].push_back(as_json(told));
    return out;
  }

 private:
  struct Told {
    Delivery delivery;
    std::optional<Attempt> last;  // of its attempts
  };

  // The deliveries of the post's own events; and of each feed it is in, and of its own URL, those
  // that first carried it: what was told of the topic since the post changed.
  Result<void> read_told(Store& store) {
    for (const auto& delivery : trace_.deliveries) told_.push_back({delivery, std::nullopt});
    if (trace_.is_shown && trace_.entry) {
      std::vector<std::string> topics = {trace_.entry->url,
                                         post_page_url(plan_.site, trace_.entry->slug)};
      for (const auto& feed : feeds_) {
        if (!feed.is_in || feed.key.empty()) continue;
        const auto urls = feed_urls(plan_.site, feed.key);
        topics.insert(topics.end(), {urls.rss, urls.atom, urls.json});
      }
      topics.push_back(plan_.site.home_url);
      std::ranges::sort(topics);
      topics.erase(std::unique(topics.begin(), topics.end()), topics.end());
      for (const auto& topic : topics)
        if (auto added = add_topic(store, topic); !added) return added;
    }
    for (auto& told : told_) {
      auto attempts = store.ledger().list_attempts(told.delivery.id);
      if (!attempts) return attempts.error();
      if (!attempts->empty()) told.last = std::move(attempts->back());
    }
    return {};
  }

  // To each target the first that ended, or will, after the change.
  Result<void> add_topic(Store& store, const std::string& topic) {
    DeliveryFilter filter;
    filter.topic = topic;
    auto list = store.ledger().list_deliveries(plan_.site.id, filter);
    if (!list) return list.error();
    std::map<std::string, const Delivery*> first;
    for (const auto& delivery : *list)  // newest first
      if (!delivery.ended_at || *delivery.ended_at >= trace_.entry->changed_at)
        first[delivery.target] = &delivery;
    for (const auto& [target, delivery] : first) told_.push_back({*delivery, std::nullopt});
    return {};
  }

  std::string in_words(const Told& told) const {
    const auto& d = told.delivery;
    auto text = shown_date(d.created_at, zone_) + "  " +
                (d.event_type.empty() ? d.topic : d.event_type) + "  " + d.target + "  " +
                std::string(to_string(d.state)) + ", " + std::to_string(d.attempts) +
                (d.attempts == 1 ? " attempt" : " attempts");
    if (d.is_behind)
      text += ", behind an earlier one";
    else if (d.state == DeliveryState::pending)
      text += ", next " + shown_date(d.next_at, zone_);
    if (told.last && !told.last->error_class.empty())
      text += "; last: " + told.last->error_class + ", " + told.last->detail;
    if (d.confirmed_at) text += "; confirmed " + shown_date(*d.confirmed_at, zone_);
    return text;
  }

  Json as_json(const Told& told) const {
    const auto& d = told.delivery;
    Json out = {{"id", d.id}, {"target", d.target}, {"topic", d.topic}};
    if (!d.event_type.empty()) out["event"] = d.event_type;
    out["revision"] = d.revision;
    out["state"] = to_string(d.state);
    out["attempts"] = d.attempts;
    out["created_at"] = rfc3339_date(d.created_at, zone_);
    if (d.ended_at) out["ended_at"] = rfc3339_date(*d.ended_at, zone_);
    if (d.confirmed_at) out["confirmed_at"] = rfc3339_date(*d.confirmed_at, zone_);
    if (told.last && !told.last->error_class.empty())
      out["last_error"] = {{"error", told.last->error_class}, {"detail", told.last->detail}};
    return out;
  }

  static std::string shown_key(const std::string& key) {
    const auto archive = archive_page_of(key);
    return archive ? archive->feed + ", archive " + std::to_string(archive->page) : key;
  }
  std::string title() const {
    if (trace_.is_shown) return trace_.entry->title;
    return preview_ ? preview_->entry.title : "";
  }
  std::string url() const {
    if (trace_.is_shown) return trace_.entry->url;
    return preview_ ? preview_->entry.url : "";
  }
  std::string status_word() const {
    if (!post_) return "gone";
    constexpr std::string_view names[] = {"draft", "published", "unpublished", "deleted"};
    return std::string(names[static_cast<std::size_t>(post_->status)]);
  }
  std::string status() const {
    std::string text = status_word();
    if (post_ && post_->published_at)
      text +=
          ", " + shown_date(*post_->published_at, zone_) + " (" + std::string(zone_.name()) + ")";
    return text;
  }
  bool is_waiting() const { return trace_.is_dirty; }
  std::string pending() const {
    if (trace_.is_damaged)
      return ", but its record is damaged: the step makes it again when the post is touched";
    return is_waiting() ? ", as it was before it was touched: the step has not looked since" : "";
  }

  // Empty when readers are shown it. What the row says comes first, then what the step made of it.
  std::string why_not_shown(Timestamp now) const {
    if (trace_.is_shown) return {};
    if (!post_) return "there is no such post any more";
    switch (post_->status) {
      case PostStatus::draft:
        return "it is a draft";
      case PostStatus::unpublished:
        return "it is unpublished";
      case PostStatus::deleted:
        return "it is deleted";
      case PostStatus::published:
        break;
    }
    if (post_->published_at && *post_->published_at > now)
      return "it is scheduled for " + shown_date(*post_->published_at, zone_) + " (" +
             std::string(zone_.name()) + ")";
    if (post_->published_at && *post_->published_at + plan_.hold > now)
      return "it is on hold until " + shown_date(*post_->published_at + plan_.hold, zone_) + " (" +
             std::string(zone_.name()) + ", publish.hold_seconds): it can still be recalled unseen";
    if (is_waiting()) return "the step has not looked at it yet; `sosik serve` does so at once";
    if (trace_.entry && !trace_.entry->held_back.empty())
      return "it is held back: " + trace_.entry->held_back;
    if (preview_ && !preview_->entry.held_back.empty())
      return "it is held back: " + preview_->entry.held_back;
    return "the step has not looked at it yet; `sosik serve` does so at once";
  }

  const FeedPlace* place_in(std::string_view key) const {
    const std::string fold = feed_fold(key);
    for (const auto& place : trace_.places)
      if (feed_fold(place.feed) == fold) return &place;
    return nullptr;
  }

  void answer_feeds() {
    std::vector<std::string> answered;
    if (preview_)
      for (const auto& feed : preview_->feeds) {
        feeds_.push_back(answer(feed.key, feed.why_not));
        answered.push_back(feed_fold(feed.key));
      }
    for (const auto& place : trace_.places)
      if (std::ranges::find(answered, feed_fold(place.feed)) == answered.end())
        feeds_.push_back(answer(place.feed, ""));
  }

  FeedAnswer answer(const std::string& key, const std::string& why_not) const {
    FeedAnswer feed;
    feed.key = key;
    const auto definition = definition_of(plan_, key, "");
    const FeedPlace* place = place_in(key);
    if (place) feed.place = place->place, feed.members = place->members;
    const std::string at =
        "place " + std::to_string(feed.place) + " of " + std::to_string(feed.members);
    if (definition && !definition->is_served()) {
      feed.reason = "the feed " + whereabouts(*definition);
    } else if (place && definition) {
      feed.is_in = feed.place <= static_cast<std::int64_t>(definition->limit);
      feed.reason = feed.is_in ? at
                               : at + ", outside its window of " +
                                     std::to_string(definition->limit) + "; in its archive";
    } else if (!why_not.empty()) {
      feed.reason = why_not;
    } else if (!definition) {
      feed.reason = "there is no such feed any more";
    } else if (!why_not_shown_.empty()) {
      feed.reason = "the post is not shown; it would be in it";
    } else {
      feed.reason = "the step has not looked at it yet";
    }
    return feed;
  }

  const SyndicationPlan& plan_;
  const TimeZone& zone_;
  const std::string post_id_;
  PostTrace trace_;
  std::optional<Post> post_;
  std::optional<PostPreview> preview_;
  std::string why_not_shown_;
  std::vector<FeedAnswer> feeds_;
  std::vector<Told> told_;
};

}  // namespace

int explain(const CommandLine& line, const std::string& text) {
  auto config = load_or_complain(line);
  auto store = config ? open_or_complain(line, *config, false) : nullptr;
  if (!store) return exit_failed;
  const auto& site = config->plan.site;
  const auto zone = *TimeZone::named(site.time_zone);
  auto post_id = find_meant(*store, site, text);
  if (!post_id) return fail(post_id.error().detail);
  Explanation explanation(config->plan, zone, *std::move(post_id));
  if (auto read = explanation.read(*store, SystemClock().now()); !read)
    return fail(read.error().detail);
  if (line.as_json)
    print_json(explanation.json());
  else
    explanation.print();
  return exit_ok;
}

}  // namespace sosik
