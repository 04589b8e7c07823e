// The Shelf holds the slots, hears the news of them, and keeps all that is rendered within the
// budget, by the clock scheme ("second chance"): a hand goes round the slots; what was asked for
// since it passed last stays, and has to be asked for again.
//
// In this order things go, while there is too much: last good documents that are only there in case
// newer ones cannot be made; documents, of which their validators stay; slots. Nothing goes while
// the store cannot be read, since nothing could be made again (H-234), and never what is being
// served in place of newer bytes that cannot be made. When all descriptors are taken, documents in
// files that nobody asked for make place in the same way.
//
// Any thread. The mutex is held for moments only, and taken before a slot's.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "live_slot.hpp"

namespace sosik {

class Shelf {
 public:
  explicit Shelf(std::shared_ptr<Workshop> workshop) : workshop_(std::move(workshop)) {}

  std::shared_ptr<LiveSlot> find(SiteKeyView) const;
  std::size_t size() const;

  // Counts what changed() and reset() told. Who reads the store, and means to place() what was
  // found, asks before reading.
  std::uint64_t news() const;
  // The slot of what was found, opened; nullptr when there were news since, for they may have been
  // of this very thing, and before it had a slot that could have heard of them.
  std::shared_ptr<LiveSlot> place(const Found&, std::uint64_t news);

  void changed(SiteId, const std::vector<FeedState>& feeds, const std::vector<std::string>& slugs);
  void reset();
  void reset(SiteId);

  // Until what is held is within the budget, or nothing more can go. `in_use` stays: one document
  // alone may be larger.
  void make_room(const Snapshot* in_use);

 private:
  using Slots = std::map<SiteKey, std::shared_ptr<LiveSlot>, SiteKeyOrder>;
  void drop_spares();
  void advance_hand(const Snapshot* in_use);

  const std::shared_ptr<Workshop> workshop_;
  mutable std::mutex mutex_;  // protects the next four
  Slots slots_;
  std::uint64_t news_ = 0;
  std::set<SiteKey, SiteKeyOrder> spares_;  // keys of slots that may hold spare documents
  SiteKey hand_{0, ""};                     // the key at which it stands
  std::mutex making_room_;  // one thread at a time; before all others: nobody waits for it with one
};

}  // namespace sosik
