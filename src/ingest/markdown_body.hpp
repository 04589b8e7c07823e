// The body of a Markdown file on its way into the store: what only the blog's own generator
// understands goes.
#pragma once
#include <string>
#include <string_view>

namespace sosik {

// Without the `import` and `export` lines that an .mdx file begins with.
std::string_view without_mdx_imports(std::string_view body);

struct MoreMarker {
  std::string before;  // what the author wants shown in lists; empty when there is no marker
  std::string body;    // without the marker
};
// `<!--more-->` in its spellings (Hugo, Hexo, WordPress), or `separator` (Jekyll's
// excerpt_separator) if not empty; one in code is none.
MoreMarker split_at_more(std::string_view body, std::string_view separator);

}  // namespace sosik
