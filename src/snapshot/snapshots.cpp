#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <mutex>

#include "live_slot.hpp"
#include "sosik/snapshot/builder.hpp"

namespace sosik {
namespace {

class LiveSnapshots final : public Snapshots {
 public:
  explicit LiveSnapshots(SnapshotOptions options)
      : maker_(std::make_shared<DocumentMaker>(std::move(options))) {}

  std::shared_ptr<Slot> find(std::string_view key) const override { return find_slot(key); }

  Result<std::shared_ptr<Slot>> open(std::string_view key_text) override {
    const std::string key(key_text);
    if (auto slot = find_slot(key); slot && slot->is_open()) return std::shared_ptr<Slot>(slot);
    const std::lock_guard one_at_a_time(opening_[std::hash<std::string>()(key) % opening_.size()]);
    auto slot = find_slot(key);
    if (slot && slot->is_open()) return std::shared_ptr<Slot>(slot);
    auto state = maker_->look_up(key);
    if (!state) {
      // H-234: while the store cannot be read, what was served goes on being served.
      const bool can_stand_in =
          state.error().code != Errc::not_found && slot && slot->has_documents();
      if (!can_stand_in) return state.error();
      maker_->log("feed not readable", key, state.error().detail);
      slot->open(0);
      return std::shared_ptr<Slot>(slot);
    }
    // One slot a feed, under its own key: changed() knows no other spelling.
    slot = slot_of(state.value().key);
    slot->open(state.value().revision);
    return std::shared_ptr<Slot>(slot);
  }

  void changed(const std::vector<FeedState>& feeds,
               const std::vector<std::string>& slugs) override {
    for (const auto& feed : feeds)
      if (auto slot = find_slot(feed.key)) slot->advance(feed.revision);
    for (const auto& slug : slugs)
      if (auto slot = find_slot(std::string(post_prefix) + slug)) slot->discard();
  }

  SnapshotStatistics statistics() const override { return {}; }

  void reset() override {
    maker_->forget_refreshes();
    const std::lock_guard lock(mutex_);
    for (auto& [key, slot] : slots_) slot->close();
  }

 private:
  std::shared_ptr<LiveSlot> find_slot(std::string_view key) const {
    const std::lock_guard lock(mutex_);
    const auto found = slots_.find(key);
    return found == slots_.end() ? nullptr : found->second;
  }
  std::shared_ptr<LiveSlot> slot_of(const std::string& key) {
    const std::lock_guard lock(mutex_);
    return slots_.emplace(key, std::make_shared<LiveSlot>(maker_, key)).first->second;
  }

  const std::shared_ptr<DocumentMaker> maker_;
  mutable std::mutex mutex_;  // protects slots_; never held while anything is read or made
  std::map<std::string, std::shared_ptr<LiveSlot>, std::less<>> slots_;
  std::array<std::mutex, 16> opening_;  // by hash of the key: one open() of a key at a time
};

}  // namespace

std::shared_ptr<Snapshots> make_snapshots(SnapshotOptions options) {
  return std::make_shared<LiveSnapshots>(std::move(options));
}

}  // namespace sosik
