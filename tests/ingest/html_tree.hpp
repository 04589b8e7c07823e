// A second opinion on what the sanitiser wrote: parses a fragment with gumbo and lists every
// element, attribute and comment.
#pragma once
#include <gumbo.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sosik {

struct SeenElement {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::size_t depth = 0;
};

struct SeenTree {
  std::vector<SeenElement> elements;
  std::string text;
  std::size_t nodes = 0, max_depth = 0;
  bool has_comment = false;
};

inline void see(const GumboNode& node, std::size_t depth, SeenTree& out) {
  ++out.nodes;
  out.max_depth = std::max(out.max_depth, depth);
  if (node.type == GUMBO_NODE_COMMENT || node.type == GUMBO_NODE_CDATA) out.has_comment = true;
  if (node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_WHITESPACE)
    out.text += node.v.text.text;
  if (node.type != GUMBO_NODE_ELEMENT && node.type != GUMBO_NODE_TEMPLATE) return;
  SeenElement element;
  element.depth = depth;
  if (node.v.element.tag != GUMBO_TAG_UNKNOWN) {
    element.name = gumbo_normalized_tagname(node.v.element.tag);
  } else {
    GumboStringPiece name = node.v.element.original_tag;
    gumbo_tag_from_original_text(&name);
    element.name.assign(name.data, name.length);
  }
  for (unsigned i = 0; i < node.v.element.attributes.length; ++i) {
    const auto* a = static_cast<const GumboAttribute*>(node.v.element.attributes.data[i]);
    element.attributes.emplace_back(a->name, a->value);
  }
  if (depth > 0) out.elements.push_back(std::move(element));
  for (unsigned i = 0; i < node.v.element.children.length; ++i)
    see(*static_cast<const GumboNode*>(node.v.element.children.data[i]), depth + 1, out);
}

inline SeenTree see_html(std::string_view html) {
  GumboOptions options = kGumboDefaultOptions;
  options.max_errors = 0;
  options.fragment_context = GUMBO_TAG_BODY;
  GumboOutput* output = gumbo_parse_with_options(&options, html.data(), html.size());
  SeenTree tree;
  see(*output->root, 0, tree);
  gumbo_destroy_output(&options, output);
  return tree;
}

inline bool is_listed(std::string_view word, std::string_view words) {
  const std::string padded = " " + std::string(words) + " ";
  return padded.find(" " + std::string(word) + " ") != std::string::npos;
}

// Is it on one of the hosts whose frames stay? A URL may end behind its host.
inline bool is_player(std::string_view url) {
  for (const std::string_view host :
       {"https://www.youtube.com", "https://www.youtube-nocookie.com", "https://player.vimeo.com"})
    if (url.starts_with(host) &&
        (url.size() == host.size() || is_listed(url.substr(host.size(), 1), "/ ? #")))
      return true;
  return false;
}

// What is wrong with sanitised HTML, or nothing. The lists are written out here again on purpose.
inline std::string danger_in(std::string_view html) {
  constexpr std::string_view elements =
      "a abbr address article aside audio b bdi blockquote br caption cite code col colgroup dd "
      "del details dfn div dl "
      "dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i iframe img ins kbd li main "
      "mark nav ol p picture "
      "pre q rp rt ruby s samp section small source strong sub summary sup table tbody td tfoot th "
      "thead time tr "
      "track u ul var video wbr";
  constexpr std::string_view attributes =
      "id lang dir title href hreflang rel cite datetime open value start reversed type span "
      "colspan rowspan align "
      "scope abbr src srcset sizes alt width height loading media kind srclang label poster "
      "controls loop muted "
      "preload allowfullscreen";
  const SeenTree tree = see_html(html);
  if (tree.has_comment) return "a comment";
  for (const SeenElement& element : tree.elements) {
    if (!is_listed(element.name, elements)) return "element " + element.name;
    for (const auto& [name, value] : element.attributes) {
      if (!is_listed(name, attributes)) return "attribute " + name;
      const bool is_address = is_listed(name, "href src poster cite");
      const bool is_safe =
          value.starts_with("http://") || value.starts_with("https://") ||
          (name == "href" && (value.starts_with("mailto:") || value.starts_with("tel:")));
      if (is_address && !is_safe) return "address " + value;
      if (element.name == "iframe" && name == "src" && !is_player(value)) return "frame " + value;
    }
  }
  return {};
}

// Reads the fragment as XML would, but for void elements: every tag closed in order, every
// attribute quoted, no bare `<`.
inline std::string imbalance_in(std::string_view html) {
  constexpr std::string_view voids = "br hr img source track wbr col";
  std::vector<std::string> open;
  std::size_t at = 0;
  while ((at = html.find_first_of("<>", at)) != std::string_view::npos) {
    if (html[at] == '>') return "a bare > at " + std::to_string(at);
    const bool is_end = html.substr(at + 1, 1) == "/";
    std::size_t end = at + (is_end ? 2 : 1);
    const std::size_t name_begin = end;
    while (end < html.size() && html[end] != ' ' && html[end] != '>') ++end;
    const std::string name(html.substr(name_begin, end - name_begin));
    while (end < html.size() && html[end] == ' ') {
      const std::size_t equals = html.find("=\"", end);
      if (equals == std::string_view::npos) return "an unquoted attribute in " + name;
      const std::size_t close = html.find('"', equals + 2);
      if (close == std::string_view::npos) return "an open attribute in " + name;
      if (html.substr(equals, close - equals).find('<') != std::string_view::npos)
        return "< in attribute";
      end = close + 1;
    }
    if (end >= html.size() || html[end] != '>') return "an open tag " + name;
    if (is_end) {
      if (open.empty() || open.back() != name) return "a stray end tag " + name;
      open.pop_back();
    } else if (!is_listed(name, voids)) {
      open.push_back(name);
    }
    at = end + 1;
  }
  return open.empty() ? std::string{} : "an open " + open.back();
}

}  // namespace sosik
