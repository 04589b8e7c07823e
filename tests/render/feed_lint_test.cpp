#include "feed_lint.hpp"

#include <algorithm>
#include <map>
#include <pugixml.hpp>
// g++ 12 sees ghosts in std::regex once sanitizers are on.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <regex>
#include <set>

#include "catch.hpp"
#include "sosik/base/text.hpp"

namespace sosik::testing {
namespace {

using pugi::xml_node;

struct Lint {
  Findings findings;
  void expect(bool holds, const std::string& sentence) {
    if (!holds) findings.push_back(sentence);
  }
};

bool matches(const std::string& text, const char* pattern) {
  return std::regex_match(text, std::regex(pattern));
}
bool is_absolute_ascii_url(const std::string& url) {
  return matches(url, R"(https?://[A-Za-z0-9.-]+(:\d+)?(/[!-~]*)?)");  // F-004
}
bool is_rfc822(const std::string& date) {
  return matches(date,
                 "(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-3][0-9] "
                 "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{4} "
                 "[0-2][0-9]:[0-5][0-9]:[0-6][0-9] ([+-][0-9]{2}[03]0|GMT)");  // F-066
}
bool is_rfc3339(const std::string& date) {
  return matches(date, R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))");  // F-088
}

std::vector<std::string> names_of(xml_node parent) {
  std::vector<std::string> names;
  for (auto child : parent.children())
    if (child.type() == pugi::node_element) names.push_back(child.name());
  return names;
}

void each_element(xml_node node, const std::function<void(xml_node)>& visit) {
  for (auto child : node.children()) {
    if (child.type() != pugi::node_element) continue;
    visit(child);
    each_element(child, visit);
  }
}

// F-030: all on the root, each used.
void lint_namespaces(Lint& lint, xml_node root) {
  std::set<std::string> declared, used;
  for (auto attribute : root.attributes())
    if (std::string_view(attribute.name()).starts_with("xmlns:"))
      declared.insert(attribute.name() + 6);
  const auto note_prefix = [&](const std::string& name) {
    if (const auto colon = name.find(':'); colon != std::string::npos && !name.starts_with("xml"))
      used.insert(name.substr(0, colon));
  };
  each_element(root, [&](xml_node node) {
    note_prefix(node.name());
    for (auto attribute : node.attributes()) {
      note_prefix(attribute.name());
      lint.expect(!std::string_view(attribute.name()).starts_with("xmlns"),
                  "namespace declared below the root");
    }
  });
  lint.expect(declared == used, "namespaces declared are not those used");
}

void lint_common(Lint& lint, xml_node root) {
  lint_namespaces(lint, root);
  each_element(root, [&](xml_node node) {
    const bool is_empty_element =
        std::string_view(node.name()).ends_with("link") ||
        std::string_view(node.name()) == "enclosure" ||
        (std::string_view(node.name()) == "category" && node.attribute("term")) ||
        std::string_view(node.name()).starts_with("media:") ||
        std::string_view(node.name()) == "webfeeds:related" ||
        std::string_view(node.name()) == "at:deleted-entry";
    const bool holds_elements = node.first_child().type() == pugi::node_element ||
                                node.first_child().next_sibling().type() == pugi::node_element;
    const std::string value = node.text().get();
    if (!is_empty_element && !holds_elements)
      lint.expect(!is_blank(value), std::string("blank ") + node.name());
    for (auto bad : {"\xC2\x85", "\xEF\xBF\xBD"})  // F-023
      lint.expect(value.find(bad) == std::string::npos, "character the validator warns of");
  });
}

void lint_item(Lint& lint, xml_node item, std::set<std::string>& guids) {
  const auto names = names_of(item);
  const auto count = [&](const char* name) { return std::ranges::count(names, name); };
  const auto place = [&](const char* name) {
    return std::ranges::find(names, name) - names.begin();
  };
  for (auto once : {"link", "guid", "pubDate"})
    lint.expect(count(once) == 1, std::string("not one ") + once);
  for (auto at_most : {"title", "description", "content:encoded", "enclosure"})
    lint.expect(count(at_most) <= 1, std::string("several ") + at_most);
  lint.expect(count("title") + count("description") > 0, "item without title and description");
  lint.expect(count("author") == 0, "author where dc:creator is");
  if (count("content:encoded"))
    lint.expect(place("description") < place("content:encoded"),
                "description not before content:encoded");
  lint.expect(is_absolute_ascii_url(item.child_value("link")), "item link not absolute ASCII");
  lint.expect(is_rfc822(item.child_value("pubDate")), "pubDate");
  const std::string guid = item.child_value("guid"),
                    permalink = item.child("guid").attribute("isPermaLink").value();
  lint.expect(guids.insert(guid).second, "guid twice");
  lint.expect(permalink == "false" || (permalink == "true" && is_absolute_ascii_url(guid)),
              "isPermaLink");
  const std::string title = item.child_value("title");
  lint.expect(!matches(title, "[^]*(</[a-z]+>|&[a-z]+;)[^]*"), "markup in a title");
  for (auto enclosure : item.children("enclosure")) {
    lint.expect(is_absolute_ascii_url(enclosure.attribute("url").value()), "enclosure url");
    lint.expect(matches(enclosure.attribute("length").value(), "[0-9]+"), "enclosure length");
    lint.expect(matches(enclosure.attribute("type").value(), "[a-z]+/[a-z0-9.+-]+"),
                "enclosure type");
  }
}

}  // namespace

