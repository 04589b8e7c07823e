#include "run.hpp"

#include <algorithm>

#include "identities.hpp"
#include "legible.hpp"
#include "slugs.hpp"
#include "sosik/base/digest.hpp"
#include "take.hpp"

namespace sosik {
namespace {

// A place for a record whose post has moved on to another key, until that post takes it. A writer's
// key has at most 255 bytes.
std::string parking_place(const std::string& entry_id) {
  return "parked " + std::string(256, ' ') + sha256_hex(entry_id);
}

}  // namespace

Run::Run(Store& store, const SyndicationPlan& plan, TargetsInForce& targets, Timestamp now,
         StepReport& report)
    : store_(store),
      view_(store.syndication()),
      plan_(plan),
      now_(now),
      report_(report),
      feeds_(view_, plan),
      announcer_(store, plan, targets, state_, now, report) {}

void Run::operator()(const StepLimits& limits) {
  const auto started = std::chrono::steady_clock::now();
  const SiteState before = take(view_.site_state(plan_.site.id));
  state_ = before;
  collect(limits.posts);
  const std::size_t collected = works_.size();
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < works_.size(); ++i) {  // grows while it runs
    const bool is_enough =
        bytes > limits.bytes || std::chrono::steady_clock::now() - started > limits.time / 2;
    if (i > 0 && i < collected && is_enough) {  // stays dirty: the next step takes it
      index_.erase(works_[i].post_id);
      works_[i].is_put_off = true;
      continue;
    }
    load(i);
    if (works_[i].post) bytes += works_[i].post->body.size();
  }
  settle_slugs();
  for (Work* next : in_order_of_publication()) {
    Work& work = *next;
    if (report_.posts > 0 && std::chrono::steady_clock::now() - started > limits.time) break;
    apply(work);
    ++report_.posts;
  }
  for (const ChangedFeed& feed : feeds_.finish(to_unix_seconds(now_))) {
    announcer_.tell_feed(feed);
    if (feed.is_page)
      report_.changed_pages.push_back(feed.state);
    else if (feed.is_served)
      report_.changed_feeds.push_back(feed.state);
  }
  if (report_.events > 0) state_.last_step = to_unix_seconds(now_);
  if (!(state_ == before)) take(view_.write_site_state(plan_.site.id, state_));
}

// Who is new is numbered in this order, so that posts which came together are served alike in
// whatever order they were written.
std::vector<Run::Work*> Run::in_order_of_publication() {
  std::vector<Work*> order;
  for (Work& work : works_)
    if (!work.is_put_off) order.push_back(&work);
  const auto date_of = [](const Work& work) {
    return work.post ? work.post->published_at.value_or(Timestamp()) : Timestamp();
  };
  std::ranges::stable_sort(order, [&](const Work* a, const Work* b) {
    return std::pair(date_of(*a), std::string_view(a->post_id)) <
           std::pair(date_of(*b), std::string_view(b->post_id));
  });
  return order;
}

// --- what is to be looked at

void Run::collect(std::size_t limit) {
  // A post that comes due is news, even if a quiet import brought it.
  for (auto& post_id : take(view_.due_posts(plan_.site.id, now_ - plan_.hold, limit)))
    add(std::move(post_id), false);
  for (auto& dirty : take(view_.dirty_posts(plan_.site.id, limit)))
    add(std::move(dirty.post_id), dirty.is_quiet);
}

void Run::add(std::string post_id, bool is_quiet) {
  if (!index_.emplace(post_id, works_.size()).second) return;
  Work work;
  work.post_id = std::move(post_id);
  work.is_quiet = is_quiet;
  works_.push_back(std::move(work));
}

// What the log says of a post that is being looked at already stays there for the next step: it may
// have come after the post was read.
void Run::add_if_dirty(const std::string& post_id) {
  if (index_.contains(post_id)) return;
  if (const auto dirty = take(view_.dirty_post(plan_.site.id, post_id)))
    add(post_id, dirty->is_quiet);
}

void Run::load(std::size_t index) {
  Work work = std::move(works_[index]);  // works_ may grow below
  const SiteId site = plan_.site.id;
  auto read = store_.read_post(site, work.post_id);
  if (read)
    work.post = *std::move(read);
  else if (read.error().code != Errc::not_found)
    throw StoreFailed(read.error());
  // A loud change that was committed since the log was read may be in what was just read.
  if (work.is_quiet) work.is_quiet = !take(view_.is_dirty_loudly(site, work.post_id));
  if (work.post) make_legible(*work.post, plan_.text, work.notices);
  work.record = take(view_.read_record(site, work.post_id));
  if (work.post) {
    work.entry_id = entry_id_of(view_, plan_.site, *work.post, now_, work.notices);
    settle_identity(work);
  } else if (work.record) {
    add_heirs(*work.record, work.post_id);
  }
  work.is_visible = decide_visible(work) && claim_identity(work);
  if (work.is_visible) look_at_slug_holders(work);
  works_[index] = std::move(work);
}

// --- whose id

