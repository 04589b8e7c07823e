#include "utf8.hpp"

#include <cstdint>
#include <cstring>

#include "sosik/base/text.hpp"

namespace sosik {

std::size_t utf8::printable_ascii_run(std::string_view text, std::size_t at) {
  constexpr std::uint64_t high_bits = 0x8080808080808080;
  constexpr std::uint64_t spaces = 0x2020202020202020;
  std::size_t i = at;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    // The subtraction borrows into a high bit where a byte is below 0x20; a borrow can only spoil
    // bytes above a real one.
    if (((word | (word - spaces)) & high_bits) != 0) break;
  }
  while (i < text.size() && static_cast<unsigned char>(text[i]) >= 0x20 &&
         static_cast<unsigned char>(text[i]) < 0x80)
    ++i;
  return i - at;
}

namespace {

// Length of the well-formed text from `at` on.
std::size_t well_formed_run(std::string_view bytes, std::size_t at) {
  std::size_t i = at;
  while (i < bytes.size()) {
    i += utf8::printable_ascii_run(bytes, i);
    if (i == bytes.size()) break;
    const auto next = utf8::decode(bytes, i);
    if (!next.is_well_formed) break;
    i += next.length;
  }
  return i - at;
}

}  // namespace

bool is_valid_utf8(std::string_view bytes) { return well_formed_run(bytes, 0) == bytes.size(); }

std::string repair_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t run = well_formed_run(bytes, i);
    out.append(bytes, i, run);
    i += run;
    if (i == bytes.size()) break;
    utf8::append(out, utf8::replacement);
    i += utf8::decode(bytes, i).length;
  }
  return out;
}

}  // namespace sosik
