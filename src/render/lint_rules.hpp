// The rules of each format. Each reads the document to its end and reports into the Lint.
#pragma once
#include <string_view>

#include "lint.hpp"

namespace sosik {

void lint_rss(std::string_view document, const GateOptions&, Lint&);
void lint_atom(std::string_view document, const GateOptions&, Lint&);
void lint_json_feed(std::string_view document, const GateOptions&, Lint&);

}  // namespace sosik
