// What an operator may ask for beyond what is always done (TextOptions).
#include <unicode/uchar.h>

#include "sosik/base/text.hpp"
#include "utf8.hpp"

namespace sosik {
namespace {

// Unicode section 3.12.
constexpr char32_t first_l = 0x1100, first_v = 0x1161, before_first_t = 0x11A7,
                   first_syllable = 0xAC00;
constexpr char32_t l_count = 19, v_count = 21, t_count = 28;

constexpr bool is_l(char32_t c) { return c >= first_l && c < first_l + l_count; }
constexpr bool is_v(char32_t c) { return c >= first_v && c < first_v + v_count; }
constexpr bool is_t(char32_t c) { return c > before_first_t && c < before_first_t + t_count; }
constexpr bool is_lv(char32_t c) {
  return c >= first_syllable && c < first_syllable + l_count * v_count * t_count &&
         (c - first_syllable) % t_count == 0;
}

constexpr char32_t object_replacement = 0xFFFC;

bool is_private(char32_t c) {
  return c == object_replacement || u_charType(static_cast<UChar32>(c)) == U_PRIVATE_USE_CHAR;
}

}  // namespace

std::string compose_hangul(std::string_view text) {
  // Jamo begin with E1 in UTF-8, and little else in Korean text does.
  if (text.find('\xE1') == std::string_view::npos) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto first = utf8::decode(text, i);
    std::size_t end = i + first.length;
    char32_t syllable = first.code_point;
    const auto next = [&] { return end < text.size() ? utf8::decode(text, end) : utf8::Decoded{}; };
    if (const auto v = next(); is_l(syllable) && is_v(v.code_point)) {
      syllable =
          first_syllable + ((syllable - first_l) * v_count + (v.code_point - first_v)) * t_count;
      end += v.length;
    }
    if (const auto t = next(); is_lv(syllable) && is_t(t.code_point)) {
      syllable += t.code_point - before_first_t;
      end += t.length;
    }
    if (end == i + first.length)
      out.append(text, i, first.length);
    else
      utf8::append(out, syllable);
    i = end;
  }
  return out;
}

std::string adjusted(std::string_view text, const TextOptions& options) {
  std::string out = options.compose_hangul ? compose_hangul(text) : std::string(text);
  if (!options.drop_private_use) return out;
  std::string kept;
  kept.reserve(out.size());
  for (std::size_t i = 0; i < out.size();) {
    const auto next = utf8::decode(out, i);
    if (!is_private(next.code_point)) kept.append(out, i, next.length);
    i += next.length;
  }
  return kept;
}

}  // namespace sosik
