// Reading and writing UTF-8 one code point at a time, after Unicode 3.9 (table 3-7: what is well
// formed; "maximal subpart": how much of what is ill formed goes as one). No allocation, no locale.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace sosik::utf8 {

constexpr char32_t replacement = 0xFFFD;

struct Decoded {
  char32_t code_point = replacement;
  unsigned length = 0;  // bytes taken: the whole sequence, or the maximal ill-formed subpart
  bool is_well_formed = false;
};

// What stands at `at`, which must be inside `text`.
inline Decoded decode(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const unsigned lead = byte(at);
  if (lead < 0x80) return {lead, 1, true};

  unsigned more = 0, low = 0x80, high = 0xBF;  // continuation bytes to come; bounds of the first
  char32_t code_point = 0;
  if (lead >= 0xC2 && lead <= 0xDF) {
    more = 1;
    code_point = lead & 0x1F;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    more = 2;
    code_point = lead & 0x0F;
    if (lead == 0xE0) low = 0xA0;   // shorter forms exist
    if (lead == 0xED) high = 0x9F;  // surrogates
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    more = 3;
    code_point = lead & 0x07;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;  // beyond U+10FFFF
  } else {
    return {replacement, 1, false};
  }
  for (unsigned i = 1; i <= more; ++i) {
    const unsigned next = byte(at + i);
    if (next < low || next > high) return {replacement, i, false};
    code_point = code_point << 6 | (next & 0x3F);
    low = 0x80;
    high = 0xBF;
  }
  return {code_point, more + 1, true};
}

inline void append(std::string& out, char32_t c) {
  const auto put = [&](char32_t byte) {
    out += static_cast<char>(static_cast<unsigned char>(byte));
  };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

// How many of the bytes from `at` on are plain ASCII without controls (0x20 to 0x7F), eight at a
// time.
std::size_t printable_ascii_run(std::string_view text, std::size_t at);

}  // namespace sosik::utf8
