// Has feeds brought up to date by the step (SnapshotOptions::refresh) before they are rendered:
// those that another definition or an older program showed last (H-117). Most are settled, and are
// not asked for: the step's thread may be waiting for another program's write lock.
//
// And knows of each site whether the step has taken over the plan that is in force. A new one is in
// force before that, and until then no state can be trusted, not even one that looks settled: a
// feed that was defined once before has its old state, but its posts only once the step has looked.
#pragma once
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "site_key.hpp"
#include "sosik/base/result.hpp"
#include "sosik/syndicate/step.hpp"

namespace sosik {

class RefreshOnce {
 public:
  using Refresh = std::function<Result<FeedState>(SiteId, std::string_view key)>;
  using Plan = std::shared_ptr<const SyndicationPlan>;
  RefreshOnce(Refresh refresh, const Plan& adopted) : refresh_(std::move(refresh)) {
    note_adopted(adopted);
  }

  // Has the step taken over `plan`, which was in force when it was read?
  bool is_adopted(const Plan& plan) const {
    const std::lock_guard lock(mutex_);
    const auto found = adopted_.find(plan->site.id);
    return found != adopted_.end() && plan == found->second;
  }
  // Asks the step, but for a feed that was asked for a moment ago. Waits for whoever is asking; a
  // refresh that failed is tried again by the next caller.
  Result<void> ensure(const SiteKey& key, const Plan& plan) {
    Gate& gate = gates_[SiteKeyHash()(key) % gates_.size()];
    const std::lock_guard lock(gate.mutex);
    const auto generation = generation_.load();
    if (gate.key == key && gate.done_in == generation && is_adopted(plan)) return {};
    if (auto state = refresh_(key.site, key.key); !state) return state.error();
    note_adopted(plan);  // an answer comes after the step has looked at what was in force
    gate.key = key;
    gate.done_in = generation;
    return {};
  }
  // Never waits, so the thread that refreshes may call it.
  void reset() { ++generation_; }

 private:
  // Of the feeds whose keys fall here the one that was refreshed last: to refresh one again changes
  // nothing, and they wait for the same thread anyway.
  struct Gate {
    std::mutex mutex;
    SiteKey key{0, ""};         // protected by mutex
    std::uint64_t done_in = 0;  // the same
  };
  void note_adopted(const Plan& plan) {
    const std::lock_guard lock(mutex_);
    constexpr std::size_t most = 10'000;  // plans of sites: to ask for one again costs little
    if (adopted_.size() >= most) adopted_.clear();
    adopted_[plan->site.id] = plan;
  }

  const Refresh refresh_;
  std::atomic<std::uint64_t> generation_{1};
  std::array<Gate, 64> gates_;  // by hash of the key
  mutable std::mutex mutex_;
  // Protected by mutex_; kept, so that an address is no other plan's.
  std::unordered_map<SiteId, Plan> adopted_;
};

}  // namespace sosik
