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

struct Pruned {
  bool has_more = false;
  SiteId up_to = 0;  // Housekeeping::pruned_to_
};

// Deliveries of all sites, and events of the next sites behind that one.
Result<Pruned> prune_some(Ledger& ledger, SiteId after, Timestamp now, const LedgerLimits& keep) {
  const auto deliveries = ledger.prune_deliveries(now, keep, most_pruned);
  if (!deliveries) return deliveries.error();
  const auto sites = ledger.sites_with_events(after, sites_at_a_time);
  if (!sites) return sites.error();
  bool is_left = false;
  for (const SiteId site : *sites) {
    const auto events = ledger.prune_events(site, now, keep, most_pruned);
    if (!events) return events.error();
    is_left = is_left || *events;
  }
  const SiteId next = sites->size() < sites_at_a_time ? 0 : sites->back();
  return Pruned{*deliveries || is_left, is_left ? after : next};
}

}  // namespace

bool Housekeeping::is_due() const {
  return SteadyClock::now() >= std::min(next_pruning_, next_look_);
}

Task<> Housekeeping::turn(std::vector<SiteId> all) {
  const auto now = SteadyClock::now();
  if (now >= next_pruning_) co_await prune();
  if (now >= next_look_) {
    auto sites = in_turn(all, looked_at_);
    co_await look_at_backlogs(std::move(sites));
  }
}

Task<> Housekeeping::prune() {
  const auto began = SteadyClock::now();
  auto work = [after = pruned_to_, at = clock_.now(), keep = keep_](Store& store) {
    return prune_some(store.ledger(), after, at, keep);
  };
  const auto pruned = co_await desk_.ask(std::move(work));
  if (!pruned) log_.warn("cannot prune the ledger", {{"error", pruned.error().detail}});
  if (pruned) pruned_to_ = pruned->up_to;
  next_pruning_ = pruned && pruned->has_more ? began : began + between_prunings;
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
