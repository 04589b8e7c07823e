#include "sosik/ingest/markdown.hpp"

#include <cmark-gfm-extension_api.h>

#include <cstdlib>
#include <cstring>
#include <memory>

#include "cmark_tree.hpp"
#include "sosik/base/text.hpp"

namespace sosik {
namespace {

constexpr std::size_t max_html_bytes = 64 << 20;

// What addresses and titles take in HTML, where a reference is written out at each place that uses
// it.
std::size_t bytes_of_links(cmark_node* root) {
  std::size_t bytes = 0;
  const std::unique_ptr<cmark_iter, void (*)(cmark_iter*)> nodes(cmark_iter_new(root),
                                                                 cmark_iter_free);
  while (cmark_iter_next(nodes.get()) != CMARK_EVENT_DONE) {
    cmark_node* node = cmark_iter_get_node(nodes.get());
    const cmark_node_type type = cmark_node_get_type(node);
    if (type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE)
      bytes += std::strlen(cmark_node_get_url(node)) + std::strlen(cmark_node_get_title(node));
  }
  return bytes;
}

}  // namespace

Result<std::string> markdown_to_html(std::string_view markdown) {
  const auto tree = parse_markdown(clean_text(markdown));
  if (!tree) return Error{tree.error().code, "Markdown: " + tree.error().detail};
  if (bytes_of_links(tree->root.get()) > max_html_bytes)
    return Error{Errc::too_large, "Markdown: references that expand to more than 64 MiB"};
  const std::unique_ptr<char, void (*)(void*)> html(
      cmark_render_html(tree->root.get(), cmark_options,
                        cmark_parser_get_syntax_extensions(tree->parser.get())),
      std::free);
  return std::string(html.get());
}

}  // namespace sosik
