#include "escape.hpp"

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

template <class WriteAscii>
std::string transform(std::string_view text, WriteAscii write_ascii) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      const char c = byte == '\v' || byte == '\f' ? '\n' : text[i];
      if (byte >= 0x20 || c == '\t' || c == '\n' || c == '\r') write_ascii(out, c);
      ++i;
      continue;
    }
    const Decoded decoded = decode_multibyte(text.substr(i));
    if (decoded.length == 0) {
      ++i;
      continue;
    }
    if (decoded.code_point != 0xFFFE && decoded.code_point != 0xFFFF)
      out.append(text.substr(i, decoded.length));
    i += decoded.length;
  }
  return out;
}

}  // namespace

std::string escape(std::string_view text, EscapeFor place) {
  return transform(text, [place](std::string& out, char c) {
    const bool in_attribute = place == EscapeFor::attribute;
    const bool is_plain = place == EscapeFor::rss_plain;
    switch (c) {
      case '&':
        out += is_plain ? "&#x26;" : "&amp;";
        break;
      case '<':
        out += is_plain ? "&#x3C;" : "&lt;";
        break;
      case '>':
        // In plain text only where "]]>" would be a fault; the profile's examples leave the others.
        is_plain && !out.ends_with("]]") ? out += c : out += "&gt;";
        break;
      case '\r':
        out += "&#13;";
        break;
      case '"':
        in_attribute ? out += "&#34;" : out += c;
        break;
      case '\t':
        in_attribute ? out += "&#9;" : out += c;
        break;
      case '\n':
        in_attribute ? out += "&#10;" : out += c;
        break;
      default:
        out += c;
    }
  });
}

std::string only_legal(std::string_view text) {
  return transform(text, [](std::string& out, char c) { out += c; });
}

}  // namespace sosik
