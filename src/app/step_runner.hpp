// A node's part in the syndication step, in a thread of its own (docs/nodes.md). The active node
// runs it: at once when this process wrote, within a quarter of a second when another program did
// (a connection that never writes polls the store's data version), and when a scheduled post comes
// due; one step for each site that has work, made when it is needed. Every node reads the news that
// steps leave in the store and the rows of other sites (docs/sites.md), and tells its caches.
//
// A store that cannot be written is tried again, with a warning, for as long as it takes; so is a
// listener that was thrown out of (on_step alone is not called again). The active node lets others
// try where that takes long.
#pragma once
#include <functional>
#include <memory>

#include "sosik/base/clock.hpp"
#include "sosik/model/document_tag.hpp"
#include "sosik/model/news.hpp"
#include "sosik/net/log.hpp"
#include "sosik/syndicate/sites.hpp"
#include "sosik/syndicate/step.hpp"

namespace sosik {

class Store;

class StepRunner {
 public:
  using OpenStore = std::function<Result<std::unique_ptr<Store>>()>;
  // Called on the runner's thread (on start()'s until that returns); any of them may throw.
  struct Listener {
    std::function<void(const StepReport&)> on_step;  // this node has done something
    // What rendering is to go by from now on. Before the step's first look at it (and again with
    // the old one, should that fail): a renderer that then asks for refresh() waits until the step
    // has taken it over.
    std::function<void(const SyndicationPlan&)> on_plan;
    // Which other sites there are, and whose rows have changed. Steps and refresh() go by it
    // afterwards. May be empty.
    std::function<void(std::shared_ptr<const SiteDirectory>, const std::vector<SiteId>& changed)>
        on_sites = {};
    std::function<void(const News&)> on_news;
    std::function<void()> on_gap;         // anything may have changed
    std::function<void(Store&)> on_look;  // four times a second, and before anything else
  };

  // Opens the store, and as the active node brings it up to date (adopt, then run) before it
  // returns, so that what is served first is current. A node that may not lead never runs the step.
  // `clock` and `log` must outlive the runner.
  static Result<std::unique_ptr<StepRunner>> start(OpenStore, SyndicationPlan own, bool may_lead,
                                                   const Clock&, Log&, Listener);
  ~StepRunner();  // stops and joins

  void wake();  // something was written: any thread
  // A new configuration of this node: where it leads in force when this returns, else as soon as it
  // does, but for its targets. Fails, and leaves everything as it was, when the store cannot take
  // it. Any other thread.
  Result<void> adopt(const SyndicationPlan& own);
  // Step::refresh on the runner's thread; waits for it. Another site than the main one is adopted
  // first. Any other thread.
  Result<FeedState> refresh(SiteId, std::string_view key);
  // For the store to keep (Store::remember_tags), together with others, soon. Never waits; what
  // cannot be written is forgotten, which costs a rendering after a restart. Any thread.
  void remember(SiteId, DocumentTag tag);
  // Why the last step failed; empty when it worked. For /readyz.
  std::string trouble() const;
  bool leads() const;  // is this the active node? Any thread
  // Looks for news that have ended well: what was committed before one began, caches know. Any
  // thread.
  std::uint64_t polls() const;

 private:
  struct State;
  explicit StepRunner(std::unique_ptr<State>);
  std::unique_ptr<State> state_;
};

}  // namespace sosik
