#include "conditions.hpp"

#include "sosik/base/digest.hpp"

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

std::string entity_tag(std::string_view shown) {
  return '"' + sha256_hex(shown).substr(0, 32) + '"';
}

ApiAnswer tagged(const ApiRequest& request, std::string document) {
  ApiAnswer found;
  const auto tag = entity_tag(document);
  found.headers = {{"ETag", tag}};
  if (request.if_none_match && names_tag_weakly(*request.if_none_match, tag)) {
    found.status = 304;
    found.content_type.clear();
    return found;
  }
  found.body = std::move(document);
  return found;
}

std::optional<ApiAnswer> refuse_by_condition(const ApiRequest& request, const std::string& what,
                                             const std::optional<std::string>& tag) {
  const auto &match = request.if_match, &none_match = request.if_none_match;
  if (match && !tag) return problem(412, "If-Match: there is no such " + what);
  if (match && !names_tag(*match, *tag))
    return problem(412, "If-Match: the " + what + " has changed; its tag is now " + *tag);
  if (none_match && tag && names_tag_weakly(*none_match, *tag))
    return problem(412, "If-None-Match: the " + what + " is there; its tag is " + *tag);
  return std::nullopt;
}

}  // namespace sosik::admin
