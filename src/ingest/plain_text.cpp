#include "plain_text.hpp"

namespace sosik::html {
namespace {

// How many bytes of white space `text` begins with, 0 for none.
std::size_t space_at(std::string_view text) {
  const char c = text.front();
  if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
  if (text.starts_with("\u00A0")) return 2;
  // U+2000 to U+200A, and the others of White_Space.
  if (text.starts_with("\xE2\x80") && text.size() > 2 &&
      static_cast<unsigned char>(text[2]) <= 0x8A)
    return 3;
  for (std::string_view space : {"\u3000", "\u2028", "\u2029", "\u202F", "\u205F", "\u1680"})
    if (text.starts_with(space)) return 3;
  return 0;
}

std::size_t filler_at(std::string_view text) {
  return text.starts_with("\u200B") || text.starts_with("\uFEFF") ? 3 : 0;
}

}  // namespace

void PlainText::add(std::string_view text) {
  while (!text.empty()) {
    if (const std::size_t space = space_at(text)) {
      has_gap_ = true;
      text.remove_prefix(space);
    } else if (const std::size_t filler = filler_at(text)) {
      text.remove_prefix(filler);
    } else {
      if (has_gap_ && !out_.empty()) out_ += ' ';
      has_gap_ = false;
      out_ += text.front();
      text.remove_prefix(1);
    }
  }
}

}  // namespace sosik::html
