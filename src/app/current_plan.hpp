// The plan in force: replaced on SIGHUP, read by whoever renders. Any thread.
#pragma once
#include <memory>
#include <mutex>
#include <utility>

#include "sosik/syndicate/step.hpp"

namespace sosik {

class CurrentPlan {
 public:
  explicit CurrentPlan(SyndicationPlan plan) { set(std::move(plan)); }
  void set(SyndicationPlan plan) {
    auto next = std::make_shared<const SyndicationPlan>(std::move(plan));
    std::lock_guard lock(mutex_);
    plan_ = std::move(next);
  }
  std::shared_ptr<const SyndicationPlan> get() const {
    std::lock_guard lock(mutex_);
    return plan_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const SyndicationPlan> plan_;
};

}  // namespace sosik
