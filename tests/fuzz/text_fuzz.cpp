// Text at the edge: repair, decoding, normal form, cuts. Input: a byte that is the length of cuts,
// then the text.
#include <array>

#include "property.hpp"
#include "sosik/base/text.hpp"

namespace sosik {
namespace {

using namespace fuzz;

void decoding(std::string_view bytes) {
  const std::string repaired = repair_utf8(bytes);
  must(is_valid_utf8(repaired), "repaired text is UTF-8");
  must(!is_valid_utf8(bytes) || repaired == bytes, "well-formed text comes back unchanged");

  const std::string clean = clean_text(bytes);
  must(is_valid_utf8(clean), "clean text is UTF-8");
  must_equal(clean_text(clean), clean, "cleaning is idempotent");
  must(clean.find('\r') == std::string::npos, "lines end in LF alone (K-020)");
  must(std::none_of(clean.begin(), clean.end(),
                    [](char c) { return c >= 0 && c < 0x20 && c != '\t' && c != '\n'; }),
       "clean text holds no controls (F-021)");
  const std::string line = clean_line(bytes);
  must(line.find_first_of("\t\n") == std::string::npos, "a line is one line");
  must_equal(clean_line(line), line, "cleaning a line is idempotent");

  const std::string from_uhc = decode_uhc(bytes);
  must(is_valid_utf8(from_uhc), "decoded UHC is UTF-8");
  // Trail bytes of UHC may be letters; no other ASCII byte is ever part of a character (K-042).
  std::array<long, 128> balance{};
  for (char c : bytes)
    if (c >= 0) ++balance[static_cast<std::size_t>(c)];
  for (char c : from_uhc)
    if (c >= 0) --balance[static_cast<std::size_t>(c)];
  for (std::size_t c = 0; c < balance.size(); ++c) {
    const bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    must(is_letter ? balance[c] >= 0 : balance[c] == 0, "no broken lead byte swallows ASCII");
  }
}

void forms(std::string_view text) {
  const std::string normal = nfc(text);
  must(is_valid_utf8(normal), "NFC of text is text");
  must_equal(nfc(normal), normal, "NFC is idempotent");
  const std::string key = compare_key(text);
  must(is_valid_utf8(key), "a key is text");
  must_equal(compare_key(key), key, "a key is its own key");
  must_equal(compare_key(normal), key, "NFC does not change the key");
  must(is_valid_utf8(printable(text)), "printable text is text");
  const std::string composed = compose_hangul(text);
  must_equal(compose_hangul(composed), composed, "composing Hangul is idempotent");
  must_equal(nfc(composed), normal, "composing Hangul is a part of NFC (K-003)");
  const std::string slug = slug_from(text);
  must(is_valid_utf8(slug) && slug.size() <= 100, "a slug is at most 100 bytes of text");
  must(!slug.starts_with('-') && !slug.ends_with('-') && !slug.starts_with('.') &&
           !slug.ends_with('.'),
       "a slug begins and ends in a character of a word");
  must_equal(slug_from(slug), slug, "a slug is its own slug");
}

void cuts(std::string_view text, std::size_t max) {
  const auto cut = [&](std::size_t length) {
    must(length <= text.size(), "a prefix is no longer than its text");
    const std::string_view prefix = text.substr(0, length);
    must(is_valid_utf8(prefix), "no cut goes through a character");
    return prefix;
  };
  const std::size_t all = count_graphemes(text);
  const std::string_view by_graphemes = cut(prefix_of_graphemes(text, max));
  must(count_graphemes(by_graphemes) <= max, "a prefix holds at most as many graphemes");
  must(all > max || by_graphemes == text, "what fits is not cut");
  must(cut(prefix_of_bytes(text, max)).size() <= max, "a prefix holds at most as many bytes");
  must(text.size() > max || prefix_of_bytes(text, max) == text.size(), "what fits is not cut");
  std::size_t units = 0;
  for (char c : cut(prefix_of_utf16(text, max)))
    units += (c & 0xC0) == 0x80 ? 0 : static_cast<unsigned char>(c) >= 0xF0 ? 2 : 1;
  must(units <= max, "a prefix holds at most as many UTF-16 units");
}

void excerpts(std::string_view text, std::size_t max) {
  const std::string short_text = excerpt(text, max);
  must(is_valid_utf8(short_text), "an excerpt is text");
  must(count_graphemes(short_text) <= max, "an excerpt and its ellipsis fit");
  must_equal(excerpt(short_text, max), short_text, "an excerpt is its own excerpt");
  must(display_width(excerpt(text, max, Measure::columns)) <= max, "and in columns");
  must(excerpt(text, max, Measure::utf8_bytes).size() <= max, "and in bytes (K-032)");
  must(is_valid_utf8(excerpt(text, max, Measure::utf16_units)), "and in UTF-16 units (K-033)");
}

}  // namespace
}  // namespace sosik

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes = sosik::fuzz::text_of(data + 1, size - 1);
  sosik::decoding(bytes);
  const std::string text = sosik::clean_text(bytes);
  sosik::forms(text);
  sosik::cuts(text, data[0]);
  sosik::excerpts(text, std::max<std::size_t>(1, data[0]));
  return 0;
}
