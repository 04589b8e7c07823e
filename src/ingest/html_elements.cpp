#include "html_elements.hpp"

#include <algorithm>
#include <array>

namespace sosik::html {
namespace {

constexpr Element unwrapped(std::string_view name) { return {name, Fate::unwrap, {}, {}}; }
constexpr Element gone(std::string_view name, Fate fate) { return {name, fate, {}, {}}; }

constexpr Element inline_as(std::string_view name, std::string_view becomes,
                            std::string_view attributes = {}) {
  Element e{name, Fate::keep, becomes, attributes};
  return e;
}
constexpr Element inline_of(std::string_view name, std::string_view attributes = {}) {
  return inline_as(name, name, attributes);
}
constexpr Element formatting(std::string_view name, std::string_view attributes = {}) {
  Element e = inline_of(name, attributes);
  e.is_formatting = true;
  return e;
}
constexpr Element block_as(std::string_view name, std::string_view becomes,
                           std::string_view attributes = {}) {
  Element e{name, Fate::keep, becomes, attributes};
  e.is_block = e.closes_p = true;
  return e;
}
constexpr Element block(std::string_view name, std::string_view attributes = {}) {
  return block_as(name, name, attributes);
}
// A part of a table; the guard (html_cost.hpp) must not take it for something that ends a
// paragraph.
constexpr Element part(std::string_view name, std::string_view attributes = {}) {
  Element e = block(name, attributes);
  e.closes_p = false;
  return e;
}
constexpr Element empty(std::string_view name, std::string_view attributes = {}) {
  Element e = inline_of(name, attributes);
  e.is_void = true;
  return e;
}
constexpr Element empty_block(std::string_view name, std::string_view attributes = {}) {
  Element e = block(name, attributes);
  e.is_void = true;
  return e;
}

constexpr auto make_table() {
  std::array table = {
      // Text
      formatting("a", "href hreflang rel"), inline_of("abbr"), inline_as("acronym", "abbr"),
      formatting("b"), inline_of("bdi"), unwrapped("bdo"), unwrapped("big"), empty("br"),
      inline_of("cite"), formatting("code"), inline_of("del", "cite datetime"), inline_of("dfn"),
      formatting("em"), formatting("i"), inline_of("ins", "cite datetime"), inline_of("kbd"),
      inline_of("mark"), inline_of("q", "cite"), inline_of("rp"), inline_of("rt"),
      inline_of("ruby"), inline_of("samp"), formatting("s"), formatting("small"),
      inline_as("strike", "s"), formatting("strong"), inline_of("sub"), inline_of("sup"),
      inline_of("time", "datetime"), inline_as("tt", "code"), formatting("u"), inline_of("var"),
      empty("wbr"),
      // Blocks
      block("address"), block("article"), block("aside"), block("blockquote", "cite"),
      block_as("center", "div"), block("details", "open"), block_as("dialog", "div"),
      block_as("dir", "ul"), block("div"), block("dd"), block("dl"), block("dt"),
      block_as("fieldset", "div"), block("figcaption"), block("figure"), block("footer"),
      block_as("form", "div"), block("h1"), block("h2"), block("h3"), block("h4"), block("h5"),
      block("h6"), block("header"), block_as("hgroup", "div"), empty_block("hr"),
      block("li", "value"), block_as("listing", "pre"), block("main"), block_as("menu", "ul"),
      block("nav"), block("ol", "start reversed type"), block("p"), block("pre"), block("section"),
      block("summary"), block("ul"),
      // Tables
      part("caption"),
      [] {
        Element e = part("col", "span");
        e.is_void = true;
        return e;
      }(),
      part("colgroup", "span"), part("table"), part("tbody"), part("td", "colspan rowspan align"),
      part("tfoot"), part("th", "colspan rowspan align scope abbr"), part("thead"), part("tr"),
      // Pictures and sound. The lazy-loading attributes are read, never written.
      inline_of("audio", "src controls loop muted preload data-src"),
      empty("img",
            "src srcset sizes alt width height loading data-src data-lazy-src data-original "
            "data-srcset data-lazy-srcset style"),
      inline_of("picture"),
      empty("source",
            "src srcset sizes type media width height data-src data-srcset data-lazy-srcset"),
      empty("track", "src kind srclang label"),
      inline_of("video",
                "src poster width height controls loop muted preload data-src data-poster"),
      Element{"iframe", Fate::raw_frame, "iframe",
              "src width height loading allowfullscreen data-src"},
      Element{"input", Fate::checkbox, {}, {}},
      // Gone with what is in them (F-150, F-154)
      gone("applet", Fate::drop_content), gone("button", Fate::drop_content),
      gone("datalist", Fate::drop_content), gone("frameset", Fate::drop_content),
      gone("math", Fate::drop_content), gone("object", Fate::drop_content),
      gone("select", Fate::drop_content), gone("svg", Fate::drop_content),
      gone("template", Fate::drop_content), gone("noembed", Fate::drop_raw),
      gone("noframes", Fate::drop_raw), gone("script", Fate::drop_raw),
      gone("style", Fate::drop_raw), gone("textarea", Fate::drop_raw),
      gone("title", Fate::drop_raw), gone("xmp", Fate::drop_raw),
      gone("plaintext", Fate::drop_rest), gone("area", Fate::drop), gone("base", Fate::drop),
      gone("basefont", Fate::drop), gone("bgsound", Fate::drop), gone("embed", Fate::drop),
      gone("frame", Fate::drop), gone("image", Fate::drop), gone("isindex", Fate::drop),
      gone("keygen", Fate::drop), gone("link", Fate::drop), gone("meta", Fate::drop),
      gone("param", Fate::drop),
      // Known, but only their content is wanted: not taken for text in titles
      unwrapped("blink"), unwrapped("body"), unwrapped("canvas"), unwrapped("font"),
      unwrapped("head"), unwrapped("html"), unwrapped("label"), unwrapped("legend"),
      unwrapped("map"), unwrapped("marquee"), unwrapped("meter"), unwrapped("nobr"),
      unwrapped("noscript"), unwrapped("optgroup"), unwrapped("option"), unwrapped("output"),
      unwrapped("progress"), unwrapped("slot"), unwrapped("span")};
  std::sort(table.begin(), table.end(),
            [](const Element& a, const Element& b) { return a.name < b.name; });
  return table;
}

constexpr auto elements = make_table();

}  // namespace

const Element* find_element(std::string_view name) {
  auto found = std::lower_bound(elements.begin(), elements.end(), name,
                                [](const Element& e, std::string_view n) { return e.name < n; });
  return found != elements.end() && found->name == name ? &*found : nullptr;
}

bool is_one_of(std::string_view word, std::string_view words) {
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

}  // namespace sosik::html