Findings lint_rss(const std::string& document, std::string_view fetched_from) {
  Lint lint;
  lint.expect(document.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"), "declaration");
  pugi::xml_document tree;
  lint.expect(static_cast<bool>(tree.load_string(document.c_str())), "not parsed");
  const xml_node rss = tree.child("rss"), channel = rss.child("channel");
  lint.expect(std::string_view(rss.attribute("version").value()) == "2.0", "version");
  lint_common(lint, rss);
  const auto names = names_of(channel);
  for (auto once :
       {"title", "link", "description", "language", "lastBuildDate", "ttl", "generator", "docs"})
    lint.expect(std::ranges::count(names, once) == 1, std::string("not one channel ") + once);
  const auto first_item = std::ranges::find(names, "item");
  lint.expect(std::all_of(first_item, names.end(), [](auto& n) { return n == "item"; }),
              "metadata after an item");
  const xml_node self = channel.find_child_by_attribute("atom:link", "rel", "self");
  lint.expect(self.attribute("href").value() == fetched_from, "self is not the address fetched");
  lint.expect(std::string_view(self.attribute("type").value()) == "application/rss+xml",
              "type of self");
  lint.expect(is_absolute_ascii_url(channel.child_value("link")), "channel link");
  lint.expect(is_rfc822(channel.child_value("lastBuildDate")), "lastBuildDate");
  lint.expect(matches(channel.child_value("ttl"), "[1-9][0-9]*"), "ttl");
  if (auto image = channel.child("image")) {
    lint.expect(std::string_view(image.child_value("title")) == channel.child_value("title"),
                "image title");
    lint.expect(std::string_view(image.child_value("link")) == channel.child_value("link"),
                "image link");
    lint.expect(matches(image.child_value("url"), ".*\\.(jpg|jpeg|gif|png)"), "image url");
  }
  std::set<std::string> guids;
  for (auto item : channel.children("item")) lint_item(lint, item, guids);
  return lint.findings;
}

Findings lint_atom(const std::string& document, std::string_view fetched_from) {
  Lint lint;
  pugi::xml_document tree;
  lint.expect(static_cast<bool>(tree.load_string(document.c_str())), "not parsed");
  const xml_node feed = tree.child("feed");
  lint_common(lint, feed);
  lint.expect(feed.attribute("xml:lang"), "no xml:lang");
  const auto names = names_of(feed);
  const auto first_entry = std::ranges::find(names, "entry");
  lint.expect(std::all_of(first_entry, names.end(), [](auto& n) { return n == "entry"; }),
              "metadata after an entry");
  lint.expect(
      feed.find_child_by_attribute("link", "rel", "self").attribute("href").value() == fetched_from,
      "self");
  lint.expect(*feed.child("author").child_value("name") != '\0', "no author");
  std::set<std::string> ids, moments;
  const auto lint_node = [&](xml_node node) {
    const auto children = names_of(node);
    for (auto once : {"title", "id", "updated"})
      lint.expect(std::ranges::count(children, once) == 1, std::string("not one ") + once);
    lint.expect(matches(node.child_value("id"), R"([a-z][a-z0-9+.-]*:[!-~]+)"),
                "id is no absolute URI");
    lint.expect(is_rfc3339(node.child_value("updated")), "updated");
    std::size_t alternates = 0;
    for (auto link : node.children("link")) {
      lint.expect(is_absolute_ascii_url(link.attribute("href").value()), "link href");
      alternates += std::string_view(link.attribute("rel").value()) == "alternate";
    }
    lint.expect(alternates == 1, "not one alternate");
  };
  lint_node(feed);
  for (auto entry : feed.children("entry")) {
    lint_node(entry);
    lint.expect(is_rfc3339(entry.child_value("published")), "published");
    lint.expect(ids.insert(entry.child_value("id")).second, "entry id twice");
    lint.expect(moments.insert(entry.child_value("updated")).second, "entry updated twice");
    lint.expect(entry.child("content") || entry.child("summary"), "entry without text");
    std::set<std::string> terms;
    for (auto category : entry.children("category"))
      lint.expect(terms.insert(category.attribute("term").value()).second, "category twice");
  }
  return lint.findings;
}

}  // namespace sosik::testing

using namespace sosik::testing;

TEST_CASE("The lint of our tests finds what the W3C validator was measured to find",
          "[render][lint]") {
  const std::string clean = R"(<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>t</title><link>https://a.example/</link>
<description>d</description><atom:link rel="self" type="application/rss+xml" href="https://a.example/rss.xml"/>
<language>ko</language><lastBuildDate>Mon, 23 Nov 2026 18:05:09 +0900</lastBuildDate><ttl>5</ttl>
<generator>g</generator><docs>https://d.example/</docs><item><title>i</title><link>https://a.example/1</link>
<guid isPermaLink="false">tag:a.example,2026:/1</guid><pubDate>Mon, 23 Nov 2026 18:05:09 +0900</pubDate></item>
</channel></rss>)";
  const std::string self = "https://a.example/rss.xml";
  REQUIRE(lint_rss(clean, self) == Findings{});
  const auto [from, to] = GENERATE(table<std::string, std::string>({
      {"+0900</pubDate>", "KST</pubDate>"},
      {"isPermaLink=\"false\"", "isPermaLink=\"true\""},
      {"https://a.example/1<", "https://a.example/글<"},
      {"<title>i</title>", "<title> </title>"},
      {"<title>i</title>", "<title>&lt;b&gt;i&lt;/b&gt;</title>"},
      {"</item>", "<author>a@b.example</author></item>"},
      {"</item>", "</item><copyright>c</copyright>"},
      {"xmlns:atom", "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:atom"},
      {"<ttl>5<", "<ttl>0<"},
      {"/rss.xml\"", "/feed\""},
      {"</item>", "<enclosure url=\"https://a.example/a\" length=\"-1\" type=\"a/b\"/></item>"},
  }));
  std::string broken = clean;
  broken.replace(broken.find(from), from.size(), to);
  INFO(to);
  CHECK(lint_rss(broken, self).size() == 1);
}
