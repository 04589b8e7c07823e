// The steps of all sites (docs/sites.md): the main site's, and one of each other that has work or
// of which something is asked for, made when it is needed. They go round, a while at a time, so
// that no site waits for all the others, and one whose step fails holds up none.
//
// Belongs to one thread.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "sosik/base/clock.hpp"
#include "sosik/net/log.hpp"
#include "sosik/syndicate/sites.hpp"
#include "sosik/syndicate/step.hpp"

namespace sosik {

class Store;

class SiteSteps {
 public:
  using Report = std::function<void(const StepReport&, SiteId)>;
  // StepRunner::Listener::on_sites.
  using OnSites =
      std::function<void(std::shared_ptr<const SiteDirectory>, const std::vector<SiteId>& changed)>;
  // The first three must outlive it. `report` is told what a step did, `on_sites` before steps go
  // by it.
  SiteSteps(Store& store, const Clock& clock, Log& log, SyndicationPlan main, Report report,
            OnSites on_sites);

  Step& main() { return main_; }
  // The main site has another plan, and so have all.
  void main_has_changed();

  // Other sites' rows, when somebody wrote some since, or they must_look().
  Result<void> look_at_rows();
  bool must_look() const { return must_look_; }
  void look_again() { must_look_ = true; }

  // Whoever has work, in turn, for a while; next_due() says when there is more. Fails when the
  // store does, or the main site's step.
  Result<void> run();
  // When run() has something to do next though nobody writes.
  std::optional<Timestamp> next_due() const { return next_due_; }
  // Step::refresh. Another site than the main one adopts its plan first, on whichever node it is
  // asked for, but on one that follows a node of another kind.
  Result<FeedState> refresh(SiteId, std::string_view key);

 private:
  struct Failing {
    std::string reason;
    std::chrono::steady_clock::time_point until;  // left alone
  };

  Step* of(SiteId);  // nullptr: not served
  Result<void> run_one(SiteId);
  bool is_left_alone(SiteId);
  Result<void> note_outcome(SiteId, const Result<void>&);
  Result<void> find_outdated();
  void note_due(Timestamp);

  Store& store_;
  const Clock& clock_;
  Log& log_;
  const Report report_;
  const OnSites on_sites_;
  Step main_;
  std::unordered_map<SiteId, std::unique_ptr<Step>> others_;  // by the main one's plan
  std::shared_ptr<const SiteDirectory> sites_ = std::make_shared<const SiteDirectory>();
  std::optional<std::int64_t> version_;  // of the rows that `sites_` was made of
  bool must_look_ = true;                // whatever their version
  std::set<SiteId> to_adopt_;  // their rows have changed, or their entries are to be made anew
  bool must_compare_ = true;   // whose entries are outdated; only the active node does
  std::map<SiteId, Failing> failing_;
  SiteId last_stepped_ = 0;
  std::optional<Timestamp> next_due_;
};

}  // namespace sosik
