// Cuts on the boundaries of extended grapheme clusters (UAX #29), found by ICU.
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "sosik/base/text.hpp"
#include "utf8.hpp"

namespace sosik {
namespace {

constexpr unsigned max_cluster_code_points = 32;  // K-036: stacked marks without end are cut here
constexpr std::size_t word_search_clusters = 10;  // K-035
constexpr std::string_view ellipsis = "\u2026";   // K-034

// One per thread, because making one costs more than most texts.
UBreakIterator* thread_iterator() {
  struct Close {
    void operator()(UBreakIterator* it) const { ubrk_close(it); }
  };
  thread_local const std::unique_ptr<UBreakIterator, Close> iterator = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<UBreakIterator, Close> made(ubrk_open(UBRK_CHARACTER, "", nullptr, 0, &status));
    if (U_FAILURE(status))
      throw std::runtime_error(std::string("ICU has no grapheme rules: ") + u_errorName(status));
    return made;
  }();
  return iterator.get();
}

// Walks the clusters of a text from its start. Only one lives at a time in a thread.
class Clusters {
 public:
  explicit Clusters(std::string_view text) : text_(text), iterator_(thread_iterator()) {
    UErrorCode status = U_ZERO_ERROR;
    utext_openUTF8(&source_, text.data() != nullptr ? text.data() : "",
                   static_cast<std::int64_t>(text.size()), &status);
    ubrk_setUText(iterator_, &source_, &status);
    if (U_FAILURE(status)) throw std::runtime_error("ICU cannot read a text");
  }
  ~Clusters() { utext_close(&source_); }
  Clusters(const Clusters&) = delete;
  Clusters& operator=(const Clusters&) = delete;

  // Where the next cluster ends; the size of the text after the last.
  std::size_t next() {
    if (at_ == cluster_end_) {
      const std::int32_t end = ubrk_next(iterator_);
      cluster_end_ = end == UBRK_DONE ? text_.size() : static_cast<std::size_t>(end);
    }
    for (unsigned n = 0; n < max_cluster_code_points && at_ < cluster_end_; ++n)
      at_ += utf8::decode(text_, at_).length;
    return at_;
  }

 private:
  std::string_view text_;
  UBreakIterator* iterator_;
  UText source_ = UTEXT_INITIALIZER;
  std::size_t at_ = 0, cluster_end_ = 0;
};

// Punctuation that looks wrong before an ellipsis. Not '#', '%' or a closing bracket: those belong
// to the word.
bool is_trimmed(char32_t code_point) {
  const auto c = static_cast<UChar32>(code_point);
  if (u_isUWhiteSpace(c) || u_hasBinaryProperty(c, UCHAR_TERMINAL_PUNCTUATION)) return true;
  if (code_point == 0xB7 || code_point == 0x2026 || code_point == 0x2025) return true;  // · … ‥
  return (U_GET_GC_MASK(c) & (U_GC_PD_MASK | U_GC_PS_MASK | U_GC_PI_MASK)) != 0;
}

std::size_t columns_of(std::string_view cluster) {
  constexpr char32_t emoji_style = 0xFE0F;
  std::size_t width = 0;
  for (std::size_t i = 0; i < cluster.size();) {
    const auto next = utf8::decode(cluster, i);
    const auto c = static_cast<UChar32>(next.code_point);
    i += next.length;
    const int wide = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
    if (wide == U_EA_FULLWIDTH || wide == U_EA_WIDE || next.code_point == emoji_style ||
        u_hasBinaryProperty(c, UCHAR_REGIONAL_INDICATOR))
      return 2;
    constexpr std::uint32_t no_width = U_GC_C_MASK | U_GC_MN_MASK | U_GC_ME_MASK;
    if ((U_GET_GC_MASK(c) & no_width) == 0) width = 1;
  }
  return width;
}

std::size_t utf16_units_of(std::string_view text) {
  std::size_t units = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto next = utf8::decode(text, i);
    units += next.code_point > 0xFFFF ? 2 : 1;
    i += next.length;
  }
  return units;
}

// Of one cluster.
std::size_t size_of(std::string_view cluster, Measure measure) {
  switch (measure) {
    case Measure::graphemes:
      return 1;
    case Measure::columns:
      return columns_of(cluster);
    case Measure::utf8_bytes:
      return cluster.size();
    case Measure::utf16_units:
      return utf16_units_of(cluster);
  }
  return 1;
}

}  // namespace

std::size_t prefix_of_graphemes(std::string_view text, std::size_t max) {
  Clusters clusters(text);
  std::size_t end = 0;
  for (std::size_t n = 0; n < max && end < text.size(); ++n) end = clusters.next();
  return end;
}

std::size_t prefix_of_bytes(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text.size();
  Clusters clusters(text);
  std::size_t end = 0;
  for (std::size_t next; (next = clusters.next()) <= max_bytes;) end = next;
  return end;
}

std::size_t prefix_of_utf16(std::string_view text, std::size_t max_units) {
  Clusters clusters(text);
  std::size_t end = 0, units = 0;
  while (end < text.size()) {
    const std::size_t next = clusters.next();
    units += utf16_units_of(text.substr(end, next - end));
    if (units > max_units) break;
    end = next;
  }
  return end;
}

std::size_t count_graphemes(std::string_view text) {
  Clusters clusters(text);
  std::size_t count = 0;
  for (std::size_t end = 0; end < text.size(); end = clusters.next()) ++count;
  return count;
}

std::size_t display_width(std::string_view text) {
  Clusters clusters(text);
  std::size_t width = 0;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = clusters.next();
    width += columns_of(text.substr(from, end - from));
    from = end;
  }
  return width;
}

std::string excerpt(std::string_view text, std::size_t max, Measure measure) {
  if (text.size() <= max) return std::string(text);  // nothing measures more than its bytes
  const std::size_t ellipsis_size = size_of(ellipsis, measure);
  if (max < ellipsis_size) return {};
  const std::size_t room = max - ellipsis_size;

  std::vector<std::size_t> ends{0};   // ends[n]: bytes of the first n clusters
  std::size_t size = 0, fitting = 0;  // of these, and how many fit beside the ellipsis
  {
    Clusters clusters(text);
    while (ends.back() < text.size() && size <= max) {
      const std::size_t end = clusters.next();
      size += size_of(text.substr(ends.back(), end - ends.back()), measure);
      ends.push_back(end);
      if (size <= room) fitting = ends.size() - 1;
    }
  }
  if (size <= max) return std::string(text);

  const auto cluster = [&](std::size_t n) {  // the n-th, from one
    return text.substr(ends[n - 1], ends[n] - ends[n - 1]);
  };
  const auto is_trimmed_cluster = [&](std::size_t n) {
    const auto first = utf8::decode(cluster(n), 0);
    return first.length == cluster(n).size() && is_trimmed(first.code_point);
  };
  const auto is_space = [&](std::size_t n) {
    return u_isUWhiteSpace(static_cast<UChar32>(utf8::decode(cluster(n), 0).code_point)) != 0;
  };

  std::size_t keep = fitting;
  if (!is_space(fitting + 1)) {  // mid-word: go back to the last space if it is near
    for (std::size_t n = fitting; n > 0 && fitting - n < word_search_clusters; --n) {
      if (is_space(n)) {
        keep = n;
        break;
      }
    }
  }
  while (keep > 0 && is_trimmed_cluster(keep)) --keep;
  if (keep == 0) keep = fitting;  // nothing but punctuation
  return std::string(text.substr(0, ends[keep])).append(ellipsis);
}

}  // namespace sosik
