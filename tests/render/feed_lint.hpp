// The rules of formats.md F-210..F-213 that can be checked on one document: what the W3C feed
// validator would call an error or a warning. Findings are sentences; none means clean.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace sosik::testing {

using Findings = std::vector<std::string>;

Findings lint_rss(const std::string& document, std::string_view fetched_from);
Findings lint_atom(const std::string& document, std::string_view fetched_from);

}  // namespace sosik::testing
