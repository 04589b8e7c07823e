// The syndication step's own view of the store: the log of touched posts, identities, entries,
// membership, feed states, schedule, events and deliveries. A Store hands it out
// (Store::syndication()); nothing else writes these tables. docs/syndication.md says how the parts
// fit.
//
// Every function but the reads marked [any time] must run inside transact(). Functions fail as
// Store's do.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sosik/base/clock.hpp"
#include "sosik/base/result.hpp"
#include "sosik/model/delivery.hpp"
#include "sosik/model/entry.hpp"
#include "sosik/model/event.hpp"
#include "sosik/model/feed.hpp"
#include "sosik/model/news.hpp"

namespace sosik {

struct DirtyPost {
  std::string post_id;
  bool is_quiet = false;  // every change of it was a bulk import's
};

// Whose post it is, in the writer's terms: what an entry id is kept under.
struct IdentityKey {
  std::string source, key;
  bool operator==(const IdentityKey&) const = default;
};

// What the step recorded of a post: the entry as readers were last shown it.
struct EntryRecord {
  Entry entry;  // content_html empty; entry.held_back says why it is not shown
  bool is_shown = false;
  std::string shown_hash;  // of everything that shows
  std::string body_hash;   // of the CleanBody that content_html comes from; empty: none
};

// A sanitised body, kept under the hash of what it was made from.
struct CleanBody {
  std::string html;
  std::string excerpt;  // the beginning of its text
  std::string first_image;
  std::vector<std::string> notices;
};

// A place in a feed's order: newest published first, ties by sequence, newest first (F-005).
struct FeedPosition {
  Timestamp published;
  std::int64_t sequence = 0;
  bool operator==(const FeedPosition&) const = default;
  bool is_before(const FeedPosition& other) const {
    return published != other.published ? published > other.published : sequence > other.sequence;
  }
};

struct FeedRecord {
  FeedState state;  // state.total: members as of the revision, so that what shows never changes
                    // without one
  std::int64_t members = 0;      // members now
  std::int64_t last_number = 0;  // given to a member so far (model/archive.hpp)
  std::string filter_hash;       // defined feeds: of the filter that the membership was made with
};

// One row a site, of what the step remembers of itself.
struct SiteState {
  std::int64_t last_step = 0;  // seconds since 1970 of the last step that changed something
  std::int64_t next_sequence = 1;
  std::int64_t next_event = 1;
  std::string entry_basis;  // hash of what every entry depends on
  std::string timeline;     // Store::timeline, when definitions were last adopted
  bool operator==(const SiteState&) const = default;
};

// A delivery that is not at its end.
struct OpenDelivery {
  std::int64_t id = 0;
  bool is_in_flight = false;
  int attempts = 0, tries = 0;
  std::int64_t revision = 0;
  Timestamp next_at;
  std::string target, event_type;
};

// The key under which a feed's members are compared: a derived feed's name in compared form
// (K-008), so that the tags "Go" and "go" are one feed; other keys as they are.
std::string feed_fold(std::string_view key);

class SyndicationStore {
 public:
  virtual ~SyndicationStore() = default;

  // Runs `work` in one transaction that excludes every other step; its error rolls everything back.
  // Where the database lets others write meanwhile, what they commit may be seen from one call to
  // the next; it is in the log for the step after this.
  virtual Result<void> transact(const std::function<Result<void>()>& work) = 0;

  // --- all sites
  // Those after `after` with something in the log, or with a post that is due by then: the first
  // `limit` in order of their ids, whether or not they are served. [any time]
  virtual Result<std::vector<SiteId>> sites_with_work(Timestamp due_by, SiteId after,
                                                      std::size_t limit) = 0;
  // The next moment after that one at which a post of whichever site is published. [any time]
  virtual Result<std::optional<Timestamp>> next_scheduled_after(Timestamp) = 0;
  // SiteState::entry_basis of all that have one. [any time]
  virtual Result<std::vector<std::pair<SiteId, std::string>>> entry_bases() = 0;

