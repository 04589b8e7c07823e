#include "live_snapshot.hpp"

#include <algorithm>

namespace sosik {
namespace {

std::size_t index(Format format) { return static_cast<std::size_t>(format); }
std::size_t index(Coding coding) { return static_cast<std::size_t>(coding); }

}  // namespace

LiveSnapshot::LiveSnapshot(std::shared_ptr<Workshop> workshop, SiteKey key, Start start)
    : KeptSnapshot(start.was_asked),
      workshop_(std::move(workshop)),
      key_(std::move(key)),
      revision_(start.revision),
      knowledge_(std::move(start.knowledge)),
      last_good_(std::move(start.last_good)) {
  for (std::size_t i = 0; i < format_count; ++i) known_[i] = knowledge_[i].get();
}

const Representation* LiveSnapshot::find(Format format, Coding coding) const noexcept {
  const auto* ready = ready_[index(format)][index(coding)].load(std::memory_order_acquire);
  if (ready) mark();
  return ready;
}

const Representation* LiveSnapshot::known(Format format, Coding coding) const noexcept {
  if (const auto* ready = find(format, coding)) return ready;
  const Validators* known = known_[index(format)].load(std::memory_order_acquire);
  if (!known) return nullptr;
  mark();
  return &known->in(coding);
}

Result<const Representation*> LiveSnapshot::make(Format format, Coding coding) {
  if (const auto* ready = find(format, coding)) return ready;
  const auto answer = document_in(format);
  if (!answer) return answer.error();
  const Representation* made = answer.value().document->in(coding);
  if (answer.value().is_lasting)
    ready_[index(format)][index(coding)].store(made, std::memory_order_release);
  workshop_->make_room(this);
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
  auto document = workshop_->maker.make(key_, format);
  ++flight.attempts;
  if (document) {
    keep(format, document.value());
    flight.failure.reset();
    return Answer{document.value()};
  }
  flight.failure = document.error();
  flight.is_final = flight.failure->code == Errc::invalid;
  if (flight.failure->code != Errc::not_found)
    workshop_->maker.log(
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
  mark();
  return Answer{document, flight.is_final};
}

std::shared_ptr<Document> LiveSnapshot::made_document(Format format) const {
  const std::lock_guard lock(mutex_);
  return documents_[index(format)];
}

void LiveSnapshot::keep(Format format, const std::shared_ptr<Document>& document) {
  const std::lock_guard lock(mutex_);
  documents_[index(format)] = document;
  known_[index(format)].store(document->validators().get(), std::memory_order_release);
  auto& last_good = last_good_[index(format)];
  if (last_good) last_good->give_up();
  if (!is_lent_[index(format)]) last_good.reset();
}

Documents LiveSnapshot::newest_documents() const {
  const std::lock_guard lock(mutex_);
  Documents newest = documents_;
  for (std::size_t i = 0; i < newest.size(); ++i)
    if (!newest[i]) newest[i] = last_good_[i];
  return newest;
}

bool LiveSnapshot::has_documents() const {
  const auto newest = newest_documents();
  return std::ranges::any_of(newest, [](auto& document) { return document != nullptr; });
}

bool LiveSnapshot::holds_files() const {
  const auto newest = newest_documents();
  return std::ranges::any_of(newest, [](auto& d) { return d && d->holds_files(); });
}

bool LiveSnapshot::drop_spares() {
  bool are_left = false;
  for (std::size_t i = 0; i < format_count; ++i) {
    const std::unique_lock idle(flights_[i].mutex, std::try_to_lock);
    const std::lock_guard lock(mutex_);
    auto& spare = last_good_[i];
    if (!spare || is_lent_[i]) continue;
    if (idle && !flights_[i].failure) {
      spare->give_up();
      spare.reset();
    }
    are_left = are_left || spare;
  }
  return are_left;
}

// Is the last good document served because a newer one cannot be made, and will not be, however
// often it is tried? While the store could not be read at all, nothing is given up anyway.
bool LiveSnapshot::is_served_for_good(std::size_t format) const {
  if (!last_good_[format] || documents_[format]) return false;
  const Flight& flight = flights_[format];
  return flight.is_final || (flight.failure && flight.failure->code == Errc::corrupt);
}

std::optional<Knowledge> LiveSnapshot::give_up() {
  std::array<std::unique_lock<std::mutex>, format_count> idle;
  for (std::size_t i = 0; i < format_count; ++i) {
    idle[i] = std::unique_lock(flights_[i].mutex, std::try_to_lock);
    if (!idle[i]) return std::nullopt;
  }
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < format_count; ++i)
    if (is_served_for_good(i)) return std::nullopt;
  Knowledge left = knowledge_;
  for (std::size_t i = 0; i < format_count; ++i) {
    if (documents_[i]) left[i] = documents_[i]->validators();
    for (const auto& document : {documents_[i], last_good_[i]})
      if (document) document->give_up();
  }
  return left;
}

}  // namespace sosik
