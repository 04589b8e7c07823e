// Random tag soup with fixed seeds: whatever is in it, what comes out is safe, balanced and stable
// (F-155), and the guard in front of gumbo never counts less than gumbo builds (F-159).
#include <random>
#include <span>

#include "catch.hpp"
#include "html_plain.hpp"
#include "html_tree.hpp"
#include "sosik/base/text.hpp"
#include "sosik/ingest/sanitise.hpp"

namespace sosik {
namespace {

class Soup {
 public:
  explicit Soup(unsigned seed) : random_(seed) {}

  std::string cook(int pieces) {
    std::string out;
    for (int i = 0; i < pieces; ++i) out += piece();
    return out;
  }

 private:
  std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
  }
  std::string any(std::span<const char* const> list) { return list[below(list.size())]; }

  std::string piece() {
    static constexpr const char* texts[] = {
        "글",    " ",         "\n",       "a < b", "&amp;", "&lt;b&gt;", "&#x3c;",       "&nbsp;",
        "&",     "<",         ">",        "\"",    "'",     "</",        "<!",           "<!--",
        "-->",   "<![CDATA[", "]]>",      "</p>",  "</br>", "<?x?>",     "\x01",         "\xff",
        "&#0;",  "&#11;",     "&#xFFFE;", "😀",     "=",     "/",         "\u1112\u1161", "\u11AB",
        "\uE000"};
    switch (below(8)) {
      case 0:
      case 1:
        return any(texts);
      case 2:
      case 3:
        return "</" + any(names) + ">";
      default: {
        std::string tag = "<" + any(names);
        for (std::size_t i = below(3); i > 0; --i) tag += " " + attribute();
        return tag + (below(12) == 0 ? "/>" : below(40) == 0 ? "" : ">");
      }
    }
  }

  std::string attribute() {
    static constexpr const char* keys[] = {
        "href",     "src",   "id",   "class",  "style",       "onclick",       "title",
        "srcset",   "width", "type", "alt",    "data-src",    "colspan",       "lang",
        "controls", "name",  "cite", "poster", "data-poster", "data-lazy-src", "data-srcset"};
    static constexpr const char* values[] = {"x",
                                             "https://a.example/b",
                                             "javascript:x",
                                             "1",
                                             "#fn-1",
                                             "fn-1",
                                             "<img onerror=x>",
                                             "&quot;",
                                             "&gt;",
                                             "a b",
                                             "",
                                             "//c.example/d",
                                             "checkbox",
                                             "ko",
                                             "../가.png 2x, b.png",
                                             "data:x",
                                             "https://www.youtube.com/embed/1",
                                             "//www.youtube.com/embed/abc-DEF_123?a=1",
                                             "\u1112\u1161\u11AB",
                                             "/blur.png?w=80&h=60",
                                             "&#9;"};
    static constexpr const char* quotes[] = {"\"", "'", "", "`"};
    const std::string quote = any(quotes);
    return any(keys) + "=" + quote + any(values) + (below(30) == 0 ? "" : quote);
  }

  static constexpr const char* names[] = {"a",
                                          "b",
                                          "i",
                                          "p",
                                          "div",
                                          "span",
                                          "table",
                                          "tr",
                                          "td",
                                          "th",
                                          "tbody",
                                          "thead",
                                          "caption",
                                          "col",
                                          "colgroup",
                                          "ul",
                                          "ol",
                                          "li",
                                          "dl",
                                          "dd",
                                          "dt",
                                          "h1",
                                          "h2",
                                          "pre",
                                          "code",
                                          "blockquote",
                                          "img",
                                          "br",
                                          "hr",
                                          "em",
                                          "strong",
                                          "s",
                                          "u",
                                          "ruby",
                                          "rt",
                                          "rp",
                                          "details",
                                          "summary",
                                          "figure",
                                          "picture",
                                          "source",
                                          "video",
                                          "audio",
                                          "iframe",
                                          "script",
                                          "style",
                                          "svg",
                                          "math",
                                          "select",
                                          "option",
                                          "textarea",
                                          "title",
                                          "template",
                                          "noscript",
                                          "form",
                                          "input",
                                          "button",
                                          "font",
                                          "center",
                                          "x-y",
                                          "body",
                                          "html",
                                          "head",
                                          "nobr",
                                          "object",
                                          "xmp",
                                          "foreignObject",
                                          "mglyph",
                                          "mtext",
                                          "listing",
                                          "section",
                                          "sup",
                                          "small",
                                          "time",
                                          "track",
                                          "address",
                                          "frameset"};

  std::mt19937 random_;
};

TEST_CASE("Random tag soup comes out safe, balanced and stable [F-155]", "[ingest][sanitise]") {
  SanitiseOptions options{"https://blog.example/posts/first"};
  std::size_t with_markup = 0;
  for (unsigned seed = 1; seed <= 3000; ++seed) {
    const std::string soup = Soup(seed).cook(static_cast<int>(5 + seed % 60));
    options.text = {.compose_hangul = seed % 3 == 0, .drop_private_use = seed % 5 == 0};
    options.iframe_hosts =
        seed % 2 == 0 ? SanitiseOptions().iframe_hosts : std::vector<std::string>{};
    const CleanHtml clean = sanitise_html(soup, options);
    INFO("seed " << seed << "\nsoup " << soup << "\nclean " << clean.html);
    REQUIRE(danger_in(clean.html) == "");
    REQUIRE(imbalance_in(clean.html) == "");
    REQUIRE(clean_text(clean.html) == clean.html);
    REQUIRE(sanitise_html(clean.html, options).html == clean.html);
    REQUIRE(sanitise_html(clean.html, options).text == clean.text);
    for (const std::string& notice : clean.notices)
      REQUIRE(notice.find("without its markup") == std::string::npos);
    with_markup += clean.html.find('<') != std::string::npos;
  }
  CHECK(with_markup > 2500);
}

TEST_CASE("The cost of a parse is never underestimated", "[ingest][sanitise]") {
  // Deep and tangled on purpose: few names, few end tags.
  for (unsigned seed = 1; seed <= 1500; ++seed) {
    const std::string soup = Soup(seed).cook(static_cast<int>(20 + seed % 400));
    html::Notices notices;
    const html::Plain plain = html::to_plain_html(soup, html::Markup::all, notices);
    const SeenTree tree = see_html(plain.html);
    INFO("seed " << seed << "\nplain " << plain.html);
    REQUIRE(tree.max_depth <= plain.cost.max_depth() + 5);
    REQUIRE(tree.nodes <= plain.cost.work() + 5);
  }
}

}  // namespace
}  // namespace sosik
