// Housekeeping, once a minute: what is old leaves the ledger, and a target that has fallen too far
// behind is owed nothing more (N-207, N-210). Of many sites some at a time, each in its turn;
// pruned are also those that were removed. One thread, of the publisher's.
#pragma once
#include <chrono>
#include <vector>

#include "sosik/base/clock.hpp"
#include "sosik/net/log.hpp"
#include "sosik/net/task.hpp"
#include "sosik/store/ledger.hpp"
#include "store_desk.hpp"

namespace sosik {

class Housekeeping {
 public:
  // The first three must outlive it.
  Housekeeping(StoreDesk& desk, const Clock& clock, Log& log, LedgerLimits keep,
               std::int64_t max_backlog)
      : desk_(desk), clock_(clock), log_(log), keep_(keep), max_backlog_(max_backlog) {}

  bool is_due() const;
  // Does what is due; the log has what fails. Backlogs are looked at of some of these sites.
  Task<> turn(std::vector<SiteId> all);

 private:
  Task<> prune();
  Task<> look_at_backlogs(std::vector<SiteId> sites);

  StoreDesk& desk_;
  const Clock& clock_;
  Log& log_;
  const LedgerLimits keep_;
  const std::int64_t max_backlog_;
  std::chrono::steady_clock::time_point next_pruning_{}, next_look_{};
  SiteId pruned_to_ = 0;       // events: the last site that had its turn; 0: from the first on
  std::size_t looked_at_ = 0;  // a place among all sites
};

}  // namespace sosik
