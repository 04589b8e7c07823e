// The Slot that Snapshots hands out. Opened, advanced, closed, relieved of its bytes; any thread.
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "live_snapshot.hpp"

namespace sosik {

class LiveSlot final : public Slot {
 public:
  LiveSlot(std::shared_ptr<Workshop> workshop, SiteKey key);

  std::shared_ptr<Snapshot> current() const override {
    const std::lock_guard lock(mutex_);
    return current_;
  }
  const std::string& key() const noexcept override { return key_.key; }
  bool is_open() const { return current() != nullptr; }
  // Are there bytes to fall back on?
  bool has_documents() const;

  // With what was found behind the key just now.
  void open(const Found&);
  // With the last good documents, while the store cannot be read.
  void stand_in();
  // To a newer revision; an old or repeated message changes nothing, and what is closed stays
  // closed. Are there last good documents since?
  bool advance(std::int64_t revision);
  // Until open() looks again whether it still exists; the documents are kept to fall back on, but
  // for those of a post's page: nobody says whether it was unpublished. Are there any?
  bool close();
  // The same for what must not be shown again whatever happens: the page of a post that may have
  // been unpublished.
  void discard();

  // Makes room of last good documents that nobody needs. Are there others?
  bool drop_spares();
  // The hand of the clock passes (see Shelf). What was asked for since the last time stays, once
  // more; what was not gives up its bytes, or, when it has none, its place. Where there is room for
  // bytes, and only descriptors lack, what holds no file stays as it is.
  enum class Pass { kept, freed, retires };
  Pass pass(const Snapshot* in_use);
  // For good.
  void retire();

 private:
  bool is_page() const;
  std::shared_ptr<LiveSnapshot> new_snapshot(LiveSnapshot::Start start) const;
  void set(const std::shared_ptr<LiveSnapshot>& snapshot);
  void set(std::shared_ptr<KeptSnapshot> current, std::shared_ptr<LiveSnapshot> live);

  const std::shared_ptr<Workshop> workshop_;
  const SiteKey key_;
  mutable std::mutex mutex_;  // protects what follows; held for moments only
  std::shared_ptr<KeptSnapshot> current_;
  std::shared_ptr<LiveSnapshot> live_;  // the same, unless it is a notice
  Documents last_good_;                 // while closed
  std::optional<Charge> overhead_;      // nothing once it is retired: others may keep it, empty
  bool is_retired_ = false;             // nobody finds it any more, so it must not be opened
};

}  // namespace sosik
