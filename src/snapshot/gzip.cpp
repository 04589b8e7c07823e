#include "gzip.hpp"

#include <libdeflate.h>

#include <memory>
#include <new>

namespace sosik {
namespace {

constexpr int level = 6;
constexpr std::size_t smallest_worth_it = 1024;

struct Free {
  void operator()(libdeflate_compressor* c) const { libdeflate_free_compressor(c); }
};

}  // namespace

std::optional<std::string> gzip(std::string_view document) {
  if (document.size() < smallest_worth_it) return {};
  const std::unique_ptr<libdeflate_compressor, Free> compressor(libdeflate_alloc_compressor(level));
  if (!compressor) throw std::bad_alloc();
  std::string out(document.size() - 1, '\0');  // what does not fit in here is not smaller
  const auto size = libdeflate_gzip_compress(compressor.get(), document.data(), document.size(),
                                             out.data(), out.size());
  if (size == 0) return {};
  out.resize(size);
  out.shrink_to_fit();
  return out;
}

// The header speaks for the code, for libdeflate is linked statically (H-096).
std::string_view gzip_tag() { return "g6d" LIBDEFLATE_VERSION_STRING; }

}  // namespace sosik
