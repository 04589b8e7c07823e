#include "conditions.hpp"

namespace sosik::admin {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Tags hold neither blank nor comma here, so that a list can be cut at its commas.
bool is_named(std::string_view list, std::string_view tag, bool weakly) {
  if (trimmed(list) == "*") return true;
  while (!list.empty()) {
    const auto comma = list.find(',');
    auto item = trimmed(list.substr(0, comma));
    if (weakly && item.substr(0, 2) == "W/") item.remove_prefix(2);
    if (item == tag) return true;
    list = comma == list.npos ? std::string_view() : list.substr(comma + 1);
  }
  return false;
}

}  // namespace

bool names_tag(std::string_view list, std::string_view tag) { return is_named(list, tag, false); }
bool names_tag_weakly(std::string_view list, std::string_view tag) {
  return is_named(list, tag, true);
}

std::string failed_condition(const std::optional<std::string>& if_match,
                             const std::optional<std::string>& if_none_match,
                             const std::optional<std::string>& tag) {
  if (if_match && !tag) return "If-Match: there is no such post";
  if (if_match && !names_tag(*if_match, *tag))
    return "If-Match: the post has changed; its tag is now " + *tag;
  if (if_none_match && tag && names_tag_weakly(*if_none_match, *tag))
    return "If-None-Match: the post is there; its tag is " + *tag;
  return {};
}

}  // namespace sosik::admin
