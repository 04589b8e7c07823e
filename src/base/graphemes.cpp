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
constexpr std::string_view ellipsis = "\u2026";

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
    for (std::size_t i = end; i < next;) {
      const auto c = utf8::decode(text, i);
      units += c.code_point > 0xFFFF ? 2 : 1;
      i += c.length;
    }
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

std::string excerpt(std::string_view text, std::size_t max) {
  if (text.size() <= max) return std::string(text);
  if (max == 0) return {};

  std::vector<std::size_t> ends{0};  // ends[n]: bytes of the first n clusters
  {
    Clusters clusters(text);
    while (ends.back() < text.size() && ends.size() <= max) ends.push_back(clusters.next());
  }
  if (ends.back() == text.size()) return std::string(text);

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

  const std::size_t room = max - 1;  // the ellipsis takes one
  std::size_t keep = room;
  if (!is_space(room + 1)) {  // mid-word: go back to the last space if it is near
    for (std::size_t n = room; n > 0 && room - n < word_search_clusters; --n) {
      if (is_space(n)) {
        keep = n;
        break;
      }
    }
  }
  while (keep > 0 && is_trimmed_cluster(keep)) --keep;
  if (keep == 0) keep = room;  // nothing but punctuation
  return std::string(text.substr(0, ends[keep])).append(ellipsis);
}

}  // namespace sosik
