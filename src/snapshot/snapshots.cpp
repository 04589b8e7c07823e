#include <array>
#include <functional>
#include <mutex>

#include "absences.hpp"
#include "shelf.hpp"
#include "sosik/snapshot/builder.hpp"

namespace sosik {
namespace {

double seconds(const Counters::Count& nanoseconds) {
  return static_cast<double>(nanoseconds.load()) / 1e9;
}

class LiveSnapshots final : public Snapshots {
 public:
  explicit LiveSnapshots(SnapshotOptions options)
      : workshop_(std::make_shared<Workshop>(std::move(options))),
        shelf_(std::make_shared<Shelf>(workshop_)) {
    // Snapshots outlive this object while a response holds them; the shelf does not.
    workshop_->make_room = [shelf = std::weak_ptr(shelf_)](const Snapshot* in_use) {
      if (const auto there = shelf.lock()) there->make_room(in_use);
    };
  }

  std::shared_ptr<Slot> find(SiteId site, std::string_view key) const override {
    return shelf_->find({site, key});
  }

  Result<std::shared_ptr<Slot>> open(SiteId site, std::string_view key_text) override {
    const SiteKey key{site, std::string(key_text)};
    if (auto slot = open_already(key)) return slot;
    auto slot = open_anew(key);
    if (!slot) return slot;
    const auto snapshot = slot.value()->current();
    workshop_->make_room(snapshot.get());
    return slot;
  }

  void changed(SiteId site, const std::vector<FeedState>& feeds,
               const std::vector<std::string>& slugs) override {
    shelf_->changed(site, feeds, slugs);
  }
  void reset() override {
    workshop_->maker.forget_refreshes();
    shelf_->reset();
  }
  void reset(SiteId site) override {
    workshop_->maker.forget_refreshes();
    shelf_->reset(site);
  }

  SnapshotStatistics statistics() const override {
    const Holdings& holdings = *workshop_->holdings;
    const Counters& counters = holdings.counters;
    SnapshotStatistics all;
    all.bytes = holdings.bytes();
    all.descriptors = holdings.descriptors();
    all.slots = shelf_->size();
    all.budget = holdings.budget();
    all.evictions = counters.evictions;
    all.refused = counters.refused;
    for (std::size_t i = 0; i < format_count; ++i) {
      all.rendered[i] = counters.rendered[i];
      all.render_seconds[i] = seconds(counters.render_nanoseconds[i]);
    }
    for (std::size_t i = 0; i < coding_count; ++i) {
      all.compressed[i] = counters.compressed[i];
      all.compress_seconds[i] = seconds(counters.compress_nanoseconds[i]);
    }
    return all;
  }

  Body keep(std::string bytes) override {
    Body body = workshop_->holdings->keep(std::move(bytes));
    Holdings::give_up(body);  // leaving from the beginning: to give up others would not free it
    return body;
  }

 private:
  std::shared_ptr<Slot> open_already(const SiteKey& key) const {
    auto slot = shelf_->find(key);
    return slot && slot->is_open() ? slot : nullptr;
  }
  // Waits for whoever opens the same; holds a lock that others wait for until it returns.
  Result<std::shared_ptr<Slot>> open_anew(const SiteKey& key) {
    const std::lock_guard one_at_a_time(opening_[SiteKeyHash()(key) % opening_.size()]);
    if (auto slot = open_already(key)) return slot;
    // What is found is only good if nothing was told while it was looked for.
    constexpr int attempts = 10;
    for (int attempt = 0; attempt < attempts; ++attempt) {
      const auto news = shelf_->news();
      if (absences_.know(key, news)) return not_found("there is still no '" + key.key + "'");
      const auto found = workshop_->maker.look_up(key);
      if (!found && found.error().code == Errc::not_found) absences_.add(key, news);
      if (!found) return stand_in(key, found.error());
      // One slot a feed, under its own key: changed() knows no other spelling.
      if (const auto slot = shelf_->place(found.value(), news)) return std::shared_ptr<Slot>(slot);
    }
    return unavailable("'" + key.key + "' changes faster than it can be opened");
  }
  // H-234: while the store cannot be read, what was served goes on being served.
  Result<std::shared_ptr<Slot>> stand_in(const SiteKey& key, const Error& why) {
    const auto slot = shelf_->find(key);
    if (why.code == Errc::not_found || !slot || !slot->has_documents()) return why;
    workshop_->maker.log("feed not readable", key, why.detail);
    slot->stand_in();
    return std::shared_ptr<Slot>(slot);
  }

  const std::shared_ptr<Workshop> workshop_;
  const std::shared_ptr<Shelf> shelf_;
  Absences absences_;
  std::array<std::mutex, 16> opening_;  // by hash of the key: one open() of a key at a time
};

}  // namespace

std::shared_ptr<Snapshots> make_snapshots(SnapshotOptions options) {
  return std::make_shared<LiveSnapshots>(std::move(options));
}

}  // namespace sosik
