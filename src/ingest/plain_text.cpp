#include "plain_text.hpp"

namespace sosik::html {
namespace {

// How many bytes of white space `text` begins with, 0 for none.
std::size_t space_at(std::string_view text) {
  const char c = text.front();
  if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
  if (text.starts_with("\u00A0")) return 2;
  if (text.starts_with("\u3000") || text.starts_with("\u2028") || text.starts_with("\u2029"))
    return 3;
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
