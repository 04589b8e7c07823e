// The Slot that Snapshots hands out. Opened, advanced and closed; any thread.
#pragma once
#include <algorithm>
#include <memory>
#include <mutex>
#include <string>

#include "live_snapshot.hpp"
#include "sosik/snapshot/snapshot.hpp"

namespace sosik {

class LiveSlot final : public Slot {
 public:
  LiveSlot(std::shared_ptr<DocumentMaker> maker, std::string key)
      : maker_(std::move(maker)), key_(std::move(key)) {}

  std::shared_ptr<Snapshot> current() const override {
    const std::lock_guard lock(mutex_);
    return current_;
  }
  bool is_open() const { return current() != nullptr; }
  // Are there bytes to fall back on?
  bool has_documents() const {
    const std::lock_guard lock(mutex_);
    const Documents& documents = current_ ? current_->newest_documents() : last_good_;
    return std::ranges::any_of(documents, [](auto& d) { return d != nullptr; });
  }

  void open(std::int64_t revision) {
    const std::lock_guard lock(mutex_);
    if (!current_) set(new_snapshot(revision, std::exchange(last_good_, {})));
  }
  // To a newer revision; an old or repeated message changes nothing, and what is closed stays
  // closed.
  void advance(std::int64_t revision) {
    const std::lock_guard lock(mutex_);
    if (current_ && current_->revision() < revision)
      set(new_snapshot(revision, current_->newest_documents()));
  }
  // Until open() looks again whether it still exists; the documents are kept to fall back on.
  void close() {
    const std::lock_guard lock(mutex_);
    if (!current_) return;
    last_good_ = current_->newest_documents();
    set(nullptr);
  }
  // The same for what must not be shown again whatever happens: the page of a post that may have
  // been unpublished.
  void discard() {
    const std::lock_guard lock(mutex_);
    last_good_ = {};
    if (current_) set(nullptr);
  }

 private:
  std::shared_ptr<LiveSnapshot> new_snapshot(std::int64_t revision, Documents last_good) const {
    return std::make_shared<LiveSnapshot>(maker_, key_, revision, std::move(last_good));
  }
  // The pointer first, then the number that tells of it.
  void set(std::shared_ptr<LiveSnapshot> snapshot) {
    current_ = std::move(snapshot);
    version_.fetch_add(1, std::memory_order_release);
  }

  const std::shared_ptr<DocumentMaker> maker_;
  const std::string key_;
  mutable std::mutex mutex_;  // protects the next two
  std::shared_ptr<LiveSnapshot> current_;
  Documents last_good_;  // while closed
};

}  // namespace sosik
