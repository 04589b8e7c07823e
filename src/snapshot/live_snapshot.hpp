// The Snapshot that Slots hold: documents made on first ask, one thread at a time for each format,
// with the documents of the revision before at hand for when the new ones cannot be made.
#pragma once
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "document_maker.hpp"
#include "sosik/snapshot/snapshot.hpp"

namespace sosik {

using Documents = std::array<std::shared_ptr<Document>, format_count>;

class LiveSnapshot final : public Snapshot {
 public:
  LiveSnapshot(std::shared_ptr<DocumentMaker> maker, std::string key, std::int64_t revision,
               Documents last_good);

  const Representation* find(Format, Coding) const noexcept override;
  const Representation* known(Format format, Coding coding) const noexcept override {
    return find(format, coding);
  }
  Result<const Representation*> make(Format, Coding) override;

  std::int64_t revision() const { return revision_; }
  // Of each format the newest document that was ever made: what the next snapshot falls back on.
  // Never waits for a rendering.
  Documents newest_documents() const;

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

  const std::shared_ptr<DocumentMaker> maker_;
  const std::string key_;
  const std::int64_t revision_;
  std::array<Flight, format_count> flights_;
  mutable std::mutex mutex_;  // held for moments only; protects the next three
  Documents documents_;
  Documents last_good_;
  std::array<bool, format_count> is_lent_{};  // somebody holds a pointer into last_good_
  std::array<std::array<std::atomic<const Representation*>, coding_count>, format_count> ready_{};
};

}  // namespace sosik
