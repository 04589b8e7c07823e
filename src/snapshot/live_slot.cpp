#include "live_slot.hpp"

#include <algorithm>

namespace sosik {
namespace {

bool holds_any(const Documents& documents) {
  return std::ranges::any_of(documents, [](auto& document) { return document != nullptr; });
}

// Slot, snapshot and their place in a map, roughly.
std::size_t overhead_of(const SiteKey& key) {
  constexpr std::size_t map_node = 128;
  return sizeof(LiveSlot) + sizeof(LiveSnapshot) + map_node + 3 * key.key.size();
}

}  // namespace

LiveSlot::LiveSlot(std::shared_ptr<Workshop> workshop, SiteKey key)
    : workshop_(std::move(workshop)),
      key_(std::move(key)),
      overhead_(std::in_place, workshop_->holdings, overhead_of(key_)) {}

bool LiveSlot::has_documents() const {
  const std::lock_guard lock(mutex_);
  return live_ ? live_->has_documents() : holds_any(last_good_);
}

void LiveSlot::open(const Found& found) {
  const std::lock_guard lock(mutex_);
  if (current_ || is_retired_) return;
  Documents last_good = std::exchange(last_good_, {});
  if (found.notice) return set(found.notice, nullptr);
  set(new_snapshot({found.state.revision, found.knowledge, std::move(last_good)}));
}

void LiveSlot::stand_in() {
  const std::lock_guard lock(mutex_);
  if (!current_ && !is_retired_) set(new_snapshot({0, {}, std::exchange(last_good_, {})}));
}

bool LiveSlot::advance(std::int64_t revision) {
  const std::lock_guard lock(mutex_);
  if (!live_ || live_->revision() >= revision) return false;
  Documents last_good = live_->newest_documents();
  const bool has_any = holds_any(last_good);
  set(new_snapshot({revision, {}, std::move(last_good), live_->take_mark()}));
  return has_any;
}

bool LiveSlot::close() {
  const std::lock_guard lock(mutex_);
  if (live_ && !is_page()) last_good_ = live_->newest_documents();
  if (current_) set(nullptr);
  return holds_any(last_good_);
}

void LiveSlot::discard() {
  const std::lock_guard lock(mutex_);
  last_good_ = {};
  if (current_) set(nullptr);
}

bool LiveSlot::drop_spares() {
  const std::lock_guard lock(mutex_);
  if (live_) return live_->drop_spares();
  for (auto& document : std::exchange(last_good_, {}))
    if (document) document->give_up();
  return false;
}

LiveSlot::Pass LiveSlot::pass(const Snapshot* in_use) {
  const std::lock_guard lock(mutex_);
  const bool is_for_files = !workshop_->holdings->has_too_much();
  if (is_for_files && !(live_ && live_->holds_files())) return Pass::kept;
  if (!current_) return holds_any(last_good_) ? Pass::kept : Pass::retires;
  if (current_.get() == in_use || current_->take_mark()) return Pass::kept;
  if (!live_) return Pass::retires;
  const bool has_documents = live_->has_documents();
  auto knowledge = live_->give_up();
  if (!knowledge) return Pass::kept;
  if (!has_documents) return Pass::retires;
  ++workshop_->holdings->counters.evictions;
  if (is_page()) return Pass::retires;  // no revision would tell when its tag is old
  set(new_snapshot({live_->revision(), std::move(*knowledge), {}}));
  return Pass::freed;
}

void LiveSlot::retire() {
  const std::lock_guard lock(mutex_);
  is_retired_ = true;
  overhead_.reset();
  last_good_ = {};
  set(nullptr);
}

bool LiveSlot::is_page() const { return key_.key.starts_with(post_prefix); }

std::shared_ptr<LiveSnapshot> LiveSlot::new_snapshot(LiveSnapshot::Start start) const {
  return std::make_shared<LiveSnapshot>(workshop_, key_, std::move(start));
}

void LiveSlot::set(const std::shared_ptr<LiveSnapshot>& snapshot) { set(snapshot, snapshot); }

// The pointer first, then the number that tells of it.
void LiveSlot::set(std::shared_ptr<KeptSnapshot> current, std::shared_ptr<LiveSnapshot> live) {
  current_ = std::move(current);
  live_ = std::move(live);
  version_.fetch_add(1, std::memory_order_release);
}

}  // namespace sosik
