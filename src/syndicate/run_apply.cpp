// The second half of Run: what differs from what was shown is recorded and told.
#include <algorithm>

#include "legible.hpp"
#include "run.hpp"
#include "take.hpp"

namespace sosik {
namespace {

FeedPosition position_of(const Entry& entry) { return {entry.published, entry.sequence}; }

// A record of a post that is not shown keeps its id, place and count, and nothing of its content.
EntryRecord emptied(EntryRecord record, std::string held_back) {
  Entry bare;
  bare.id = std::move(record.entry.id);
  bare.post_id = std::move(record.entry.post_id);
  bare.sequence = record.entry.sequence;
  bare.revision = record.entry.revision;
  bare.slug = std::move(record.entry.slug);
  bare.published = record.entry.published;
  bare.updated = record.entry.updated;
  bare.changed_at = record.entry.changed_at;
  bare.held_back = std::move(held_back);
  record.entry = std::move(bare);
  record.is_shown = false;
  record.shown_hash.clear();
  record.body_hash.clear();
  return record;
}

}  // namespace

void Run::apply(Work& work) {
  const bool is_scheduled = !work.is_visible && work.obstacle.empty() && work.post &&
                            work.post->status == PostStatus::published;
  take(view_.set_schedule(plan_.site.id, work.post_id,
                          is_scheduled ? work.post->published_at : std::nullopt));
  if (work.is_visible)
    show(work);
  else
    hide(work, work.obstacle);
  take(view_.clear_dirty(plan_.site.id, work.post_id));
  for (const auto& notice : work.notices)
    report_.notices.push_back("post '" + work.post_id + "': " + notice);
}

void Run::show(Work& work) {
  const SiteId site = plan_.site.id;
  const BuildContext context{
      .site = plan_.site,
      .now = now_,
      .category_name =
          [&](std::string_view path) {
            return legible_name(take(view_.category_name(site, path)), plan_.text);
          },
      .body =
          [&](const Post& post, const std::string& base, const std::string& page,
              const std::optional<Image>& lead, std::string& hash) {
            return body_for({post, base, page, lead, plan_.text, plan_.has_embeds}, hash);
          }};
  BuiltEntry built = build_entry(*work.post, work.slug, context);
  work.notices.insert(work.notices.end(), built.notices.begin(), built.notices.end());
  if (!built.record.entry.held_back.empty()) return hide(work, built.record.entry.held_back);

  EntryRecord& record = built.record;
  Entry& entry = record.entry;
  entry.id = work.entry_id;
  for (auto& category : entry.categories)
    if (can_have_feed("category/" + category.path))
      category.path = feeds_.canonical_key({"category/" + category.path, ""}).substr(9);
  record.is_shown = true;
  record.shown_hash = shown_hash(record, built.body.html);

  const EntryRecord* old = work.record ? &*work.record : nullptr;
  const bool was_shown = old && old->is_shown;
  const bool has_changed = !was_shown || old->shown_hash != record.shown_hash;
  entry.sequence = old && old->entry.sequence > 0 ? old->entry.sequence : state_.next_sequence++;
  entry.revision = (old ? old->entry.revision : 0) + (has_changed ? 1 : 0);
  entry.changed_at =
      has_changed ? next_second(old ? old->entry.changed_at : Timestamp()) : old->entry.changed_at;
  if (!was_shown) feeds_.forget_tombstones(entry.id, work.is_quiet);
  if (!record.body_hash.empty()) take(view_.write_body(site, record.body_hash, built.body));
  take(view_.write_record(site, record));
  if (old && !old->body_hash.empty() && old->body_hash != record.body_hash)
    take(view_.drop_unused_body(site, old->body_hash));

  std::vector<FeedName> feeds = defined_feeds_of(plan_, entry);
  feeds.insert(feeds.end(), built.derived.begin(), built.derived.end());
  PostNews news{was_shown ? EventKind::post_updated : EventKind::post_published, entry,
                built.body.html, record.shown_hash};
  if (was_shown && has_changed) {
    news.old_slug = old->entry.slug;
    news.old_url = old->entry.url;
    for (auto& fold : take(view_.folds_of(site, entry.post_id)))
      news.left_feeds.push_back(std::move(fold));
    for (const auto& category : old->entry.categories)
      news.left_categories.push_back(category.path);
  }
  set_members(work, record, feeds, has_changed);
  if (!has_changed) return;
  news.feeds = served_keys(feeds);
  news.is_quiet = work.is_quiet;
  announcer_.tell_post(news);
  report_.changed_slugs.push_back(entry.slug);
  if (was_shown && old->entry.slug != entry.slug) report_.changed_slugs.push_back(old->entry.slug);
}

void Run::hide(Work& work, const std::string& held_back) {
  const SiteId site = plan_.site.id;
  if (!held_back.empty()) work.notices.push_back("held back: " + held_back);
  if (!work.record) {
    if (held_back.empty()) return;
    EntryRecord record;  // so that the operator sees the reason
    record.entry.id = work.entry_id;
    record.entry.post_id = work.post_id;
    record.entry.held_back = held_back;
    take(view_.write_record(site, record));
    return;
  }
  EntryRecord record = *work.record;
  if (!record.is_shown) {
    if (record.entry.held_back == held_back) return;
    record.entry.held_back = held_back;
    take(view_.write_record(site, record));
    return;
  }
  const bool is_deleted = !work.post || work.post->status == PostStatus::deleted;
  ++record.entry.revision;
  record.entry.changed_at = next_second(record.entry.changed_at);
  std::vector<FeedName> feeds;
  for (auto& fold : take(view_.folds_of(site, work.post_id)))
    feeds.push_back({std::move(fold), ""});
  const auto keys = served_keys(feeds);
  leave_all_feeds(record, work.is_quiet);
  PostNews news{is_deleted ? EventKind::post_deleted : EventKind::post_unpublished, record.entry};
  news.feeds = keys;
  news.is_quiet = work.is_quiet;
  announcer_.tell_post(news);
  report_.changed_slugs.push_back(record.entry.slug);
  const std::string body = record.body_hash;
  take(view_.write_record(site, emptied(std::move(record), held_back)));
  if (!body.empty()) take(view_.drop_unused_body(site, body));
}

// A shown post whose id no post has any more, and whose key another post took.
void Run::retire(const EntryRecord& old, bool is_quiet) {
  const SiteId site = plan_.site.id;
  EntryRecord record = old;
  ++record.entry.revision;
  record.entry.changed_at = next_second(record.entry.changed_at);
  std::vector<FeedName> feeds;
  for (auto& fold : take(view_.folds_of(site, record.entry.post_id)))
    feeds.push_back({std::move(fold), ""});
  const auto keys = served_keys(feeds);
  leave_all_feeds(record, is_quiet);
  PostNews news{EventKind::post_deleted, record.entry};
  news.feeds = keys;
  news.is_quiet = is_quiet;
  announcer_.tell_post(news);
  report_.changed_slugs.push_back(record.entry.slug);
  const std::string body = record.body_hash;
  take(view_.write_record(site, emptied(std::move(record), "")));
  if (!body.empty()) take(view_.drop_unused_body(site, body));
}

void Run::leave_all_feeds(const EntryRecord& record, bool is_quiet) {
  const Tombstone tombstone{record.entry.id, record.entry.changed_at};
  for (const auto& fold : take(view_.folds_of(plan_.site.id, record.entry.post_id)))
    feeds_.lose(fold, position_of(record.entry), tombstone, is_quiet);
}

void Run::set_members(const Work& work, const EntryRecord& now, const std::vector<FeedName>& feeds,
                      bool has_changed) {
  const FeedPosition at = position_of(now.entry);
  const bool was_shown = work.record && work.record->is_shown;
  const FeedPosition was_at = was_shown ? position_of(work.record->entry) : at;
  std::vector<std::string> before;
  if (was_shown) before = take(view_.folds_of(plan_.site.id, work.post_id));
  std::vector<std::string> after;
  for (const auto& feed : feeds) after.push_back(feed_fold(feed.key));
  const auto holds = [](const std::vector<std::string>& list, const std::string& fold) {
    return std::find(list.begin(), list.end(), fold) != list.end();
  };
  for (const auto& fold : before)
    if (!holds(after, fold) || was_at != at) feeds_.leave(fold, was_at, work.is_quiet);
  for (std::size_t i = 0; i < feeds.size(); ++i) {
    if (!holds(before, after[i]) || was_at != at)
      feeds_.join(feeds[i], at, work.post_id, work.is_quiet);
    else if (has_changed)
      feeds_.show_change(feeds[i], at, work.is_quiet);
  }
}

// The keys as readers know them, of feeds that are served; not the list of all posts.
std::vector<std::string> Run::served_keys(const std::vector<FeedName>& feeds) {
  std::vector<std::string> keys;
  for (const auto& feed : feeds) {
    if (feed.key.empty()) continue;
    std::string key = feeds_.canonical_key(feed);
    const auto definition = definition_of(plan_, key, "");
    if (definition && definition->is_served()) keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace sosik
