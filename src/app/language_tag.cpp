#include "language_tag.hpp"

#include <algorithm>

namespace sosik {

std::string language_problem(std::string_view tag) {
  const std::string shown = "language is \"" + std::string(tag) + "\"";
  if (tag.find('_') != std::string_view::npos)
    return shown + "; parts are joined by '-', as in \"ko-KR\"";
  const auto primary = tag.substr(0, tag.find('-'));
  if (primary == "kr" || primary == "kor")
    return shown + (primary == "kr" ? ", which is Kanuri" : "") + "; Korean is \"ko\" or \"ko-KR\"";
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const bool is_fine = (primary.size() == 2 || primary.size() == 3) &&
                       std::all_of(primary.begin(), primary.end(), is_letter) && tag.size() <= 35 &&
                       tag.back() != '-' && tag.find("--") == std::string_view::npos &&
                       std::all_of(tag.begin(), tag.end(), [&](char c) {
                         return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
                       });
  return is_fine ? "" : shown + "; write a tag of RFC 5646, such as \"ko\", \"ko-KR\" or \"en\"";
}

}  // namespace sosik
