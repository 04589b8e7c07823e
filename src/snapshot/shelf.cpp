#include "shelf.hpp"

#include <algorithm>

namespace sosik {

std::shared_ptr<LiveSlot> Shelf::find(SiteKeyView key) const {
  const std::lock_guard lock(mutex_);
  const auto found = slots_.find(key);
  return found == slots_.end() ? nullptr : found->second;
}

std::size_t Shelf::size() const {
  const std::lock_guard lock(mutex_);
  return slots_.size();
}

std::uint64_t Shelf::news() const {
  const std::lock_guard lock(mutex_);
  return news_;
}

std::shared_ptr<LiveSlot> Shelf::place(const Found& found, std::uint64_t news) {
  const std::lock_guard lock(mutex_);
  if (news_ != news) return nullptr;
  const SiteKey key{found.site, found.state.key};
  auto& slot = slots_[key];
  if (!slot) slot = std::make_shared<LiveSlot>(workshop_, key);
  slot->open(found);
  return slot;
}

void Shelf::changed(SiteId site, const std::vector<FeedState>& feeds,
                    const std::vector<std::string>& slugs) {
  {
    const std::lock_guard lock(mutex_);
    ++news_;  // first: whoever places something from now on has read what is new
  }
  for (const auto& feed : feeds) {
    const auto slot = find({site, feed.key});
    if (!slot || !slot->advance(feed.revision)) continue;
    const std::lock_guard lock(mutex_);
    spares_.insert({site, feed.key});
  }
  for (const auto& slug : slugs)
    if (const auto slot = find({site, std::string(post_prefix) + slug})) slot->discard();
}

void Shelf::reset() {
  const std::lock_guard lock(mutex_);
  ++news_;
  for (auto& [key, slot] : slots_)
    if (slot->close()) spares_.insert(key);
}

void Shelf::reset(SiteId site) {
  const std::lock_guard lock(mutex_);
  ++news_;
  for (auto at = slots_.lower_bound(SiteKeyView(site, "")); at != slots_.end(); ++at) {
    if (at->first.site != site) break;
    if (at->second->close()) spares_.insert(at->first);
  }
}

void Shelf::make_room(const Snapshot* in_use) {
  const Holdings& holdings = *workshop_->holdings;
  if (!holdings.is_over()) return;
  const std::lock_guard one_at_a_time(making_room_);
  if (!workshop_->maker.is_working()) return;
  drop_spares();
  // Round by round everything loses its mark, then its bytes, then its place.
  constexpr std::size_t rounds = 3;
  for (std::size_t steps = rounds * size(); steps > 0 && holdings.has_too_much(); --steps)
    advance_hand(in_use);
  // For descriptors no second round: a file that is asked for stays, and what lacks one is sent by
  // copying. Nor a whole one: the hand goes on from here next time.
  constexpr std::size_t steps_for_files = 100;
  std::size_t steps = std::min(steps_for_files, size());
  for (; steps > 0 && holdings.lacks_descriptors(); --steps) advance_hand(in_use);
}

void Shelf::drop_spares() {
  std::set<SiteKey, SiteKeyOrder> needed;
  while (workshop_->holdings->is_over()) {
    std::unique_lock lock(mutex_);
    if (spares_.empty()) break;
    const SiteKey key = std::move(spares_.extract(spares_.begin()).value());
    const auto found = slots_.find(key);
    const auto slot = found == slots_.end() ? nullptr : found->second;
    lock.unlock();
    if (slot && slot->drop_spares()) needed.insert(key);
  }
  const std::lock_guard lock(mutex_);
  spares_.merge(needed);
}

void Shelf::advance_hand(const Snapshot* in_use) {
  std::shared_ptr<LiveSlot> slot;
  std::shared_ptr<Snapshot> given_up;  // whose bytes are freed after the lock
  const std::lock_guard lock(mutex_);
  if (slots_.empty()) return;
  auto at = slots_.upper_bound(hand_);
  if (at == slots_.end()) at = slots_.begin();
  hand_ = at->first;
  slot = at->second;
  given_up = slot->current();
  if (slot->pass(in_use) != LiveSlot::Pass::retires) return;
  slot->retire();
  slots_.erase(at);
}

}  // namespace sosik
