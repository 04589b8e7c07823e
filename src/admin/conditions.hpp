// If-Match and If-None-Match (RFC 9110 section 13.1) for resources with a strong tag. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "api_call.hpp"

namespace sosik::admin {

// Does the list of a field name this tag? "*" names any. Compared strongly: weak ones name none.
bool names_tag(std::string_view list, std::string_view tag);
// The same, compared weakly: W/ counts for nothing.
bool names_tag_weakly(std::string_view list, std::string_view tag);

// A strong entity tag over the bytes of `shown`, the resource's document.
std::string entity_tag(std::string_view shown);
// 200 with the document and its tag; 304 to who knows it already.
ApiAnswer tagged(const ApiRequest&, std::string document);
// 412 where the call's conditions do not let it write. `what` is to be written ("post"); `tag`:
// nothing when there is none.
std::optional<ApiAnswer> refuse_by_condition(const ApiRequest&, const std::string& what,
                                             const std::optional<std::string>& tag);

}  // namespace sosik::admin
