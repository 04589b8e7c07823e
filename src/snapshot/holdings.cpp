#include "holdings.hpp"

#include <algorithm>
#include <optional>

#include "sealed_file.hpp"

namespace sosik {
namespace {

constexpr std::size_t page_size = 4096;  // files take whole ones

std::size_t whole_pages(std::size_t bytes) {
  return (bytes + page_size - 1) / page_size * page_size;
}

}  // namespace

// What the copies of a Body share.
struct Holdings::Kept {
  Kept(std::shared_ptr<Holdings> the_holdings, std::string the_bytes)
      : holdings(std::move(the_holdings)),
        bytes(std::move(the_bytes)),
        charge(holdings, bytes.size()) {}
  Kept(std::shared_ptr<Holdings> the_holdings, Descriptor the_descriptor,
       std::unique_ptr<SealedFile> the_file)
      : holdings(std::move(the_holdings)),
        descriptor(std::move(the_descriptor)),
        file(std::move(the_file)),
        charge(holdings, whole_pages(file->view().size())) {}

  const std::shared_ptr<Holdings> holdings;
  const std::string bytes;
  const Descriptor descriptor;  // outlives the file: there are never more than counted
  const std::unique_ptr<const SealedFile> file;
  const Charge charge;
  mutable std::optional<Leaving> leaving;  // of give_up(); the only thing here that ever changes
};

void Holdings::give_up(const Body& body) noexcept {
  const auto& kept = *static_cast<const Kept*>(body.owner());
  if (!kept.leaving)
    kept.leaving.emplace(kept.holdings, kept.charge.bytes(), kept.file ? std::size_t{1} : 0);
}

Body Holdings::keep(std::string bytes) {
  const auto self = shared_from_this();
  if (bytes.size() >= smallest_file) {
    auto descriptor = take_descriptor();
    auto file = descriptor ? SealedFile::of(bytes) : nullptr;
    if (file) {
      const auto kept = std::make_shared<const Kept>(self, std::move(descriptor), std::move(file));
      return Body(kept->file->view(), kept->file->descriptor(), kept);
    }
  }
  bytes.shrink_to_fit();  // renderers reserve; what is charged is what is held
  const auto kept = std::make_shared<const Kept>(self, std::move(bytes));
  return Body(kept->bytes, -1, kept);
}

Holdings::Descriptor Holdings::take_descriptor() noexcept {
  std::size_t taken = descriptors_.load(std::memory_order_relaxed);
  do {
    if (taken >= max_descriptors_) return nullptr;
  } while (!descriptors_.compare_exchange_weak(taken, taken + 1, std::memory_order_relaxed));
  return Descriptor(this);
}

bool Holdings::lacks_descriptors() const noexcept {
  return max_descriptors_ > 0 &&
         descriptors() >= max_descriptors_ + leaving_descriptors_.load(std::memory_order_relaxed);
}

bool Holdings::has_too_much() const noexcept {
  const std::size_t leaving = leaving_.load(std::memory_order_relaxed);
  if (bytes() <= leaving + budget_ / 4) return false;
  const std::size_t allowance = budget_ / 8;
  const std::size_t unpressing = std::min(leaving, allowance);
  return bytes() + allowance > budget_ + unpressing;
}

}  // namespace sosik
