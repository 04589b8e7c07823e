// Runs the syndication step in a thread of its own: at once when this process wrote, within a
// quarter of a second when another program did (a connection that never writes polls the store's
// data version), and when a scheduled post comes due. A store that cannot be written is tried
// again, with a warning, for as long as it takes; so is a report that was thrown out of, as one
// that says others_stepped: nobody knows then what was missed.
#pragma once
#include <functional>
#include <memory>

#include "sosik/base/clock.hpp"
#include "sosik/model/document_tag.hpp"
#include "sosik/net/log.hpp"
#include "sosik/syndicate/step.hpp"

namespace sosik {

class Store;

class StepRunner {
 public:
  using OpenStore = std::function<Result<std::unique_ptr<Store>>()>;
  using OnReport = std::function<void(const StepReport&)>;  // on the runner's thread

  // Opens the store and brings it up to date (adopt, then run) before it returns, so that what is
  // served first is current. `clock` and `log` must outlive the runner.
  static Result<std::unique_ptr<StepRunner>> start(OpenStore, SyndicationPlan, const Clock&, Log&,
                                                   OnReport);
  ~StepRunner();  // stops and joins

  void wake();  // something was written: any thread
  // A new configuration, in force when this returns; fails, and leaves everything as it was, when
  // the store cannot take it. `in_force` is called on the runner's thread with the plan that
  // rendering is to use, before the step's first look at it (and with the old one after a failure):
  // a renderer that then asks for refresh() waits until the step has taken the plan over. Any other
  // thread.
  using InForce = std::function<void(const SyndicationPlan&)>;
  Result<void> adopt(const SyndicationPlan& plan, const InForce& in_force);
  // Step::refresh on the runner's thread; waits for it. Any other thread.
  Result<FeedState> refresh(std::string_view key);
  // For the store to keep (Store::remember_tags), together with others, soon. Never waits; what
  // cannot be written is forgotten, which costs a rendering after a restart. Any thread.
  void remember(DocumentTag tag);
  // Why the last step failed; empty when it worked. For /readyz.
  std::string trouble() const;

 private:
  struct State;
  explicit StepRunner(std::unique_ptr<State>);
  std::unique_ptr<State> state_;
};

}  // namespace sosik
