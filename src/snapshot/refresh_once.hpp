// Calls SnapshotOptions::refresh once for each feed, and once more after each reset(): a feed that
// is rendered for the first time may have been shown last by another definition or an older program
// (H-117).
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "sosik/base/result.hpp"
#include "sosik/model/feed.hpp"

namespace sosik {

class RefreshOnce {
 public:
  using Refresh = std::function<Result<FeedState>(std::string_view key)>;
  explicit RefreshOnce(Refresh refresh) : refresh_(std::move(refresh)) {}

  // Waits for whoever is refreshing this feed; a refresh that failed is tried again by the next
  // caller.
  Result<void> ensure(const std::string& key) {
    const auto gate = gate_of(key);
    const std::lock_guard lock(gate->mutex);
    const auto generation = generation_.load();
    if (gate->done_in == generation) return {};
    if (auto state = refresh_(key); !state) return state.error();
    gate->done_in = generation;
    return {};
  }
  // Never waits, so the thread that refreshes may call it.
  void reset() { ++generation_; }

 private:
  struct Gate {
    std::mutex mutex;
    std::uint64_t done_in = 0;  // protected by mutex
  };
  std::shared_ptr<Gate> gate_of(const std::string& key) {
    const std::lock_guard lock(mutex_);
    auto& gate = gates_[key];
    if (!gate) gate = std::make_shared<Gate>();
    return gate;
  }

  const Refresh refresh_;
  std::atomic<std::uint64_t> generation_{1};
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Gate>>
      gates_;  // protected by mutex_; only feeds that exist
};

}  // namespace sosik
