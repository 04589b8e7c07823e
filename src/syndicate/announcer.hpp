// What one step tells: events in the ledger, and the deliveries owed for them. Everything in the
// step's transaction.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "feed_changes.hpp"
#include "sosik/model/event.hpp"
#include "sosik/store/syndication_store.hpp"
#include "sosik/syndicate/step.hpp"

namespace sosik {

class Announcer {
 public:
  // `state` numbers the events and must outlive it.
  Announcer(SyndicationStore& store, const SyndicationPlan& plan, SiteState& state, Timestamp now,
            StepReport& report)
      : store_(store), plan_(plan), state_(state), now_(now), report_(report) {}

  // What became of a post. `feeds` are the keys of the feeds it is in (was in, for a post that is
  // gone). A post that goes takes its undelivered news along: what was never told is not told any
  // more, and a receiver whose very first news of the post is thereby cancelled is not told of its
  // end either (N-213).
  void tell_post(EventKind, const Entry&, const std::vector<std::string>& feeds, bool is_quiet);
  // A feed has a new revision: hubs, and for the main feed ping services, are owed a word about it.
  void tell_feed(const ChangedFeed&);

 private:
  std::set<std::string> withdraw_news_of(const std::string& post_id);
  Event record(EventKind, const std::string& subject, std::int64_t revision, bool is_quiet,
               std::string data);
  void owe_webhooks(const Event&, const std::string& post_id, const std::set<std::string>& unaware);
  void owe_topic(const Target&, const std::string& topic, std::int64_t revision);

  SyndicationStore& store_;
  const SyndicationPlan& plan_;
  SiteState& state_;
  Timestamp now_;
  StepReport& report_;
};

}  // namespace sosik
