// The Snapshot that Slots hold: documents made on first ask, one thread at a time for each format,
// with the documents of the revision before at hand for when the new ones cannot be made.
#pragma once
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "document_maker.hpp"
#include "kept_snapshot.hpp"

namespace sosik {

using Documents = std::array<std::shared_ptr<Document>, format_count>;

// What all snapshots of one Snapshots share.
struct Workshop {
  explicit Workshop(SnapshotOptions options)
      : holdings(std::make_shared<Holdings>(options.budget, options.max_descriptors)),
        maker(std::move(options), holdings) {}

  const std::shared_ptr<Holdings> holdings;
  DocumentMaker maker;
  // Called when something was made or opened for `snapshot`, on the thread that did it, which holds
  // no lock: not its flight's and not that of opening, for others would wait for both.
  std::function<void(const Snapshot* snapshot)> make_room = [](const Snapshot*) {};
};

class LiveSnapshot final : public KeptSnapshot {
 public:
  // What a snapshot begins with: of its own revision what is known, of the ones before the last
  // good documents.
  struct Start {
    std::int64_t revision = 0;
    Knowledge knowledge;
    Documents last_good;
    bool was_asked = false;
  };
  LiveSnapshot(std::shared_ptr<Workshop> workshop, SiteKey key, Start start);

  const Representation* find(Format, Coding) const noexcept override;
  const Representation* known(Format, Coding) const noexcept override;
  Result<const Representation*> make(Format, Coding) override;

  std::int64_t revision() const { return revision_; }
  // Of each format the newest document that was ever made: what the next snapshot falls back on.
  // Never waits for a rendering.
  Documents newest_documents() const;

  // The next four are for making room, and never wait for a rendering. Threads that hold this
  // snapshot keep what they were given.
  bool has_documents() const;
  bool holds_files() const;
  // Lets go of last good documents that are only there in case the new ones cannot be made, and no
  // failure says that they will be needed. Are there others?
  bool drop_spares();
  // What is known without the documents, which are given up; nothing when they must stay: newer
  // ones were refused, or one is being made. Then nothing has changed.
  std::optional<Knowledge> give_up();

 private:
  // One format on its way. `mutex` is held while its document is made.
  struct Flight {
    std::mutex mutex;
    std::atomic<unsigned> attempts{0};  // ended ones
    std::optional<Error> failure;       // protected by mutex; of the last attempt
    bool is_final = false;  // protected by mutex; the gate said no: trying again gives the same
  };
  struct Answer {
    std::shared_ptr<Document> document;
    bool is_lasting = true;  // false: it stands in until the store can be read again
  };
  Result<Answer> document_in(Format);
  Result<Answer> attempt(Flight&, Format);
  Result<Answer> last_good_or_failure(const Flight&, Format);
  std::shared_ptr<Document> made_document(Format) const;
  void keep(Format, const std::shared_ptr<Document>&);
  bool is_served_for_good(std::size_t format) const;  // needs flight's mutex and ours

  const std::shared_ptr<Workshop> workshop_;
  const SiteKey key_;
  const std::int64_t revision_;
  const Knowledge knowledge_;
  std::array<Flight, format_count> flights_;
  mutable std::mutex mutex_;  // held for moments only; protects the next three
  Documents documents_;
  Documents last_good_;
  std::array<bool, format_count> is_lent_{};  // somebody holds a pointer into last_good_
  std::array<std::array<std::atomic<const Representation*>, coding_count>, format_count> ready_{};
  std::array<std::atomic<const Validators*>, format_count> known_{};  // in documents_ or knowledge_
};

}  // namespace sosik
