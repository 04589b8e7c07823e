#include "site_targets.hpp"

namespace sosik {
namespace {

// Of more all are made again, and their endpoints read.
constexpr std::size_t most_known = 4096;

}  // namespace

SiteTargets::SiteTargets(Site main, std::vector<Target> configured, std::string installation_key,
                         Sites sites)
    : key_(std::move(installation_key)), sites_(std::move(sites)) {
  plan_.site = main;
  plan_.targets = configured;
  main_ = std::make_unique<KnownTargets>(std::move(main), std::move(configured), key_);
}

void SiteTargets::adopt(Site main, std::vector<Target> configured) {
  plan_.site = main;
  plan_.targets = configured;
  main_->adopt(std::move(main), std::move(configured));
  others_.clear();
}

void SiteTargets::forget(const std::vector<SiteId>& sites) {
  for (const SiteId site : sites) others_.erase(site);
}

std::shared_ptr<const SiteDirectory> SiteTargets::directory() const {
  return sites_ ? sites_() : nullptr;
}

SiteTargets::Whereabouts SiteTargets::whereabouts(SiteId site) const {
  if (site == main_site) return Whereabouts::served;
  const auto sites = directory();
  const auto* known = sites ? sites->find(site) : nullptr;
  if (!known) return Whereabouts::unknown;
  return known->is_served() ? Whereabouts::served : Whereabouts::not_served;
}

KnownTargets* SiteTargets::of(SiteId site) {
  if (site == main_site) return main_.get();
  const auto sites = directory();
  const auto* known = sites ? sites->find(site) : nullptr;
  if (!known || !known->is_served()) {
    others_.erase(site);
    return nullptr;
  }
  if (const auto found = others_.find(site); found != others_.end()) return found->second.get();
  if (others_.size() >= most_known) others_.clear();
  auto plan = plan_of(plan_, known->site);
  auto made = std::make_unique<KnownTargets>(std::move(plan.site), std::move(plan.targets), key_);
  return others_.emplace(site, std::move(made)).first->second.get();
}

std::vector<std::string> SiteTargets::names_at(const std::string& host) {
  std::vector<std::string> names = main_->names_at(host);
  for (const auto& [site, known] : others_) {
    const auto& there = known->names_at(host);
    names.insert(names.end(), there.begin(), there.end());
  }
  return names;
}

std::vector<SiteId> SiteTargets::all() const {
  std::vector<SiteId> ids{main_site};
  if (const auto sites = directory())
    for (const auto& known : sites->all()) ids.push_back(known->row.id);
  return ids;
}

}  // namespace sosik
