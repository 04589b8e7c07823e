// Which format a reader wants of a negotiated URL ("/feed"): Accept of RFC 9110 section 12.5.1
// (H-150..H-157). Pure.
#pragma once
#include <optional>
#include <string_view>

#include "sosik/model/feed.hpp"

namespace sosik {

// Nothing: every format is excluded by name or range (406, H-156). Whoever asks for nothing that we
// have gets RSS.
std::optional<Format> preferred_format(std::optional<std::string_view> accept);

// Is a page for people wanted more than text: is text/html listed by name?
bool lists_html(std::optional<std::string_view> accept);

}  // namespace sosik
