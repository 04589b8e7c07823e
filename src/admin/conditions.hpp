// If-Match and If-None-Match (RFC 9110 section 13.1) for resources with a strong tag. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace sosik::admin {

// Does the list of a field name this tag? "*" names any. Compared strongly: weak ones name none.
bool names_tag(std::string_view list, std::string_view tag);
// The same, compared weakly: W/ counts for nothing.
bool names_tag_weakly(std::string_view list, std::string_view tag);

// Why a write may not go on: 412's words; empty when it may. `tag`: nothing when there is none.
std::string failed_condition(const std::optional<std::string>& if_match,
                             const std::optional<std::string>& if_none_match,
                             const std::optional<std::string>& tag);

}  // namespace sosik::admin
