#include "live_snapshot.hpp"

namespace sosik {
namespace {

std::size_t index(Format format) { return static_cast<std::size_t>(format); }
std::size_t index(Coding coding) { return static_cast<std::size_t>(coding); }

}  // namespace

LiveSnapshot::LiveSnapshot(std::shared_ptr<DocumentMaker> maker, std::string key,
                           std::int64_t revision, Documents last_good)
    : maker_(std::move(maker)),
      key_(std::move(key)),
      revision_(revision),
      last_good_(std::move(last_good)) {}

const Representation* LiveSnapshot::find(Format format, Coding coding) const noexcept {
  return ready_[index(format)][index(coding)].load(std::memory_order_acquire);
}

Result<const Representation*> LiveSnapshot::make(Format format, Coding coding) {
  if (const auto* ready = find(format, coding)) return ready;
  const auto answer = document_in(format);
  if (!answer) return answer.error();
  const Representation* made = answer.value().document->in(coding);
  if (answer.value().is_lasting)
    ready_[index(format)][index(coding)].store(made, std::memory_order_release);
  return made;
}

Result<LiveSnapshot::Answer> LiveSnapshot::document_in(Format format) {
  Flight& flight = flights_[index(format)];
  const auto attempts = flight.attempts.load();
  const std::lock_guard lock(flight.mutex);
  if (auto document = made_document(format)) return Answer{document};
  // An attempt that failed while we waited for it is our answer too; else a locked store would be
  // asked by each waiter in turn, each for as long as the lock lasts.
  const bool has_just_failed = flight.failure && flight.attempts.load() != attempts;
  if (flight.is_final || has_just_failed) return last_good_or_failure(flight, format);
  return attempt(flight, format);
}

Result<LiveSnapshot::Answer> LiveSnapshot::attempt(Flight& flight, Format format) {
  auto document = maker_->make(key_, format);
  ++flight.attempts;
  if (document) {
    keep(format, document.value());
    flight.failure.reset();
    return Answer{document.value()};
  }
  flight.failure = document.error();
  flight.is_final = flight.failure->code == Errc::invalid;
  if (flight.failure->code != Errc::not_found)
    maker_->log(
        flight.is_final ? "feed not valid, serving the last good bytes" : "feed not readable", key_,
        flight.failure->detail);
  return last_good_or_failure(flight, format);
}

Result<LiveSnapshot::Answer> LiveSnapshot::last_good_or_failure(const Flight& flight,
                                                                Format format) {
  const std::lock_guard lock(mutex_);
  const auto& document = last_good_[index(format)];
  if (!document || flight.failure->code == Errc::not_found) return *flight.failure;
  is_lent_[index(format)] = true;
  return Answer{document, flight.is_final};
}

std::shared_ptr<Document> LiveSnapshot::made_document(Format format) const {
  const std::lock_guard lock(mutex_);
  return documents_[index(format)];
}

void LiveSnapshot::keep(Format format, const std::shared_ptr<Document>& document) {
  const std::lock_guard lock(mutex_);
  documents_[index(format)] = document;
  if (!is_lent_[index(format)]) last_good_[index(format)].reset();
}

Documents LiveSnapshot::newest_documents() const {
  const std::lock_guard lock(mutex_);
  Documents newest = documents_;
  for (std::size_t i = 0; i < newest.size(); ++i)
    if (!newest[i]) newest[i] = last_good_[i];
  return newest;
}

}  // namespace sosik
