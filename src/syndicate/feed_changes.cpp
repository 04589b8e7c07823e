#include "feed_changes.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "sosik/base/digest.hpp"
#include "sosik/model/archive.hpp"
#include "take.hpp"

namespace sosik {
namespace {

bool is_inside(const std::optional<FeedPosition>& end, const FeedPosition& at) {
  return !end || !end->is_before(at);
}

}  // namespace

void advance(FeedRecord& feed, const SyndicationPlan& plan, std::int64_t now_seconds) {
  FeedState& state = feed.state;
  const std::int64_t second = state.revision == 0
                                  ? now_seconds
                                  : std::max(now_seconds, to_unix_seconds(state.changed_at) + 1);
  ++state.revision;
  state.changed_at = from_unix_ms(second * 1000);
  state.total = feed.members;
  state.format_version = format_version;
  if (const auto definition = definition_of(plan, state.key, state.label))
    state.definition_hash = definition_hash(plan, *definition);
}

FeedChanges::Touched& FeedChanges::touch(const std::string& fold, const std::string& key) {
  if (const auto found = touched_.find(fold); found != touched_.end()) return found->second;
  Touched feed;
  if (auto record = take(store_.read_feed_record(plan_.site.id, fold)))
    feed.record = *std::move(record);
  else
    feed.record.state.key = key;
  const auto definition = definition_of(plan_, feed.record.state.key, feed.record.state.label);
  feed.is_served = definition && definition->is_served();
  feed.limit = definition ? definition->limit : plan_.derived.limit;
  feed.shows_tombstones = definition && definition->extensions.tombstones;
  feed.members_before = feed.record.members;
  feed.last_number_before = feed.record.last_number;
  feed.end_before = take(store_.window_end(plan_.site.id, fold, feed.limit));
  return touched_.emplace(fold, std::move(feed)).first->second;
}

void FeedChanges::change(Touched& feed, bool is_quiet) {
  feed.has_changed = true;
  feed.is_quiet = feed.is_quiet && is_quiet;
}

// Only a post that spells the name as the feed does may name it, so that "Go" and "go" do not take
// turns.
void FeedChanges::relabel(Touched& feed, const FeedName& name, bool is_quiet) {
  FeedState& state = feed.record.state;
  if (state.label == name.label || (!state.label.empty() && state.key != name.key)) return;
  state.label = name.label;
  feed.is_relabelled = true;
  change(feed, is_quiet);
}

std::string FeedChanges::canonical_key(const FeedName& name) {
  return touch(feed_fold(name.key), name.key).record.state.key;
}

void FeedChanges::join(const FeedName& name, const FeedPosition& at, const std::string& post_id,
                       bool is_quiet) {
  const std::string fold = feed_fold(name.key);
  Touched& feed = touch(fold, name.key);
  std::int64_t number = 0;  // the list of all posts is a page, and has no archive
  if (!fold.empty()) {
    const auto moved = left_.find({fold, at.sequence});
    number = moved != left_.end() ? moved->second : ++feed.record.last_number;
    touch_number(fold, feed.record.state, number, 1);
  }
  take(store_.add_member(plan_.site.id, fold, at, post_id, number));
  ++feed.record.members;
  feed.shown.emplace_back(at, is_quiet);
  relabel(feed, name, is_quiet);
}

void FeedChanges::leave(const std::string& fold, const FeedPosition& at, bool is_quiet) {
  Touched& feed = touch(fold, fold);
  if (const auto number = take(store_.member_number(plan_.site.id, fold, at)); number > 0) {
    left_[{fold, at.sequence}] = number;
    touch_number(fold, feed.record.state, number, -1);
  }
  take(store_.remove_member(plan_.site.id, fold, at));
  --feed.record.members;
  if (is_inside(feed.end_before, at)) change(feed, is_quiet);
}

void FeedChanges::lose(const std::string& fold, const FeedPosition& at, const Tombstone& tombstone,
                       bool is_quiet) {
  leave(fold, at, is_quiet);
  if (fold.empty()) return;  // a page remembers nothing
  take(store_.add_tombstone(plan_.site.id, fold, tombstone));
  Touched& feed = touch(fold, fold);
  if (feed.shows_tombstones) change(feed, is_quiet);
}

void FeedChanges::forget_tombstones(const std::string& entry_id, bool is_quiet) {
  for (const auto& fold : take(store_.drop_tombstones(plan_.site.id, entry_id)))
    if (Touched& feed = touch(fold, fold); feed.shows_tombstones) change(feed, is_quiet);
}

void FeedChanges::show_change(const FeedName& name, const FeedPosition& at, bool is_quiet) {
  Touched& feed = touch(feed_fold(name.key), name.key);
  if (is_inside(feed.end_before, at)) change(feed, is_quiet);
  feed.shown.emplace_back(at, is_quiet);
  relabel(feed, name, is_quiet);
  const std::string fold = feed_fold(name.key);
  if (const auto number = take(store_.member_number(plan_.site.id, fold, at)); number > 0)
    touch_number(fold, feed.record.state, number, 0);
}

void FeedChanges::touch_number(const std::string& fold, const FeedState& feed, std::int64_t number,
                               int members) {
  touch_page(fold, feed, page_of_number(number)).record.members += members;
}

FeedChanges::TouchedPage& FeedChanges::touch_page(const std::string& fold, const FeedState& feed,
                                                  std::int64_t page) {
  const auto [place, is_new] = pages_.try_emplace({fold, page});
  TouchedPage& touched = place->second;
  if (!is_new) return touched;
  const std::string key = archive_key(feed.key, page);
  if (auto known = take(store_.read_feed_record(plan_.site.id, feed_fold(key))))
    touched.record = *std::move(known);
  else
    touched.record.state.key = key;
  touched.record.state.label = feed.label;
  touched.members_before = touched.record.members;
  return touched;
}

// A page that has come or gone is a page to its neighbours too.
void FeedChanges::finish_pages(std::int64_t now_seconds, std::vector<ChangedFeed>& changed) {
  const SiteId site = plan_.site.id;
  const auto older = [&](const PagePlace& at) {
    return take(store_.page_before(site, at.first, at.second));
  };
  const auto newer = [&](const PagePlace& at) {
    return take(store_.page_after(site, at.first, at.second));
  };
  std::vector<PagePlace> places;
  for (const auto& [place, page] : pages_)
    if ((page.members_before == 0) != (page.record.members == 0)) places.push_back(place);
  for (const auto& place : places)
    for (const auto& neighbour : {older(place), newer(place)})
      if (neighbour) touch_page(place.first, touched_.at(place.first).record.state, *neighbour);
  for (auto& [place, page] : pages_) {
    FeedState& state = page.record.state;
    state.older_page = older(place);
    state.newer_page = newer(place);
    advance(page.record, plan_, now_seconds);
    take(store_.write_feed_record(site, page.record));
    changed.push_back({state, true, true, true});
  }
  pages_.clear();
  left_.clear();
}

bool update_history(SyndicationStore& store, SiteId site, FeedRecord& feed,
                    const std::optional<FeedPosition>& window_end) {
  const std::string fold = feed_fold(feed.state.key);
  std::optional<std::int64_t> older;
  if (!fold.empty() && window_end)  // the list of all posts is a page, and has no archive
    older = take(store.page_behind(site, fold, *window_end));
  return std::exchange(feed.state.older_page, older) != older;
}

// The label, which no other use has a claim to, holds the hash of what the list says of categories.
bool update_list(SyndicationStore& store, SiteId site, FeedRecord& list) {
  nlohmann::json listed = nlohmann::json::array();
  for (const FeedState& category : take(store.category_feeds(site, max_listed_categories)))
    listed.push_back({category.key, category.label});
  std::string hash =
      hash64_hex(listed.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  if (list.state.label == hash) return false;
  list.state.label = std::move(hash);
  return true;
}

// Looked at only when a category may have come, gone or taken another name.
void FeedChanges::finish_list(std::int64_t now_seconds, std::vector<ChangedFeed>& changed) {
  const auto may_be_news = [](const auto& touched) {
    const Touched& feed = touched.second;
    return touched.first.starts_with("category/") &&
           (feed.is_relabelled || (feed.members_before == 0) != (feed.record.members == 0));
  };
  if (!plan_.derived.categories || std::ranges::none_of(touched_, may_be_news)) return;
  FeedRecord list;
  list.state.key = opml_key;
  if (auto known = take(store_.read_feed_record(plan_.site.id, opml_key))) list = *std::move(known);
  if (!update_list(store_, plan_.site.id, list)) return;
  advance(list, plan_, now_seconds);
  take(store_.write_feed_record(plan_.site.id, list));
  changed.push_back({list.state, true, true});
}

std::vector<ChangedFeed> FeedChanges::finish(std::int64_t now_seconds) {
  std::vector<ChangedFeed> changed;
  for (auto& [fold, feed] : touched_) {
    const auto end_after = take(store_.window_end(plan_.site.id, fold, feed.limit));
    for (const auto& [at, is_quiet] : feed.shown)
      if (is_inside(end_after, at)) change(feed, is_quiet);
    const bool is_new = feed.record.state.revision == 0;
    const bool has_new_count = feed.record.members != feed.members_before;
    // The list of all posts says how many there are.
    if (is_new && feed.record.members == 0) continue;  // asked about, but nothing joined
    if (is_new || (fold.empty() && has_new_count)) feed.has_changed = true;
    const bool has_new_numbers = feed.record.last_number != feed.last_number_before;
    if (update_history(store_, plan_.site.id, feed.record, end_after)) feed.has_changed = true;
    if (!feed.has_changed && !has_new_count && !has_new_numbers) continue;
    if (feed.has_changed) advance(feed.record, plan_, now_seconds);
    take(store_.write_feed_record(plan_.site.id, feed.record));
    if (feed.has_changed) changed.push_back({feed.record.state, feed.is_quiet, feed.is_served});
  }
  finish_pages(now_seconds, changed);
  finish_list(now_seconds, changed);
  touched_.clear();
  return changed;
}

}  // namespace sosik
