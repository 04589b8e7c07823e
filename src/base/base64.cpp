// RFC 4648 section 4: the standard alphabet with padding, nothing else on the way in.
#include <array>

#include "sosik/base/digest.hpp"

namespace sosik {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr unsigned not_in_alphabet = 64;

constexpr std::array<unsigned char, 256> make_values() {
  std::array<unsigned char, 256> values{};
  for (auto& value : values) value = not_in_alphabet;
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<unsigned char>(i);
  return values;
}
constexpr auto values = make_values();

}  // namespace

std::string base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto at = [&](std::size_t k) -> unsigned {
      return i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u;
    };
    const unsigned group = at(0) << 16 | at(1) << 8 | at(2);
    out += alphabet[group >> 18];
    out += alphabet[group >> 12 & 63];
    out += i + 1 < bytes.size() ? alphabet[group >> 6 & 63] : '=';
    out += i + 2 < bytes.size() ? alphabet[group & 63] : '=';
  }
  return out;
}

Result<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return invalid("base64: the length is no multiple of four");
  std::size_t digits = text.size();
  while (digits > 0 && text.size() - digits < 2 && text[digits - 1] == '=') --digits;

  std::string out;
  out.reserve(text.size() / 4 * 3);
  unsigned bits = 0, held = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const unsigned value = values[static_cast<unsigned char>(text[i])];
    if (value == not_in_alphabet)
      return invalid("base64: a character outside the alphabet at " + std::to_string(i));
    bits = (bits << 6 | value) & 0xFFFF;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>(bits >> held & 0xFF);
    }
  }
  // Left-over bits must be zero, or two texts would mean the same bytes.
  if ((bits & ((1u << held) - 1)) != 0) return invalid("base64: bits after the last byte");
  return out;
}

}  // namespace sosik
