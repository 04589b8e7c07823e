// What documents say of their place in the feed's history (RFC 5005, H-200 to H-206).
#include <map>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "../support/feed_json.hpp"
#include "catch.hpp"
#include "feed_lint.hpp"
#include "sosik/render/atom.hpp"
#include "sosik/render/json_feed.hpp"
#include "sosik/render/rss.hpp"

using namespace sosik;
using nlohmann::json;

namespace {

const char* const urls = R"({"rss":"https://blog.example/archive/N/rss.xml",
  "atom":"https://blog.example/archive/N/atom.xml","json":"https://blog.example/archive/N/feed.json"})";

json urls_of(const std::string& page) {
  std::string text = urls;
  for (std::size_t at; (at = text.find("/N/")) != std::string::npos;)
    text.replace(at, 3, "/" + page + "/");
  return json::parse(text);
}

Feed feed_with(const json& history) {
  return testing::feed_from({{"history", history}, {"entries", {json::object(), json::object()}}});
}

using Links = std::map<std::string, std::string>;

// The links of RFC 5005, by rel, and fh: elements with "". Entries included: there, too, none may
// be.
void collect(pugi::xml_node node, Links& links) {
  const std::string name = node.name(), rel = node.attribute("rel").value();
  if (name.starts_with("fh:")) links[name] = "";
  if (rel == "current" || rel.ends_with("-archive"))
    links[rel] = std::string(node.parent().name()) + " " + node.attribute("href").value();
  for (const auto child : node.children()) collect(child, links);
}

Links links_of(const std::string& document) {
  pugi::xml_document xml;
  REQUIRE(xml.load_string(document.c_str()));
  Links links;
  collect(xml, links);
  return links;
}

void check_gate(const Feed& feed) {
  CHECK(testing::lint_rss(render_rss(feed), feed.rss_url).empty());
  CHECK(testing::lint_atom(render_atom(feed), feed.atom_url).empty());
  CHECK(testing::lint(render_json_feed(feed), Format::json, feed.json_url).empty());
}

}  // namespace

TEST_CASE("A complete document says so, and leads nowhere else", "[render][H-200]") {
  const Feed feed = feed_with({{"is_complete", true}, {"previous", urls_of("1")}});
  CHECK(links_of(render_rss(feed)) == Links{{"fh:complete", ""}});
  CHECK(links_of(render_atom(feed)) == Links{{"fh:complete", ""}});
  CHECK(!json::parse(render_json_feed(feed)).contains("next_url"));
  check_gate(feed);
}

TEST_CASE("A subscription document leads to the newest archive only",
          "[render][H-202][H-205][H-206]") {
  const Feed feed = feed_with({{"previous", urls_of("7")}});
  CHECK(links_of(render_rss(feed)) ==
        Links{{"prev-archive", "channel https://blog.example/archive/7/rss.xml"}});
  CHECK(links_of(render_atom(feed)) ==
        Links{{"prev-archive", "feed https://blog.example/archive/7/atom.xml"}});
  CHECK(json::parse(render_json_feed(feed))["next_url"] ==
        "https://blog.example/archive/7/feed.json");
  check_gate(feed);
}

TEST_CASE("An archive leads to its neighbours and to the subscription document",
          "[render][H-202][H-205]") {
  const json current = {{"rss", "https://blog.example/rss.xml"},
                        {"atom", "https://blog.example/atom.xml"},
                        {"json", "https://blog.example/feed.json"}};
  Feed feed = feed_with({{"is_archive", true},
                         {"current", current},
                         {"previous", urls_of("1")},
                         {"next", urls_of("3")}});
  feed.rss_url = urls_of("2")["rss"];
  feed.atom_url = urls_of("2")["atom"];
  feed.json_url = urls_of("2")["json"];
  CHECK(links_of(render_rss(feed)) ==
        Links{{"fh:archive", ""},
              {"current", "channel https://blog.example/rss.xml"},
              {"next-archive", "channel https://blog.example/archive/3/rss.xml"},
              {"prev-archive", "channel https://blog.example/archive/1/rss.xml"}});
  CHECK(links_of(render_atom(feed)) ==
        Links{{"fh:archive", ""},
              {"current", "feed https://blog.example/atom.xml"},
              {"next-archive", "feed https://blog.example/archive/3/atom.xml"},
              {"prev-archive", "feed https://blog.example/archive/1/atom.xml"}});
  CHECK(json::parse(render_json_feed(feed))["next_url"] ==
        "https://blog.example/archive/1/feed.json");
  check_gate(feed);

  feed.history.previous = {};  // the oldest
  CHECK(!links_of(render_rss(feed)).contains("prev-archive"));
  CHECK(!links_of(render_atom(feed)).contains("prev-archive"));
  CHECK(!json::parse(render_json_feed(feed)).contains("next_url"));
  check_gate(feed);
}

TEST_CASE("A feed without a history has no word of RFC 5005", "[render][H-202][F-030]") {
  const Feed feed = feed_with(json::object());
  CHECK(links_of(render_rss(feed)).empty());
  CHECK(links_of(render_atom(feed)).empty());
  CHECK(render_rss(feed).find("history") == std::string::npos);
  CHECK(render_atom(feed).find("history") == std::string::npos);
  CHECK(!json::parse(render_json_feed(feed)).contains("next_url"));
}
