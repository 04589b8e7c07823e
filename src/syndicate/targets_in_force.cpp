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
  for (const auto& target : configured)
    if (!disabled.contains(target.name)) targets_.push_back(target);
  for (const auto& endpoint : take(ledger.list_endpoints(site)))
    if (auto target = target_of(endpoint); !disabled.contains(target.name))
      targets_.push_back(std::move(target));
  version_ = version;
  return targets_;
}

}  // namespace sosik
