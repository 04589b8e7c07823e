#include "coding.hpp"

#include <brotli/encode.h>
#include <libdeflate.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <memory>
#include <new>

namespace sosik {
namespace {

// The settings, which the tags below name. Each compresses a feed about as far as it goes before
// time grows faster than bytes shrink. A window of 1 MiB holds all but the largest feeds, and every
// decoder must accept it (zstd: RFC 9659 permits 8 MiB; level 6 never uses more than 2).
constexpr int gzip_level = 6;
constexpr int brotli_quality = 6, brotli_window = 20;
constexpr int zstd_level = 6;

// Each writes into `out`, which is one byte shorter than the document: what does not fit is not
// smaller. The size, or 0 when it did not fit.
std::size_t gzip(std::string_view document, std::string& out) {
  const auto free = [](libdeflate_compressor* c) { libdeflate_free_compressor(c); };
  const std::unique_ptr<libdeflate_compressor, decltype(free)> compressor(
      libdeflate_alloc_compressor(gzip_level), free);
  if (!compressor) throw std::bad_alloc();
  return libdeflate_gzip_compress(compressor.get(), document.data(), document.size(), out.data(),
                                  out.size());
}

std::size_t brotli(std::string_view document, std::string& out) {
  std::size_t size = out.size();
  const bool fits =
      BrotliEncoderCompress(brotli_quality, brotli_window, BROTLI_MODE_TEXT, document.size(),
                            reinterpret_cast<const std::uint8_t*>(document.data()), &size,
                            reinterpret_cast<std::uint8_t*>(out.data()));
  return fits ? size : 0;
}

std::size_t zstd(std::string_view document, std::string& out) {
  const std::size_t size =
      ZSTD_compress(out.data(), out.size(), document.data(), document.size(), zstd_level);
  if (!ZSTD_isError(size)) return size;
  if (ZSTD_getErrorCode(size) == ZSTD_error_memory_allocation) throw std::bad_alloc();
  return 0;
}

}  // namespace

std::optional<std::string> encode(Coding coding, std::string_view document) {
  if (coding == Coding::identity || document.size() < smallest_worth_coding) return std::nullopt;
  std::string out(document.size() - 1, '\0');
  std::size_t size = 0;
  if (coding == Coding::gzip) size = gzip(document, out);
  if (coding == Coding::br) size = brotli(document, out);
  if (coding == Coding::zstd) size = zstd(document, out);
  if (size == 0) return std::nullopt;
  out.resize(size);
  out.shrink_to_fit();
  return out;
}

// The headers speak for the code, for all three are linked statically (H-096). Brotli's name no
// version; the build reads it where it finds the library.
std::string_view tag_of(Coding coding) {
  constexpr std::string_view tags[] = {"i", "g6d" LIBDEFLATE_VERSION_STRING,
                                       "b6w20v" SOSIK_BROTLI_VERSION, "z6v" ZSTD_VERSION_STRING};
  return tags[static_cast<std::size_t>(coding)];
}

}  // namespace sosik
