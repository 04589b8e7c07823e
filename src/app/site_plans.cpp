#include "site_plans.hpp"

namespace sosik {

SitePlans::SitePlans(SyndicationPlan main)
    : main_(std::make_shared<const SyndicationPlan>(std::move(main))) {}

void SitePlans::set(SyndicationPlan main) {
  auto next = std::make_shared<const SyndicationPlan>(std::move(main));
  const std::lock_guard lock(mutex_);
  main_ = std::move(next);
  made_.clear();
}

void SitePlans::set(std::shared_ptr<const SiteDirectory> sites,
                    const std::vector<SiteId>& changed) {
  const std::lock_guard lock(mutex_);
  sites_ = std::move(sites);
  for (const SiteId site : changed) made_.erase(site);
}

std::shared_ptr<const SyndicationPlan> SitePlans::main() const {
  const std::lock_guard lock(mutex_);
  return main_;
}

std::shared_ptr<const SyndicationPlan> SitePlans::of(SiteId site) const {
  constexpr std::size_t most = 10'000;  // some kilobytes each; of more all are made again
  const std::lock_guard lock(mutex_);
  if (site == main_site) return main_;
  const auto* known = sites_->find(site);
  if (!known || !known->is_served()) return nullptr;
  if (const auto found = made_.find(site); found != made_.end()) return found->second;
  if (made_.size() >= most) made_.clear();
  return made_[site] = std::make_shared<const SyndicationPlan>(plan_of(*main_, known->site));
}

std::shared_ptr<const SiteDirectory> SitePlans::sites() const {
  const std::lock_guard lock(mutex_);
  return sites_;
}

}  // namespace sosik
