// The syndication step turns "these posts were touched" into "these feeds have a new revision,
// these parties are owed a notice", in one transaction, so that kill -9 at any moment loses and
// repeats nothing.
//
// It takes the dirty keys that the store's triggers wrote and the scheduled posts that have come
// due, makes each post's Entry (cleaned, sanitised once per content hash, links absolute, id minted
// once), compares it with what was shown before, advances every feed whose window changed, and
// records events and deliveries. A feed advances at most once a second and every revision owns its
// second (H-116); when a step comes too early in a second, run() does nothing and next_wake() says
// when to call again.
//
// Belongs to one thread, and to the plan's site: each site has a step of its own (docs/sites.md).
// Several processes may have one: the store's lock serialises them.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sosik/base/clock.hpp"
#include "sosik/base/result.hpp"
#include "sosik/base/text.hpp"
#include "sosik/model/delivery.hpp"
#include "sosik/model/feed.hpp"
#include "sosik/model/site.hpp"

namespace sosik {

class Store;

// Everything of the configuration that the step's output depends on.
struct SyndicationPlan {
  Site site;
  std::vector<FeedDefinition> definitions;  // must hold "main"
  DerivedFeeds derived;
  std::vector<Target> targets;
  std::string indexnow_key;  // served at /{key}.txt (N-130); empty: none
  // The hubs that other sites' feeds name, where the plan is another node's; else those of the
  // targets.
  std::optional<std::vector<std::string>> shared_hubs;
  TextOptions text;         // what all text that shows goes through
  bool has_embeds = false;  // players of YouTube and Vimeo stay frames in bodies (F-151)
  // Posts show this long after their published_at, and events with them: time to think again.
  std::chrono::milliseconds hold{0};
  std::chrono::milliseconds coalesce{
      2000};  // those told of topics wait this long for further changes (N-007)
  // By which nodes know that they have the same installation's key: a hash of it. Empty: one node.
  std::string key_mark;
};

// What a step did. Whoever holds anything of a feed learns of it from the news in the store
// (model/news.hpp), which are written in the same transaction.
struct StepReport {
  std::vector<FeedState> changed_feeds;    // "" (all posts) and "opml" (all feeds) included
  std::vector<FeedState> changed_pages;    // of archives (model/archive.hpp)
  std::vector<std::string> changed_slugs;  // of post pages: shown, edited or gone; NFC
  std::size_t posts = 0;                   // dirty posts looked at
  std::size_t events = 0, deliveries = 0;  // recorded
  std::vector<std::string> notices;        // posts repaired or held back, a line each, for the log
};

// What another node has put in force, as the store has it (followed_by() in plan_json.hpp). Nothing
// is written by what came before it.
struct Followed {
  std::string plan;  // the text; empty: nobody has put any in force yet
  // Does this program make of it what the one does that put it in force? Else nothing is written
  // at all, or the two would take turns (S-056). Never of nobody's plan.
  bool is_alike = true;
  std::optional<std::int64_t> sites_version = {};  // that the site was read by
};

class Step {
 public:
  Step(Store& store, const Clock& clock, SyndicationPlan plan);  // the first two must outlive it
  ~Step();

  // At start and after SIGHUP, before run(): brings the membership of defined feeds up to date
  // where a filter changed. Advances exactly the defined feeds whose definition, site settings or
  // format version changed.
  // Without `followed` as the active node, which alone has entries made anew when what all of them
  // depend on has changed. Else as a node beside it: unavailable when the store has a newer plan by
  // now; writes nothing where the two are not alike.
  Result<StepReport> adopt(SyndicationPlan plan, std::optional<Followed> followed = {});
  // Goes by a plan that another node has adopted; writes nothing.
  void follow(SyndicationPlan plan, Followed followed);
  const std::optional<Followed>& followed() const;
  Result<StepReport> run();
  // For a feed that is rendered for the first time since start: advances it if its definition
  // changed or this program's format version is higher (H-117); derived feeds are only looked at
  // here. Returns its state; not_found.
  // Who follows advances nothing where the nodes are not alike, and fails with unavailable when the
  // store has another plan by now, which nothing must go back from.
  Result<FeedState> refresh(std::string_view key);
  // The store lacks what readers were shown already (docs/nodes.md): from now on no feed says that
  // it changed before now, or at the newest time that was shown, or before.
  Result<void> begin_anew(Timestamp newest_shown = {});
  // When run() has something to do next though nobody writes: a scheduled post comes due, or the
  // second of a postponed step is over.
  Result<std::optional<Timestamp>> next_wake();

  const SyndicationPlan& plan() const;
  bool is_adopted() const;  // by adopt(), follow() or run()

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The definition behind a key: from the plan, or derived ("category/...", "tag/...", "author/...");
// nothing when that kind is switched off. `label` names a derived feed.
std::optional<FeedDefinition> definition_of(const SyndicationPlan&, std::string_view key,
                                            std::string_view label);
// Of everything in definition and site that shows in a feed's bytes.
std::string definition_hash(const Site&, const FeedDefinition&, const DerivedFeeds& = {});
// The same in a plan, as the step records it: that of "" also covers where main has gone, because
// the page at "/" names main's addresses; that of "opml" is of what the list of feeds shows.
std::string definition_hash(const SyndicationPlan&, const FeedDefinition&);

}  // namespace sosik
