// A Snapshot that remembers whether it was asked for what it has, so that what nobody asks for can
// be given up first. To be made is not to be asked for: else a crawler that asks for everything
// once would count as much as the readers who come again.
#pragma once
#include <atomic>

#include "sosik/snapshot/snapshot.hpp"

namespace sosik {

class KeptSnapshot : public Snapshot {
 public:
  // Was it asked for since this was called last? Any thread.
  bool take_mark() const noexcept {
    const bool was_asked = is_asked_.load(std::memory_order_relaxed);
    if (was_asked) is_asked_.store(false, std::memory_order_relaxed);
    return was_asked;
  }

 protected:
  explicit KeptSnapshot(bool was_asked) : is_asked_(was_asked) {}
  // On the hot path: writes only where nothing is written yet, and then without a lock.
  void mark() const noexcept {
    if (!is_asked_.load(std::memory_order_relaxed))
      is_asked_.store(true, std::memory_order_relaxed);
  }

 private:
  mutable std::atomic<bool> is_asked_;
};

}  // namespace sosik
