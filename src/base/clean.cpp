// What foreign text goes through once, at the edge, and the questions asked of characters there.
#include <unicode/uchar.h>

#include "sosik/base/text.hpp"
#include "utf8.hpp"

namespace sosik {
namespace {

constexpr char32_t byte_order_mark = 0xFEFF;
constexpr bool is_zero_width_space(char32_t c) { return c == 0x200B || c == byte_order_mark; }

// F-021..F-023: what XML 1.0 section 2.2 forbids, and what validators complain about. DEL is legal
// and stays.
constexpr bool is_dropped(char32_t c) {
  if (c < 0x20) return c != '\t' && c != '\n';
  if (c < 0x80) return false;
  if (c < 0xA0) return true;                                // C1
  if (c >= 0xFDD0 && c <= 0xFDEF) return true;              // noncharacters,
  return (c & 0xFFFE) == 0xFFFE || c == utf8::replacement;  // also the last two of each plane
}

// Length of the text from `at` on that clean_text leaves as it is.
std::size_t clean_run(std::string_view bytes, std::size_t at) {
  std::size_t i = at;
  while (i < bytes.size()) {
    const auto lead = static_cast<unsigned char>(bytes[i]);
    if (lead < 0x80) {
      if (lead >= 0x20) {
        i += utf8::printable_ascii_run(bytes, i);
      } else if (lead == '\n' || lead == '\t') {
        ++i;
      } else {
        break;
      }
      continue;
    }
    const auto next = utf8::decode(bytes, i);
    if (!next.is_well_formed || is_dropped(next.code_point)) break;
    i += next.length;
  }
  return i - at;
}

bool is_white_space(char32_t c) { return u_isUWhiteSpace(static_cast<UChar32>(c)) != 0; }

}  // namespace

std::string clean_text(std::string_view bytes) {
  std::string out;
  std::size_t i = 0;
  while (i < bytes.size()) {
    if (out.empty()) {
      // K-022, also behind characters that were dropped, so that cleaning twice changes nothing
      // more.
      const auto first = utf8::decode(bytes, i);
      if (first.code_point == byte_order_mark) {
        i += first.length;
        continue;
      }
    }
    const std::size_t run = clean_run(bytes, i);
    if (run == bytes.size()) return std::string(bytes);
    if (out.capacity() < bytes.size()) out.reserve(bytes.size());
    out.append(bytes, i, run);
    i += run;
    if (i == bytes.size()) break;

    const auto odd = utf8::decode(bytes, i);
    i += odd.length;
    if (odd.code_point == '\r') {
      if (i < bytes.size() && bytes[i] == '\n') ++i;
      out += '\n';
    } else if (odd.code_point == '\v' || odd.code_point == '\f') {  // K-020
      out += '\n';
    }
  }
  return out;
}

std::string clean_line(std::string_view bytes) {
  const std::string text = clean_text(bytes);
  std::string out;
  out.reserve(text.size());
  bool space = false;       // seen since the last character kept,
  char32_t zero_width = 0;  // and so was this
  for (std::size_t i = 0; i < text.size();) {
    const auto next = utf8::decode(text, i);
    if (is_white_space(next.code_point)) {
      space = true;
    } else if (is_zero_width_space(next.code_point)) {
      zero_width = next.code_point;
    } else {
      if (!out.empty()) {
        if (space) {
          out += ' ';
        } else if (zero_width != 0) {
          utf8::append(out, zero_width);
        }
      }
      space = false;
      zero_width = 0;
      out.append(text, i, next.length);
    }
    i += next.length;
  }
  return out;
}

bool is_blank(std::string_view text) {
  constexpr char32_t empty_braille = 0x2800;
  for (std::size_t i = 0; i < text.size();) {
    const auto next = utf8::decode(text, i);
    const auto c = static_cast<UChar32>(next.code_point);
    // Default_Ignorable holds the Hangul fillers and every zero-width character of K-010.
    if (!is_white_space(next.code_point) && next.code_point != empty_braille && u_iscntrl(c) == 0 &&
        u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) == 0)
      return false;
    i += next.length;
  }
  return true;
}

bool has_full_width_digit(std::string_view text) {
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {  // U+FF10 to U+FF19: EF BC 90 to EF BC 99
    const auto last = static_cast<unsigned char>(text[i + 2]);
    if (text.substr(i, 2) == "\xEF\xBC" && last >= 0x90 && last <= 0x99) return true;
  }
  return false;
}

std::string printable(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  const auto escape = [&](char kind, char32_t value, int width) {
    out += '\\';
    out += kind;
    for (int shift = (width - 1) * 4; shift >= 0; shift -= 4) out += digits[value >> shift & 15];
  };
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t plain = utf8::printable_ascii_run(text, i);
    for (std::size_t end = i + plain; i < end; ++i) {
      if (text[i] == 0x7F) {
        escape('x', 0x7F, 2);
      } else {
        out += text[i];
      }
    }
    if (i == text.size()) break;

    const auto next = utf8::decode(text, i);
    const char32_t c = next.code_point;
    const bool joins = c == 0x200C || c == 0x200D;  // inside emoji and Indic words; moves nothing
    constexpr std::uint32_t hidden =
        U_GC_CC_MASK | U_GC_CF_MASK | U_GC_ZL_MASK | U_GC_ZP_MASK | U_GC_CN_MASK;
    if (!next.is_well_formed) {
      for (unsigned k = 0; k < next.length; ++k)
        escape('x', static_cast<unsigned char>(text[i + k]), 2);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c < 0x100 && u_iscntrl(static_cast<UChar32>(c)) != 0) {
      escape('x', c, 2);
    } else if (!joins && (U_GET_GC_MASK(static_cast<UChar32>(c)) & hidden) != 0) {
      escape(c < 0x10000 ? 'u' : 'U', c, c < 0x10000 ? 4 : 8);
    } else {
      out.append(text, i, next.length);
    }
    i += next.length;
  }
  return out;
}

}  // namespace sosik
