#include "housekeeping.hpp"

#include <algorithm>

namespace sosik {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

constexpr auto between_prunings = 1min;
constexpr auto between_looks = 1min;
constexpr std::size_t sites_at_a_time = 100;
constexpr std::size_t most_pruned = 2000;  // rows a transaction, so that it holds nobody up

// Of all sites some, from a place that moves on.
std::vector<SiteId> in_turn(const std::vector<SiteId>& all, std::size_t& place) {
  if (place >= all.size()) place = 0;
  const auto count = std::min(sites_at_a_time, all.size() - place);
  const auto first = all.begin() + static_cast<std::ptrdiff_t>(place);
  return {first, first + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

bool Housekeeping::is_due() const {
  return SteadyClock::now() >= std::min(next_pruning_, next_look_);
}

Task<> Housekeeping::turn(std::vector<SiteId> all) {
  const auto now = SteadyClock::now();
  if (now >= next_pruning_) {
    auto sites = in_turn(all, pruned_);
    co_await prune(std::move(sites));
  }
  if (now >= next_look_) {
    auto sites = in_turn(all, looked_at_);
    co_await look_at_backlogs(std::move(sites));
  }
}

Task<> Housekeeping::prune(std::vector<SiteId> sites) {
  const auto began = SteadyClock::now();
  auto work = [sites = std::move(sites), at = clock_.now(),
               keep = keep_](Store& store) -> Result<bool> {
    bool is_left = false;
    for (const SiteId site : sites) {
      const auto has_more = store.ledger().prune(site, at, keep, most_pruned);
      if (!has_more) return has_more.error();
      is_left = is_left || *has_more;
    }
    return is_left;
  };
  const auto has_more = co_await desk_.ask(std::move(work));
  if (!has_more) log_.warn("cannot prune the ledger", {{"error", has_more.error().detail}});
  const bool goes_on = has_more && *has_more;
  if (!goes_on) pruned_ += sites_at_a_time;
  next_pruning_ = goes_on ? began : began + between_prunings;
}

Task<> Housekeeping::look_at_backlogs(std::vector<SiteId> sites) {
  next_look_ = SteadyClock::now() + between_looks;
  looked_at_ += sites_at_a_time;
  auto work = [sites = std::move(sites), at = clock_.now(),
               most = max_backlog_](Store& store) -> Result<std::vector<std::string>> {
    std::vector<std::string> all;
    for (const SiteId site : sites) {
      const auto names = store.ledger().disable_overfull_targets(site, most, at);
      if (!names) return names.error();
      all.insert(all.end(), names->begin(), names->end());
    }
    return all;
  };
  const auto disabled = co_await desk_.ask(std::move(work));
  if (!disabled) {
    log_.warn("cannot look at backlogs", {{"error", disabled.error().detail}});
    co_return;
  }
  for (const auto& target : *disabled)
    log_.error("a target is disabled: it is owed nothing until it is enabled again",
               {{"target", target}, {"why", "too many deliveries wait for it"}});
}

}  // namespace sosik
