#include "targets_in_force.hpp"

#include <set>

#include "sosik/store/ledger.hpp"
#include "take.hpp"

namespace sosik {

const std::vector<Target>& TargetsInForce::get(Ledger& ledger, SiteId site,
                                               const std::vector<Target>& configured) {
  const auto version = take(ledger.targets_version(site));
  if (version_ == version) return targets_;
  std::set<std::string> disabled;
  for (auto& state : take(ledger.target_states(site)))
    if (state.disabled_at) disabled.insert(std::move(state.target));
  targets_.clear();
  has_full_ = false;
  const auto add = [&](Target target) {
    has_full_ = has_full_ || target.is_full;
    if (!disabled.contains(target.name)) targets_.push_back(std::move(target));
  };
  for (const auto& target : configured) add(target);
  for (const auto& endpoint : take(ledger.list_endpoints(site))) add(target_of(endpoint));
  version_ = version;
  return targets_;
}

}  // namespace sosik
