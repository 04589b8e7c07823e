// Elements of other namespaces (formats.md section 6), and that they are there only when they have
// something to say.
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "../support/feed_json.hpp"
#include "catch.hpp"
#include "sosik/render/atom.hpp"
#include "sosik/render/json_feed.hpp"
#include "sosik/render/opml.hpp"
#include "sosik/render/render.hpp"
#include "sosik/render/rss.hpp"

using namespace sosik;
using nlohmann::json;

namespace {

struct Xml {
  explicit Xml(const std::string& text) { document.load_string(text.c_str()); }
  pugi::xml_node rss_item() const { return document.child("rss").child("channel").child("item"); }
  pugi::xml_node atom_entry() const { return document.child("feed").child("entry"); }
  pugi::xml_document document;
};

std::string value(pugi::xml_node node, const char* attribute) {
  return node.attribute(attribute).value();
}

}  // namespace

TEST_CASE("A feed without extras declares no namespace that it does not use",
          "[render][F-030][F-032]") {
  const Feed feed = testing::feed_from(json::parse(R"({"entries":[{}]})"));
  for (const std::string& document : {render_rss(feed), render_atom(feed)})
    for (const char* ns : {"mrss", "slash", "thread", "tombstones", "webfeeds", "scripting"})
      CHECK(document.find(ns) == std::string::npos);
}

TEST_CASE("Comments are said in the words of each format", "[render][F-055][F-067][F-100]") {
  const Feed feed = testing::feed_from(json::parse(
      R"({"entries":[{"comments_url":"https://blog.example/a#c","comment_count":0}]})"));
  const Xml rss(render_rss(feed)), atom(render_atom(feed));
  CHECK(std::string(rss.rss_item().child_value("comments")) == "https://blog.example/a#c");
  CHECK(std::string(rss.rss_item().child_value("slash:comments")) == "0");
  const auto link = atom.atom_entry().find_child_by_attribute("link", "rel", "replies");
  CHECK(value(link, "href") == "https://blog.example/a#c");
  CHECK(value(link, "thr:count") == "0");
  CHECK(value(link, "type") == "text/html");
  const auto item = json::parse(render_json_feed(feed))["items"][0];
  CHECK(item["_comments"] == json{{"url", "https://blog.example/a#c"}, {"count", 0}});
}

TEST_CASE("The lead image has content and thumbnail, with sizes when they are known",
          "[render][F-031][F-132]") {
  const Feed feed = testing::feed_from(json::parse(
      R"({"entries":[{"image":{"url":"https://i.example/a.jpg?x=1","width":640,"height":480}},
                     {"image":{"url":"https://i.example/b"}}]})"));
  const Xml rss(render_rss(feed)), atom(render_atom(feed));
  CHECK(value(rss.document.child("rss"), "xmlns:media") == "http://search.yahoo.com/mrss/");
  for (const auto& entry : {rss.rss_item(), atom.atom_entry()}) {
    const auto content = entry.child("media:content"), thumbnail = entry.child("media:thumbnail");
    CHECK(value(content, "url") == "https://i.example/a.jpg?x=1");
    CHECK(value(content, "type") == "image/jpeg");
    CHECK(value(content, "medium") == "image");
    CHECK(value(content, "width") == "640");
    CHECK(value(thumbnail, "height") == "480");
    const auto second = entry.next_sibling().next_sibling();
    CHECK_FALSE(second.child("media:content").attribute("type"));
    CHECK_FALSE(second.child("media:content").attribute("width"));
    CHECK_FALSE(second.child("media:group"));
  }
}

TEST_CASE("What the validator warns of is there only when it is asked for",
          "[render][F-032][F-102][F-137][F-138]") {
  auto input = json::parse(
      R"({"icon_url":"https://blog.example/i.svg","entries":[{}],
          "tombstones":[{"id":"tag:blog.example,2026:/9","when":"2026-11-20T00:00:00Z"}]})");
  const std::string plain = render_atom(testing::feed_from(input));
  CHECK(plain.find("deleted-entry") == std::string::npos);
  input["extensions"] = {"tombstones", "webfeeds", "source"};
  const Feed feed = testing::feed_from(input);
  const Xml atom(render_atom(feed)), rss(render_rss(feed));
  const auto deleted = atom.document.child("feed").child("at:deleted-entry");
  CHECK(value(deleted, "ref") == "tag:blog.example,2026:/9");
  CHECK(value(deleted, "when") == "2026-11-20T09:00:00+09:00");
  const auto channel = rss.document.child("rss").child("channel");
  CHECK(std::string(channel.child_value("webfeeds:icon")) == "https://blog.example/i.svg");
  CHECK(std::string(channel.child_value("source:self")) == feed.rss_url);
  CHECK(std::string(atom.document.child("feed").child_value("source:self")) == feed.atom_url);
  CHECK(render_rss(feed).find("deleted-entry") == std::string::npos);
  CHECK(render_json_feed(feed).find("2026:/9") == std::string::npos);
}

TEST_CASE("The hint how often to look agrees with ttl", "[render][rss][F-049][F-130]") {
  const auto [ttl, period, frequency] =
      GENERATE(table<int, std::string, std::string>({{1, "hourly", "60"},
                                                     {5, "hourly", "12"},
                                                     {45, "hourly", "1"},
                                                     {60, "hourly", "1"},
                                                     {61, "daily", "23"},
                                                     {720, "daily", "2"},
                                                     {1440, "daily", "1"},
                                                     {0, "hourly", "60"}}));
  INFO(ttl);
  Feed feed = testing::feed_from(json::object());
  feed.ttl_minutes = ttl;
  const Xml rss(render_rss(feed));
  const auto channel = rss.document.child("rss").child("channel");
  CHECK(channel.child_value("sy:updatePeriod") == period);
  CHECK(channel.child_value("sy:updateFrequency") == frequency);
}

TEST_CASE("OPML names every feed with title, type and both addresses", "[render][opml][F-200]") {
  FeedList list;
  list.title = "R&D <블로그>";
  list.owner = "김\x08소식";
  list.feeds = {{"모든 글", "설명", "ko", "https://a.example/rss.xml", "https://a.example/"},
                {"개발", "", "", "https://a.example/dev/rss.xml", "https://a.example/dev/feed"}};
  list.categories = {{"블로그 — 조직/팀", "", "ko", "https://a.example/category/x/rss.xml",
                      "https://a.example/category/x/feed"}};
  const std::string document = render_opml_checked(list).value();
  const Xml opml(document);
  const auto root = opml.document.child("opml");
  CHECK(value(root, "version") == "2.0");
  CHECK(std::string(root.child("head").child_value("title")) == "R&D <블로그>");
  CHECK(std::string(root.child("head").child_value("ownerName")) == "김소식");
  const auto first = root.child("body").child("outline");
  CHECK(value(first, "type") == "rss");
  CHECK(value(first, "text") == "모든 글");
  CHECK(value(first, "title") == "모든 글");
  CHECK(value(first, "xmlUrl") == "https://a.example/rss.xml");
  CHECK(value(first, "htmlUrl") == "https://a.example/");
  CHECK_FALSE(first.next_sibling("outline").attribute("description"));
  const auto group = first.next_sibling("outline").next_sibling("outline");
  CHECK_FALSE(group.attribute("xmlUrl"));
  CHECK(value(group.child("outline"), "xmlUrl") == "https://a.example/category/x/rss.xml");
  list.categories.clear();
  CHECK(render_opml_checked(list).value().find("카테고리") == std::string::npos);
  CHECK(media_type(Format::opml) == "text/x-opml; charset=utf-8");
}
