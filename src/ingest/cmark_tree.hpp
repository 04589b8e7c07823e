// cmark-gfm as we use it: which extensions and options, and who frees what.
#pragma once
#include <cmark-gfm.h>

#include <memory>
#include <string_view>

#include "sosik/base/result.hpp"

namespace sosik {

struct CmarkTree {
  std::unique_ptr<cmark_parser, void (*)(cmark_parser*)> parser;  // its extensions render as well
  std::unique_ptr<cmark_node, void (*)(cmark_node*)> root;
};

// Raw HTML passes; ill-formed UTF-8 is repaired; line ends in paragraphs stay.
constexpr int cmark_options = CMARK_OPT_UNSAFE | CMARK_OPT_VALIDATE_UTF8 | CMARK_OPT_FOOTNOTES;

// Fails (too_large) on what cmark could not parse in reasonable time (markdown_cost.hpp).
Result<CmarkTree> parse_markdown(std::string_view markdown);

}  // namespace sosik
