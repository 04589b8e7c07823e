// One step's work inside its transaction: takes touched posts, settles whose id and slug each has,
// makes entries, and records what differs from what was shown. step.cpp decides when.
#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "announcer.hpp"
#include "bodies.hpp"
#include "entry_builder.hpp"
#include "feed_changes.hpp"
#include "sosik/store/store.hpp"
#include "sosik/syndicate/step.hpp"

namespace sosik {

// How much one step takes on, so that it does not hold the write lock for minutes after a bulk
// import. The rest follows in the next second.
struct StepLimits {
  std::size_t posts = 2000;
  std::chrono::milliseconds time{2000};
  std::size_t bytes = 32 << 20;  // of bodies in memory
};

class Run {
 public:
  Run(Store& store, const SyndicationPlan& plan, TargetsInForce& targets, Timestamp now,
      StepReport& report);

  // Throws StoreFailed; then nothing of it may be committed.
  void operator()(const StepLimits& limits);

 private:
  // A touched post, and what is known of it.
  struct Work {
    std::string post_id;
    bool is_quiet = false;
    std::optional<Post> post;
    std::optional<EntryRecord> record;
    std::string entry_id;  // empty when another post has it
    std::string obstacle;  // why it cannot be shown whatever it says
    std::string slug;
    bool is_visible = false;
    bool is_put_off = false;  // collected, and left for the next step
    std::vector<std::string> notices;
  };

  void collect(std::size_t limit);
  void add(std::string post_id, bool is_quiet);
  void add_if_dirty(const std::string& post_id);
  void load(std::size_t index);
  void settle_identity(Work&);
  bool claim_identity(Work&);
  void refuse_identity(Work&, const std::string& owner);
  void make_room(Work&);
  void add_heirs(const EntryRecord&, const std::string& except);
  void look_at_slug_holders(Work&);
  bool decide_visible(Work&);
  void settle_slugs();

  std::vector<Work*> in_order_of_publication();
  void apply(Work&);
  void show(Work&);
  void hide(Work&, const std::string& held_back);
  void retire(const EntryRecord&, bool is_quiet);
  void leave_all_feeds(const EntryRecord&, bool is_quiet);
  void set_members(const Work&, const EntryRecord& now, const std::vector<FeedName>& feeds,
                   bool has_changed);
  CleanBody body_for(const BodyRecipe&, std::string& hash);
  std::vector<std::string> served_keys(const std::vector<FeedName>&);
  Timestamp next_second(Timestamp last) const;

  Store& store_;
  SyndicationStore& view_;
  const SyndicationPlan& plan_;
  Timestamp now_;
  StepReport& report_;
  SiteState state_;
  FeedChanges feeds_;
  Announcer announcer_;
  std::vector<Work> works_;
  std::map<std::string, std::size_t> index_;  // of works_, by post_id
  std::map<std::string, std::string>
      claims_;  // entry id to the post of this step that is shown with it
};

}  // namespace sosik
