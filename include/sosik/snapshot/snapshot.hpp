// Snapshots: the rendered, compressed, tagged bytes of every feed and post page that somebody asked
// for, of all sites (docs/sites.md), within one budget.
//
// A Snapshot is one feed (or page) between two changes. Its representations are made on first ask,
// once however many ask at the same time, from what the store holds then, and kept until the feed
// changes. Whoever holds the shared_ptr keeps it alive; a response begun on an old snapshot ends on
// it.
//
// A Slot is the place of one feed in this process: it holds the current Snapshot and a version
// number that any thread can compare without a lock. A slot that nobody asked for in a long time
// may be retired: its version moves, current() is nullptr for good, and open() gives another.
//
// Rendered bytes live in a budget (SnapshotOptions). When it is full, snapshots that were not asked
// for lately are replaced by ones without bytes, of the same revision, which still know their
// validators; bytes are freed when the last response on its way lets go of them. That happens on
// the thread that made something, before make() or open() returns (docs/snapshots.md).
//
// A feed that has moved or is gone (FeedDefinition) has a snapshot as well, whose representations
// have a status of their own; neither store nor renderer is asked for it.
//
// How a server asks, for each request:
//
// - slot = its own map, else Snapshots::find(site, key); when slot->version() moved, snapshot =
//   slot->current().
// - No slot, or current() is nullptr: Snapshots::open(site, key) on a blocking thread;
// Errc::not_found is
//   404.
// - snapshot->find(format, coding); nullptr: snapshot->make(...) on a blocking thread;
//   Errc::not_found is 404, every other error 503.
//
// current() is nullptr after a post's page changed or went, and everywhere after reset(): only
// open() knows whether the thing still exists. So an unpublished post is 404 from the moment
// changed() returns.
//
// When the bytes of a new revision do not pass the gate, or the store cannot be read, the last good
// ones go on being served with their own tag and Last-Modified (promise 1, H-234) and the reason
// goes to SnapshotOptions::log.
#pragma once
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "sosik/base/result.hpp"
#include "sosik/model/feed.hpp"
#include "sosik/model/site.hpp"
#include "sosik/snapshot/representation.hpp"

namespace sosik {

class Snapshot {
 public:
  virtual ~Snapshot() = default;
  // Already made? Never waits, never allocates; any thread.
  virtual const Representation* find(Format, Coding) const noexcept = 0;
  // What a 304 needs, also where the bytes are not in memory: find(), or else a Representation
  // without head and body whose validators and head_304 are right, remembered of this very revision
  // under the plan in force, by this process or one before. nullptr when nothing is remembered, and
  // of post pages that are not in memory. Never waits, never allocates; any thread.
  virtual const Representation* known(Format, Coding) const noexcept = 0;
  // Makes it, or waits for the thread that is making it. Blocks on the store and the CPU: never on
  // a server thread. A coding that does not make the body smaller, or bodies under 1 KB, give the
  // identity representation. Fails with not_found when the feed or post has gone since, or has no
  // such format (the list of all posts and post pages are html only); with unavailable when the
  // store cannot be read, invalid when the bytes do not pass the gate, and no last good bytes
  // exist.
  virtual Result<const Representation*> make(Format, Coding) = 0;
};

class Slot {
 public:
  virtual ~Slot() = default;
  // Changes whenever current() does. Any thread, no lock.
  std::uint64_t version() const noexcept { return version_.load(std::memory_order_acquire); }
  // A mutex around one pointer; take it once per version, not per request. nullptr: see open().
  virtual std::shared_ptr<Snapshot> current() const = 0;
  // As its feed or post spells it; open() may have been given another spelling.
  virtual const std::string& key() const noexcept = 0;

 protected:
  std::atomic<std::uint64_t> version_{1};
};

// For /metrics. Sums since the start, but for what is held now.
struct SnapshotStatistics {
  std::size_t bytes = 0, descriptors = 0, slots = 0;   // held now
  std::size_t budget = 0;                              // what bytes may come to
  std::uint64_t evictions = 0;                         // snapshots whose bytes were given up
  std::array<std::uint64_t, format_count> rendered{};  // documents that passed the gate
  std::uint64_t refused = 0;                           // documents that did not
  std::array<double, format_count> render_seconds{};   // store, renderer and gate
  std::array<std::uint64_t, coding_count> compressed{};
  std::array<double, coding_count> compress_seconds{};
};

// What a key names: a feed ("main", "category/...", "" for the list of all posts) or a post's page
// ("posts/<slug>"); NFC, not percent-encoded. The HTML at "/", also where "/feed" is negotiated to
// it, is that of "", not of "main".
class Snapshots {
 public:
  virtual ~Snapshots() = default;
  // The slot if it is in memory; takes a short lock. Any thread.
  virtual std::shared_ptr<Slot> find(SiteId, std::string_view key) const = 0;
  // A category, tag or author spelled otherwise than its feed ("tag/ai" for "tag/AI") gives the
  // feed's own slot; find() knows it by its own key only. The same with a current() that is not
  // nullptr, opened from the store where needed; not_found when there is no such feed or shown
  // post, or the site is not served. Blocks: never on a server thread.
  virtual Result<std::shared_ptr<Slot>> open(SiteId, std::string_view key) = 0;
  // After a step: these feeds have new revisions, these post pages changed or went. Any thread.
  virtual void changed(SiteId, const std::vector<FeedState>& feeds,
                       const std::vector<std::string>& slugs) = 0;
  // After SIGHUP: everything is rendered anew on next ask (same bytes, same tags where nothing
  // differs).
  virtual void reset() = 0;
  // The same of one site, whose row has changed or gone.
  virtual void reset(SiteId) = 0;
  // Bytes that a server wants to keep for a while, within the same budget: in a file where they are
  // many and a descriptor is left. Never waits; any thread.
  virtual Body keep(std::string bytes) = 0;
  virtual SnapshotStatistics statistics() const = 0;  // any thread
};

}  // namespace sosik
