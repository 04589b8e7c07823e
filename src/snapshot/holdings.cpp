#include "holdings.hpp"

#include <algorithm>

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
  Kept(std::shared_ptr<Holdings> the_holdings, std::unique_ptr<SealedFile> the_file)
      : holdings(std::move(the_holdings)),
        file(std::move(the_file)),
        charge(holdings, whole_pages(file->view().size())) {}
  ~Kept() {
    if (!file) return;
    file.reset();  // first, so that there are never more descriptors than counted
    --holdings->descriptors_;
  }

  const std::shared_ptr<Holdings> holdings;
  const std::string bytes;
  std::unique_ptr<SealedFile> file;
  const Charge charge;
};

Body Holdings::keep(std::string bytes) {
  const auto self = shared_from_this();
  if (bytes.size() >= smallest_file && take_descriptor()) {
    if (auto file = SealedFile::of(bytes)) {
      const auto kept = std::make_shared<const Kept>(self, std::move(file));
      return Body(kept->file->view(), kept->file->descriptor(), kept);
    }
    --descriptors_;
  }
  const auto kept = std::make_shared<const Kept>(self, std::move(bytes));
  return Body(kept->bytes, -1, kept);
}

bool Holdings::take_descriptor() noexcept {
  std::size_t taken = descriptors_.load(std::memory_order_relaxed);
  do {
    if (taken >= max_descriptors_) return false;
  } while (!descriptors_.compare_exchange_weak(taken, taken + 1, std::memory_order_relaxed));
  return true;
}

bool Holdings::is_over() const noexcept {
  const std::size_t leaving = leaving_.load(std::memory_order_relaxed);
  if (bytes() <= leaving + budget_ / 4) return false;
  const std::size_t allowance = budget_ / 8;
  const std::size_t unpressing = std::min(leaving, allowance);
  return bytes() + allowance > budget_ + unpressing;
}

}  // namespace sosik
