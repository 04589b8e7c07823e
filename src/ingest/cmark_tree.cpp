#include "cmark_tree.hpp"

#include <cmark-gfm-core-extensions.h>

#include "bare_links.hpp"
#include "markdown_cost.hpp"

namespace sosik {

Result<CmarkTree> parse_markdown(std::string_view markdown) {
  if (auto error = reason_against_parsing(markdown)) return *std::move(error);
  // Once in the life of the process, whichever thread comes first: the registry has no lock.
  [[maybe_unused]] static const bool is_registered = [] {
    cmark_gfm_core_extensions_ensure_registered();
    return true;
  }();
  CmarkTree tree{{cmark_parser_new(cmark_options), cmark_parser_free}, {nullptr, cmark_node_free}};
  for (const char* name : {"table", "strikethrough", "autolink", "tasklist"})
    cmark_parser_attach_syntax_extension(tree.parser.get(), cmark_find_syntax_extension(name));
  cmark_parser_feed(tree.parser.get(), markdown.data(), markdown.size());
  tree.root.reset(cmark_parser_finish(tree.parser.get()));
  end_bare_links(tree.root.get());
  return tree;
}

}  // namespace sosik