// The record goes where its id goes: a post that changed its key, or was inserted again under
// another, is still the post that readers know.
void Run::settle_identity(Work& work) {
  const SiteId site = plan_.site.id;
  if (work.record && work.record->entry.id == work.entry_id) return;
  auto other = take(view_.record_with_id(site, work.entry_id));
  if (other && other->entry.post_id != work.post_id) {
    const auto other_key = take(view_.identity_key(site, other->entry.post_id));
    if (other_key && *other_key == identity_key_of(*work.post))
      return refuse_identity(work, other->entry.post_id);
  } else {
    other.reset();
  }
  if (work.record) make_room(work);
  if (!other) return;
  const std::string from = other->entry.post_id;
  take(view_.rename_record(site, from, work.post_id));
  other->entry.post_id = work.post_id;
  work.record = std::move(other);
  if (const auto found = index_.find(from); found != index_.end())
    works_[found->second].record.reset();
}

// Two new posts under one source key: the first has it.
bool Run::claim_identity(Work& work) {
  const auto [owner, is_first] = claims_.emplace(work.entry_id, work.post_id);
  if (!is_first) refuse_identity(work, owner->second);
  return is_first;
}

void Run::refuse_identity(Work& work, const std::string& owner) {
  work.obstacle = "its source key '" + identity_key_of(*work.post).key +
                  "' is also that of post '" + owner + "'";
  work.entry_id.clear();
}

// The key holds the record of another id: that post moved away, and takes it along, or it is gone.
void Run::make_room(Work& work) {
  const EntryRecord& old = *work.record;
  const auto key = take(view_.identity_of(plan_.site.id, old.entry.id));
  if (key && !take(view_.posts_with_identity(plan_.site.id, *key)).empty()) {
    add_heirs(old, work.post_id);
    take(view_.rename_record(plan_.site.id, work.post_id, parking_place(old.entry.id)));
  } else if (old.is_shown) {
    retire(old, work.is_quiet);
  }
  work.record.reset();
}

// Posts that have the record's id now, or may have it: another post under the same source key was
// held back for it.
void Run::add_heirs(const EntryRecord& record, const std::string& except) {
  const auto key = take(view_.identity_of(plan_.site.id, record.entry.id));
  if (!key) return;
  for (const auto& heir : take(view_.posts_with_identity(plan_.site.id, *key))) {
    if (heir == except || index_.contains(heir)) continue;
    const auto dirty = take(view_.dirty_post(plan_.site.id, heir));
    add(heir, dirty && dirty->is_quiet);
  }
}

// --- visible, and where

bool Run::decide_visible(Work& work) {
  if (!work.post || work.post->status != PostStatus::published || !work.obstacle.empty())
    return false;
  const auto& at = work.post->published_at;
  if (!at) {
    work.obstacle = "it is published but has no published_at";
    return false;
  }
  // What was shown stays when the clock goes back, the hold becomes longer, or the date is edited
  // to one within the hold: everybody has seen it.
  const bool was_visible =
      work.record && work.record->is_shown && (work.record->entry.published == *at || *at <= now_);
  return *at + plan_.hold <= now_ || was_visible;
}

// A holder that is about to give its slug up must be looked at in the same step, or the newcomer
// would be renamed.
void Run::look_at_slug_holders(Work& work) {
  work.slug = wanted_slug(*work.post, work.record, work.notices);
  for (const auto& holder : take(view_.shown_with_slug(plan_.site.id, work.slug)))
    if (holder != work.post_id) add_if_dirty(holder);
}

void Run::settle_slugs() {
  std::vector<Work*> order;
  for (Work& work : works_)
    if (work.is_visible) order.push_back(&work);
  const auto keeps_its_own = [](const Work* w) {
    return w->record && w->record->is_shown && is_own_slug(w->record->entry.slug, w->slug);
  };
  std::stable_partition(order.begin(), order.end(), keeps_its_own);
  std::map<std::string, std::string> settled;  // slug to post
  for (Work* work : order) {
    const auto is_taken = [&](const std::string& slug) {
      if (settled.contains(slug)) return true;
      for (const auto& holder : take(view_.shown_with_slug(plan_.site.id, slug)))
        if (!index_.contains(holder)) return true;
      return false;
    };
    const std::string wanted = work->slug;
    work->slug = settled_slug(wanted, work->entry_id, work->record, is_taken);
    if (work->slug != wanted)
      work->notices.push_back("the slug '" + wanted + "' is taken; '" + work->slug + "' is used");
    settled.emplace(work->slug, work->post_id);
  }
}

Timestamp Run::next_second(Timestamp last) const {
  return from_unix_ms(std::max(to_unix_seconds(now_), to_unix_seconds(last) + 1) * 1000);
}

CleanBody Run::body_for(const BodyRecipe& recipe, std::string& hash) {
  hash = body_hash(recipe);
  if (hash.empty()) return {};
  if (auto known = take(view_.read_body(plan_.site.id, hash))) return *std::move(known);
  return make_body(recipe);
}

}  // namespace sosik
