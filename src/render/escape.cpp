#include "escape.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace sosik {
namespace {

struct Decoded {
  char32_t code_point = 0;
  std::size_t length = 0;  // 0: the byte here begins no well-formed sequence
};

// Unicode table 3-7: shortest forms only, no surrogates, nothing above U+10FFFF.
Decoded decode_multibyte(std::string_view s) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(s[i]); };
  const auto lead = byte(0);
  const std::size_t length = lead >= 0xC2 && lead <= 0xDF   ? 2
                             : lead >= 0xE0 && lead <= 0xEF ? 3
                             : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                            : 0;
  if (length == 0 || s.size() < length) return {};
  char32_t c = lead & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    c = (c << 6) | (byte(i) & 0x3Fu);
  }
  const bool is_overlong = (length == 3 && c < 0x800) || (length == 4 && c < 0x10000);
  const bool is_surrogate = c >= 0xD800 && c <= 0xDFFF;
  if (is_overlong || is_surrogate || c > 0x10FFFF) return {};
  return {c, length};
}

// EscapeFor, and JSON, which escapes by itself.
enum class Place { text, attribute, rss_plain, json };

constexpr bool is_copied(Place place, unsigned char c) {
  switch (c) {
    case '&':
    case '<':
    case '>':
      return place == Place::json;
    case '"':
    case '\t':
    case '\n':
      return place != Place::attribute;
    case '\r':
      return place == Place::json;
    default:
      return c >= 0x20 && c < 0x80;
  }
}

template <Place place>
constexpr auto copied_ascii = [] {
  std::array<bool, 256> table{};
  for (unsigned c = 0; c < table.size(); ++c)
    table[c] = is_copied(place, static_cast<unsigned char>(c));
  return table;
}();

#if defined(__SSE2__)

constexpr char octet(int value) { return static_cast<char>(value); }
__m128i is_byte(__m128i bytes, char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); }
__m128i is_at_least(__m128i bytes, int least) {
  return _mm_cmpeq_epi8(_mm_max_epu8(bytes, _mm_set1_epi8(octet(least))), bytes);
}

// How many bytes at `data` are copied as they are, in whole characters, looked at by sixteen; what
// ends them is for the slow path to say. Well-formed here means that continuation bytes stand where
// the leads want them, nowhere else, and ED, with which a sixth of Hangul begins, begins no
// surrogate; other leads for which that is not enough (E0, EF and above) end the run.
template <Place place>
std::size_t copied_by_sixteens(const char* data, std::size_t size) {
  __m128i before = _mm_setzero_si128();  // the last sixteen
  std::size_t i = 0;
  for (; i + 16 <= size; i += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data + i));
    __m128i ends = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
    if constexpr (place != Place::attribute) {
      __m128i white = _mm_or_si128(is_byte(bytes, '\t'), is_byte(bytes, '\n'));
      if constexpr (place == Place::json) white = _mm_or_si128(white, is_byte(bytes, '\r'));
      ends = _mm_andnot_si128(white, ends);
    }
    if constexpr (place != Place::json) {
      const __m128i angles = is_byte(_mm_and_si128(bytes, _mm_set1_epi8(~2)), '<');  // and '>'
      ends = _mm_or_si128(ends, _mm_or_si128(angles, is_byte(bytes, '&')));
    }
    if constexpr (place == Place::attribute) ends = _mm_or_si128(ends, is_byte(bytes, '"'));
    const __m128i c0_c1 = is_byte(_mm_and_si128(bytes, _mm_set1_epi8(~1)), octet(0xC0));
    const __m128i e0_ef = _mm_or_si128(is_byte(bytes, octet(0xE0)), is_at_least(bytes, 0xEF));
    ends = _mm_or_si128(ends, _mm_or_si128(c0_c1, e0_ef));

    const __m128i one_before = _mm_or_si128(_mm_slli_si128(bytes, 1), _mm_srli_si128(before, 15));
    const __m128i two_before = _mm_or_si128(_mm_slli_si128(bytes, 2), _mm_srli_si128(before, 14));
    const __m128i wanted =
        _mm_or_si128(is_at_least(one_before, 0xC0), is_at_least(two_before, 0xE0));
    const __m128i continuations = _mm_cmplt_epi8(bytes, _mm_set1_epi8(octet(0xC0)));  // as signed
    const __m128i surrogates =
        _mm_and_si128(is_byte(one_before, octet(0xED)), is_at_least(bytes, 0xA0));
    const __m128i wrong = _mm_or_si128(_mm_xor_si128(wanted, continuations), surrogates);

    const auto stops = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(ends, wrong)));
    if (stops != 0) {
      i += static_cast<unsigned>(std::countr_zero(stops));
      break;
    }
    before = bytes;
  }
  // Without a last character that is not whole.
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(data[at]); };
  if (i >= 1 && byte(i - 1) >= 0xC0) return i - 1;
  if (i >= 2 && byte(i - 2) >= 0xE0) return i - 2;
  return i;
}

#endif

// Where the run of what is copied as it is, begun at `i`, ends.
template <Place place>
std::size_t end_of_copied(std::string_view text, std::size_t i) {
  while (i < text.size()) {
#if defined(__SSE2__)
    i += copied_by_sixteens<place>(text.data() + i, text.size() - i);
    if (i == text.size()) break;
#endif
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      if (!copied_ascii<place>[byte]) return i;
      ++i;
      continue;
    }
    const Decoded decoded = decode_multibyte(text.substr(i));
    if (decoded.length == 0 || decoded.code_point == 0xFFFE || decoded.code_point == 0xFFFF)
      return i;
    i += decoded.length;
  }
  return i;
}

// Writes what stands for the character at the front of `text`, if anything does; returns its
// length.
template <Place place>
std::size_t write_instead(std::string_view text, std::string& out) {
  constexpr bool is_plain = place == Place::rss_plain;
  switch (text[0]) {
    case '&':
      out += is_plain ? "&#x26;" : "&amp;";
      break;
    case '<':
      out += is_plain ? "&#x3C;" : "&lt;";
      break;
    case '>':
      // In plain text only where "]]>" would be a fault; the profile's examples leave the others.
      is_plain && !out.ends_with("]]") ? out += '>' : out += "&gt;";
      break;
    case '\r':
      out += "&#13;";
      break;
    case '"':
      out += "&#34;";
      break;
    case '\t':
      out += "&#9;";
      break;
    case '\n':
    case '\v':
    case '\f':
      place == Place::attribute ? out += "&#10;" : out += '\n';
      break;
    default:  // a control, U+FFFE, U+FFFF, or no UTF-8
      return std::max<std::size_t>(1, decode_multibyte(text).length);
  }
  return 1;
}

template <Place place>
std::string transform(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = end_of_copied<place>(text, i);
    out.append(text, i, end - i);
    if (end == text.size()) break;
    i = end + write_instead<place>(text.substr(end), out);
  }
  return out;
}

}  // namespace

std::string escape(std::string_view text, EscapeFor place) {
  switch (place) {
    case EscapeFor::attribute:
      return transform<Place::attribute>(text);
    case EscapeFor::rss_plain:
      return transform<Place::rss_plain>(text);
    case EscapeFor::text:
      break;
  }
  return transform<Place::text>(text);
}

std::string only_legal(std::string_view text) { return transform<Place::json>(text); }

}  // namespace sosik