  // --- what was touched
  virtual Result<bool> has_dirty(SiteId) = 0;  // [any time]
  // Ask these two before reading the post: what they have seen is what clear_dirty() takes out of
  // the log. Changes that are committed later stay in it.
  virtual Result<std::vector<DirtyPost>> dirty_posts(SiteId,
                                                     std::size_t limit) = 0;  // oldest first
  virtual Result<std::optional<DirtyPost>> dirty_post(SiteId, std::string_view post_id) = 0;
  // Ask this after reading the post: is a change in the log that is not quiet?
  virtual Result<bool> is_dirty_loudly(SiteId, std::string_view post_id) = 0;
  virtual Result<void> clear_dirty(SiteId, std::string_view post_id) = 0;
  // Marks every shown post, quietly: something changed that all entries depend on.
  virtual Result<void> touch_all_shown(SiteId) = 0;

  // --- identities
  virtual Result<std::optional<IdentityKey>> identity_key(SiteId, std::string_view post_id) = 0;
  virtual Result<std::optional<std::string>> find_identity(SiteId, const IdentityKey&) = 0;
  virtual Result<bool> is_known_id(SiteId, std::string_view entry_id) = 0;
  virtual Result<void> add_identity(SiteId, const IdentityKey&, std::string_view entry_id,
                                    Timestamp) = 0;
  virtual Result<std::optional<IdentityKey>> identity_of(SiteId, std::string_view entry_id) = 0;
  virtual Result<std::vector<std::string>> posts_with_identity(SiteId, const IdentityKey&) = 0;

  // --- entries
  // The display name of a category, as the writer spelled its path; empty when it has none.
  virtual Result<std::string> category_name(SiteId, std::string_view path) = 0;
  // Of a damaged record what its columns say, and no shown_hash: the post then counts as changed.
  virtual Result<std::optional<EntryRecord>> read_record(SiteId, std::string_view post_id) = 0;
  virtual Result<std::optional<EntryRecord>> record_with_id(SiteId, std::string_view entry_id) = 0;
  virtual Result<void> write_record(SiteId, const EntryRecord&) = 0;
  // The post goes on under another key.
  virtual Result<void> rename_record(SiteId, std::string_view from, std::string_view to) = 0;
  virtual Result<std::vector<std::string>> shown_with_slug(SiteId, std::string_view slug) = 0;
  // Shown records in order of post_id, after `after_post_id`: to walk through all in pages. One
  // that is damaged is not among them: its post is marked, and the step makes it again.
  virtual Result<std::vector<EntryRecord>> shown_records(SiteId, std::string_view after_post_id,
                                                         std::size_t limit) = 0;
  virtual Result<std::optional<CleanBody>> read_body(SiteId, std::string_view body_hash) = 0;
  virtual Result<void> write_body(SiteId, std::string_view body_hash, const CleanBody&) = 0;
  virtual Result<void> drop_unused_body(SiteId, std::string_view body_hash) = 0;

  // --- feeds
  virtual Result<std::vector<std::string>> folds_of(SiteId, std::string_view post_id) = 0;
  virtual Result<void> add_member(SiteId, std::string_view fold, const FeedPosition&,
                                  std::string_view post_id, std::int64_t number) = 0;
  virtual Result<std::int64_t> member_number(SiteId, std::string_view fold,
                                             const FeedPosition&) = 0;  // 0: no member
  // The nearest pages of the feed's archive that have members, before `page` and after it.
  virtual Result<std::optional<std::int64_t>> page_before(SiteId, std::string_view fold,
                                                          std::int64_t page) = 0;
  virtual Result<std::optional<std::int64_t>> page_after(SiteId, std::string_view fold,
                                                         std::int64_t page) = 0;
  // The last page that holds a member which stands behind `end` in the feed's order.
  virtual Result<std::optional<std::int64_t>> page_behind(SiteId, std::string_view fold,
                                                          const FeedPosition& end) = 0;
  virtual Result<void> remove_member(SiteId, std::string_view fold, const FeedPosition&) = 0;
  virtual Result<void> remove_members(SiteId,
                                      std::string_view fold) = 0;  // and the archive's pages
  // Numbers the feed's members anew, who were all added without a number, from the oldest on,
  // beginning a page behind last_number, and writes the rows of their pages.
  virtual Result<void> number_members(SiteId, FeedRecord&) = 0;
  // The last place inside a window of `limit`; nothing when the feed has fewer members, so that
  // every place is inside.
  virtual Result<std::optional<FeedPosition>> window_end(SiteId, std::string_view fold,
                                                         std::size_t limit) = 0;
  virtual Result<std::optional<FeedRecord>> read_feed_record(SiteId, std::string_view fold) = 0;
  virtual Result<void> write_feed_record(SiteId, const FeedRecord&) = 0;
  // The keys of the feeds that have a filter_hash: as many as there are definitions, however many
  // feeds there are.
  virtual Result<std::vector<std::string>> filtered_feeds(SiteId) = 0;
  // The feeds of categories that have members: the first `limit` in the order of their folds.
  virtual Result<std::vector<FeedState>> category_feeds(SiteId, std::size_t limit) = 0;
  // Remembers that the post went from the feed; of more than max_tombstones the oldest go.
  virtual Result<void> add_tombstone(SiteId, std::string_view fold, const Tombstone&) = 0;
  // The post is back: the folds of the feeds that remembered it.
  virtual Result<std::vector<std::string>> drop_tombstones(SiteId, std::string_view entry_id) = 0;

