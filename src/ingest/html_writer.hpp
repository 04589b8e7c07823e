// The last pass of the sanitiser: gumbo's tree to HTML that any strict parser reads back to the
// same tree (F-061, F-155), and to the plain text of it.
#pragma once
#include <gumbo.h>

#include <string>
#include <vector>

#include "html_plain.hpp"
#include "sosik/ingest/sanitise.hpp"

namespace sosik::html {

struct Written {
  std::string html;
  std::string text;
  std::string first_image;
};
// Writes what is below `root`, which is at most some 600 levels deep (html_cost.hpp).
Written write_html(const GumboNode& root, const SanitiseOptions& options, Notices& notices);

// `&`, `<` and `>` as entities; in attributes the double quote as well.
void append_escaped(std::string& out, std::string_view text);
void append_escaped_attribute(std::string& out, std::string_view text);

}  // namespace sosik::html
