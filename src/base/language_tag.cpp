#include "sosik/base/language_tag.hpp"

#include <algorithm>

namespace sosik {
namespace {

constexpr std::size_t max_tag = 35;  // RFC 5646 section 4.4.1

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_lower_or_digit(char c) { return is_lower(c) || (c >= '0' && c <= '9'); }
char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
void to_upper(char& c) { c = is_lower(c) ? static_cast<char>(c - 32) : c; }

bool equal_but_for_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return to_lower(x) == to_lower(y); });
}

}  // namespace

std::string repaired_language(std::string_view text) {
  std::string tag(text.substr(0, text.find('.')));
  if (tag.size() > max_tag) return {};
  for (char& c : tag) c = c == '_' ? '-' : to_lower(c);
  const std::size_t end_of_primary = std::min(tag.find('-'), tag.size());
  const auto primary = tag.substr(0, end_of_primary);
  if (primary == "kr" || primary == "kor" || primary == "korean")
    tag.replace(0, end_of_primary, "ko");
  std::string out;
  for (std::size_t at = 0; at <= tag.size();) {
    const std::size_t end = std::min(tag.find('-', at), tag.size());
    std::string part = tag.substr(at, end - at);
    const bool is_letters = std::all_of(part.begin(), part.end(), is_lower);
    const bool is_word = std::all_of(part.begin(), part.end(), is_lower_or_digit);
    const bool fits = at == 0 ? is_letters && (part.size() == 2 || part.size() == 3)
                              : is_word && !part.empty() && part.size() <= 8;
    if (!fits) return {};
    // A region is written "KR", a script "Hang" (section 2.1.1).
    if (at > 0 && is_letters && part.size() == 2) std::for_each(part.begin(), part.end(), to_upper);
    if (at > 0 && is_letters && part.size() == 4) to_upper(part.front());
    out += (at > 0 ? "-" : "") + part;
    at = end + 1;
  }
  return out;
}

std::string language_problem(std::string_view tag) {
  if (!tag.empty() && equal_but_for_case(repaired_language(tag), tag)) return "";
  const std::string shown = "language is \"" + std::string(tag) + "\"";
  if (tag.find('_') != std::string_view::npos)
    return shown + "; parts are joined by '-', as in \"ko-KR\"";
  const auto primary = tag.substr(0, tag.find('-'));
  if (equal_but_for_case(primary, "kr"))
    return shown + ", which is Kanuri; Korean is \"ko\" or \"ko-KR\"";
  if (equal_but_for_case(primary, "kor")) return shown + "; Korean is \"ko\" or \"ko-KR\"";
  return shown + "; write a tag of RFC 5646, such as \"ko\", \"ko-KR\" or \"en\"";
}

}  // namespace sosik