  // --- schedule and bookkeeping
  // The moments at which posts are published that do not show yet; the hold comes on top of them.
  virtual Result<void> set_schedule(SiteId, std::string_view post_id, std::optional<Timestamp>) = 0;
  virtual Result<std::vector<std::string>> due_posts(SiteId, Timestamp until,
                                                     std::size_t limit) = 0;
  virtual Result<std::optional<Timestamp>> next_scheduled(SiteId) = 0;  // [any time]
  virtual Result<SiteState> site_state(SiteId) = 0;                     // [any time]
  virtual Result<void> write_site_state(SiteId, const SiteState&) = 0;
  // What every node is to tell its caches; numbered here. Keeps the newest ten thousand.
  virtual Result<void> add_news(const News&) = 0;
  // The definitions in force, for the other nodes.
  virtual Result<void> write_plan(SiteId, std::string_view plan) = 0;
  // From now on no feed says that it changed before that; of the main site: no feed of any.
  virtual Result<void> set_not_before(SiteId, Timestamp) = 0;

  // --- events and deliveries
  // `content` is kept beside the event where it is not empty: what full payloads have more than
  // Event::data.
  virtual Result<void> add_event(const Event&, std::string_view content) = 0;
  virtual Result<std::optional<OpenDelivery>> open_delivery(SiteId, std::string_view target,
                                                            std::string_view topic) = 0;
  // Deliveries of events about this post that are not at their end, oldest first.
  virtual Result<std::vector<OpenDelivery>> open_deliveries_of(SiteId,
                                                               std::string_view post_id) = 0;
  // What the store gives itself: id, attempts, tries, fence, is_behind (an earlier one about the
  // same subject to the same target is open: it comes up when that one ends).
  virtual Result<void> add_delivery(const Delivery&) = 0;
  // A newer revision is owed. Pending: due at `next_at`, and its attempts start anew. In flight: it
  // becomes pending at `next_at` after the attempt.
  virtual Result<void> raise_delivery(std::int64_t id, std::int64_t revision,
                                      Timestamp next_at) = 0;
  // Whatever is added or raised in this transact(), before and after, is due no earlier than that.
  // To be called when it begins, and for those that take long once more at its end.
  virtual Result<void> hold_deliveries(Timestamp until) = 0;
  // Pending: cancelled. In flight: not tried again after the attempt.
  virtual Result<void> withdraw_delivery(std::int64_t id, Timestamp now) = 0;
  virtual Result<std::optional<Timestamp>> tried_at(SiteId, std::string_view target) = 0;
  // When the last delivery of (target, topic) that was told ended.
  virtual Result<std::optional<Timestamp>> told_at(SiteId, std::string_view target,
                                                   std::string_view topic) = 0;
  // Is there a delivery of this event to the target, whatever became of it? Also true when
  // deliveries of the event were pruned: one to this target may have been among them.
  virtual Result<bool> was_owed(SiteId, std::string_view target, std::int64_t event_number) = 0;
};

}  // namespace sosik
