#include "document.hpp"

#include <algorithm>

#include "coding.hpp"
#include "heads.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/base/timestamp.hpp"

namespace sosik {
namespace {

std::size_t index(Coding coding) { return static_cast<std::size_t>(coding); }

Representation without_bytes(const DocumentFacts& facts, Coding coding, std::string_view hash) {
  Representation known;
  known.coding = coding;
  known.etag_hash = hash;
  known.etag.append("\"").append(hash).append("-").append(tag_of(coding)).append("\"");
  known.changed_at = facts.changed_at;
  if (facts.changed_at != never)
    known.last_modified = "Last-Modified: " + http_date(facts.changed_at) + "\r\n";
  if (!facts.content_location.empty())
    known.content_location = "Content-Location: " + facts.content_location + "\r\n";
  known.head_304 = head_304(facts, known.etag);
  return known;
}

std::vector<Representation> in_all_codings(const DocumentFacts& facts, std::string_view hash,
                                           std::size_t size) {
  std::vector<Representation> codings{without_bytes(facts, Coding::identity, hash)};
  if (size >= smallest_worth_coding)
    for (Coding coding : {Coding::gzip, Coding::br, Coding::zstd})
      codings.push_back(without_bytes(facts, coding, hash));
  codings.shrink_to_fit();
  return codings;
}

std::size_t footprint(const std::vector<Representation>& representations) {
  std::size_t bytes = sizeof(Validators);
  for (const auto& r : representations)
    bytes += sizeof r + r.etag.capacity() + r.etag_hash.capacity() + r.last_modified.capacity() +
             r.content_location.capacity() + r.head_304.capacity();
  return bytes;
}

// Of a document's own strings, once it is in all codings.
constexpr std::size_t document_overhead = 8 * 1024;

}  // namespace

Validators::Validators(const DocumentFacts& facts, std::string_view hash, std::size_t size,
                       std::shared_ptr<Holdings> holdings)
    : codings_(in_all_codings(facts, hash, size)),
      charge_(std::move(holdings), footprint(codings_)) {}

const Representation& Validators::in(Coding coding) const {
  return codings_[codings_.size() == coding_count ? index(coding) : 0];
}

Document::Document(std::string body, DocumentFacts facts, std::shared_ptr<Holdings> holdings)
    : facts_(std::move(facts)),
      holdings_(std::move(holdings)),
      validators_(
          std::make_shared<const Validators>(facts_, hash64_hex(body), body.size(), holdings_)),
      overhead_(holdings_, document_overhead),
      identity_(complete(Coding::identity, std::move(body))) {
  bodies_[index(Coding::identity)] = identity_.body;
}

Representation Document::complete(Coding coding, std::string body) const {
  Representation made = validators_->in(coding);
  made.head = head_200(facts_, coding, body.size(), made.etag);
  made.body = holdings_->keep(std::move(body));
  return made;
}

const Representation* Document::in(Coding coding) {
  if (coding == Coding::identity) return &identity_;
  auto& coded = coded_[index(coding)];
  std::call_once(once_[index(coding)], [&] {
    if (identity_.body.size() < smallest_worth_coding) return;
    const Stopwatch time(holdings_->counters.compress_nanoseconds[index(coding)]);
    auto body = encode(coding, identity_.body.view());
    ++holdings_->counters.compressed[index(coding)];
    if (!body) return;
    coded = complete(coding, std::move(*body));
    const std::lock_guard lock(mutex_);
    bodies_[index(coding)] = coded->body;
    if (leaving_) Holdings::give_up(coded->body);  // who asks holds the document still
  });
  return coded ? &*coded : &identity_;
}

void Document::give_up() noexcept {
  const std::lock_guard lock(mutex_);
  if (leaving_) return;
  leaving_.emplace(holdings_, document_overhead, std::size_t{0});
  for (const Body& body : bodies_)
    if (body.owner()) Holdings::give_up(body);
}

bool Document::holds_files() const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(bodies_, [](const Body& body) { return body.descriptor() >= 0; });
}

}  // namespace sosik
