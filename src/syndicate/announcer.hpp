// What one step tells: events in the ledger, and the deliveries owed for them. Everything in the
// step's transaction.
#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "event_filter.hpp"
#include "feed_changes.hpp"
#include "sosik/model/event.hpp"
#include "sosik/store/store.hpp"
#include "sosik/store/syndication_store.hpp"
#include "sosik/syndicate/step.hpp"
#include "targets_in_force.hpp"

namespace sosik {

// What became of a post.
struct PostNews {
  EventKind kind = EventKind::post_published;
  const Entry& entry;                       // as it is now, or was, for a post that is gone
  std::string_view html = {};               // its body; empty for one that is gone
  std::string_view shown_hash = {};         // of all that shows of it; the same
  std::string old_slug = {}, old_url = {};  // post_updated: as they were
  std::vector<std::string> feeds = {};  // keys of those it is in (was in, for a post that is gone)
  std::vector<std::string> left_feeds = {};       // post_updated: folds of those it was in before
  std::vector<std::string> left_categories = {};  // post_updated: paths that it had before
  bool is_quiet = false;
};

class Announcer {
 public:
  // `state` numbers the events and must outlive it.
  Announcer(Store& store, const SyndicationPlan& plan, TargetsInForce& targets, SiteState& state,
            Timestamp now, StepReport& report)
      : store_(store),
        view_(store.syndication()),
        plan_(plan),
        in_force_(targets),
        state_(state),
        now_(now),
        report_(report) {}

  // An event, and a delivery to each who asked for it. A post that goes takes its undelivered news
  // along: what was never told is not told any more, and a receiver whose very first news of the
  // post is thereby cancelled is not told of its end either (N-213).
  void tell_post(const PostNews&);
  // A feed has a new revision: an event if it is served, and a word to all who are told of topics.
  void tell_feed(const ChangedFeed&);

 private:
  const std::vector<Target>& targets();
  std::set<std::string> withdraw_news_of(const std::string& post_id);
  Event record(EventKind, const std::string& subject, std::int64_t revision, bool is_quiet,
               std::string data, std::string_view shown_hash, std::string_view content);
  void owe_event(const Event&, const EventFacts&, const std::string& post_id,
                 const std::set<std::string>& unaware);
  void owe(const Target&, const std::string& topic, std::int64_t revision);

  Store& store_;
  SyndicationStore& view_;
  const SyndicationPlan& plan_;
  TargetsInForce& in_force_;
  const std::vector<Target>* targets_ = nullptr;  // asked for once a step
  SiteState& state_;
  Timestamp now_;
  StepReport& report_;
};

}  // namespace sosik
