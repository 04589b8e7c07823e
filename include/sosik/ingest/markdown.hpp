// Markdown as GitHub flavours it (tables, footnotes, task lists, strikethrough, autolinks), by
// cmark-gfm, to HTML that is NOT yet safe: raw HTML passes through, for sanitise_html to judge.
// Tables above 200 columns are refused (F-159).
#pragma once
#include <string>
#include <string_view>

#include "sosik/base/result.hpp"

namespace sosik {

Result<std::string> markdown_to_html(std::string_view markdown);

}  // namespace sosik
