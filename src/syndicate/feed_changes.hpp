// What one step does to feeds: members come, go and change; at the end every feed whose window
// showed or shows one of them advances. Windows are looked at as they were before the step's first
// change to a feed and as they are after its last, so the cost is that of the windows touched,
// whatever the size of the store.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "membership.hpp"
#include "sosik/store/syndication_store.hpp"
#include "sosik/syndicate/step.hpp"

namespace sosik {

struct ChangedFeed {
  FeedState state;
  bool is_quiet = true;   // only quiet posts changed it
  bool is_served = true;  // false: it has moved, is gone, or is a derived feed that is switched off
  bool is_page = false;   // of an archive: nobody is told
};

// Sets revision, time, definition and format of a feed that is about to show something new. Every
// revision owns its second: later than the one before, whatever the clock says (H-116).
void advance(FeedRecord&, const SyndicationPlan&, std::int64_t now_seconds);

// Brings FeedState::older_page up to date with the members as they are now. Where posts come in the
// order of their dates and the window is no less than a page, that is a page that gains no member
// any more, so readers may keep what they got (H-203). False when it is as it was. Throws
// StoreFailed.
bool update_history(SyndicationStore&, SiteId, FeedRecord&,
                    const std::optional<FeedPosition>& window_end);

// Brings the record of the list of feeds up to date with the categories that have members. False
// when the list is as it was. Throws StoreFailed.
bool update_list(SyndicationStore&, SiteId, FeedRecord&);

class FeedChanges {
 public:
  FeedChanges(SyndicationStore& store, const SyndicationPlan& plan) : store_(store), plan_(plan) {}

  // The feed's key as it is known: the spelling in which a derived feed was first seen.
  std::string canonical_key(const FeedName&);

  void join(const FeedName&, const FeedPosition&, const std::string& post_id, bool is_quiet);
  void leave(const std::string& fold, const FeedPosition&, bool is_quiet);
  // The same of a post that goes from the site, which the feed remembers.
  void lose(const std::string& fold, const FeedPosition&, const Tombstone&, bool is_quiet);
  // Of a post that is shown again.
  void forget_tombstones(const std::string& entry_id, bool is_quiet);
  void show_change(const FeedName&, const FeedPosition&, bool is_quiet);

  // Records everything; the feeds that advanced, in order of their fold. Throws StoreFailed, as all
  // above.
  std::vector<ChangedFeed> finish(std::int64_t now_seconds);

 private:
  struct Touched {
    FeedRecord record;
    std::size_t limit = 0;
    bool is_served = true;
    std::optional<FeedPosition> end_before;
    std::vector<std::pair<FeedPosition, bool>> shown;  // new places, with is_quiet
    std::int64_t members_before = 0, last_number_before = 0;
    bool has_changed = false, is_quiet = true, is_relabelled = false;
    bool shows_tombstones = false;
  };

  using PagePlace = std::pair<std::string, std::int64_t>;  // fold of the feed, and page
  struct TouchedPage {
    FeedRecord record;
    std::int64_t members_before = 0;
  };

  Touched& touch(const std::string& fold, const std::string& key);
  TouchedPage& touch_page(const std::string& fold, const FeedState& feed, std::int64_t page);
  void touch_number(const std::string& fold, const FeedState& feed, std::int64_t number,
                    int members);
  void finish_pages(std::int64_t now_seconds, std::vector<ChangedFeed>& changed);
  void relabel(Touched&, const FeedName&, bool is_quiet);
  static void change(Touched&, bool is_quiet);
  void finish_list(std::int64_t now_seconds, std::vector<ChangedFeed>& changed);

  SyndicationStore& store_;
  const SyndicationPlan& plan_;
  std::map<std::string, Touched> touched_;  // by fold
  std::map<PagePlace, TouchedPage> pages_;  // that members came to, left, or changed in
  // Numbers of members that left in this step, by sequence: who comes back in the same one only
  // moved.
  std::map<PagePlace, std::int64_t> left_;
};

}  // namespace sosik
