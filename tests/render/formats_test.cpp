// Rules of formats.md sections 3 to 5 beyond what the golden cases show at a glance.
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <set>

#include "../support/feed_json.hpp"
#include "catch.hpp"
#include "sosik/render/atom.hpp"
#include "sosik/render/json_feed.hpp"
#include "sosik/render/render.hpp"
#include "sosik/render/rss.hpp"
#include "source_dir.hpp"

using namespace sosik;
using nlohmann::ordered_json;

namespace {

Feed feed(const char* json = R"({"entries":[{}]})") {
  return testing::feed_from(nlohmann::json::parse(json));
}

struct Rss {
  explicit Rss(const Feed& feed) {
    document.load_string(render_rss(feed).c_str());
    channel = document.child("rss").child("channel");
    item = channel.child("item");
  }
  pugi::xml_document document;
  pugi::xml_node channel, item;
};

struct Atom {
  explicit Atom(const Feed& feed_value) {
    document.load_string(render_atom(feed_value).c_str());
    feed = document.child("feed");
    entry = feed.child("entry");
  }
  pugi::xml_document document;
  pugi::xml_node feed, entry;
};

}  // namespace

TEST_CASE("An RSS guid is a permalink only when it is the post's own address",
          "[render][rss][F-056]") {
  Feed f = feed();
  f.entries[0].id = "tag:blog.example,2026:/1";
  CHECK(std::string(Rss(f).item.child("guid").attribute("isPermaLink").value()) == "false");
  f.entries[0].id = f.entries[0].url;
  CHECK(std::string(Rss(f).item.child("guid").attribute("isPermaLink").value()) == "true");
  f.entries[0].id = "http://old.example/1";
  CHECK(std::string(Rss(f).item.child("guid").attribute("isPermaLink").value()) == "false");
}

TEST_CASE("The id is the same in all three formats, byte for byte", "[render][F-001][F-003]") {
  const Feed f = feed(R"({"entries":[{"id":"http://old.example/archives/12?a=1&b=2"}]})");
  const std::string id = f.entries[0].id;
  CHECK(Rss(f).item.child_value("guid") == id);
  CHECK(Atom(f).entry.child_value("id") == id);
  CHECK(ordered_json::parse(render_json_feed(f))["items"][0]["id"] == id);
}

TEST_CASE("RSS carries the first enclosure, Atom and JSON Feed all of them",
          "[render][F-063][F-099][F-116]") {
  const Feed f =
      testing::feed_from_file(testing::source_dir() / "tests/golden/two-enclosures/input.json");
  const Rss rss(f);
  CHECK(std::string(rss.item.child("enclosure").attribute("length").value()) == "12345678");
  CHECK(!rss.item.child("enclosure").next_sibling("enclosure"));
  const Atom atom(f);
  int links = 0;
  for (auto link : atom.entry.children("link"))
    links += std::string(link.attribute("rel").value()) == "enclosure";
  CHECK(links == 2);
  const auto attachments = ordered_json::parse(render_json_feed(f))["items"][0]["attachments"];
  REQUIRE(attachments.size() == 2);
  CHECK(attachments[0]["duration_in_seconds"] == 1830);
  CHECK(!attachments[1].contains("size_in_bytes"));
}

TEST_CASE("An enclosure of unknown size has length 0 in RSS, never less", "[render][rss][F-063]") {
  Feed f = feed();
  f.entries[0].enclosures = {{"https://media.example/a.mp3", "audio/mpeg", -1, "", 0}};
  CHECK(std::string(Rss(f).item.child("enclosure").attribute("length").value()) == "0");
}

TEST_CASE("A feed of summaries holds no full text in any format", "[render][F-011]") {
  Feed f = feed(
      R"({"content":"summary","entries":[{"content_html":"<p>secret</p>"},{"content_html":"<p>secret</p>","summary":""}]})");
  CHECK_THAT(render_rss(f), !Catch::Contains("secret") && !Catch::Contains("content"));
  CHECK_THAT(render_atom(f), !Catch::Contains("secret") && !Catch::Contains("<content"));
  CHECK_THAT(render_json_feed(f), !Catch::Contains("secret") && !Catch::Contains("content_html"));
  const auto items = ordered_json::parse(render_json_feed(f))["items"];
  CHECK(items[0]["content_text"] == "짧은 요약입니다.");
  CHECK(items[1]["content_text"] == "글 1");
}

TEST_CASE("An icon that RSS does not allow is left out of it", "[render][rss][F-051]") {
  Feed f = feed();
  const auto [url, is_allowed] =
      GENERATE(table<std::string, bool>({{"https://blog.example/i.png", true},
                                         {"https://blog.example/i.jpg?v=2", true},
                                         {"https://blog.example/i.svg", false},
                                         {"https://blog.example/i.webp", false},
                                         {"", false}}));
  f.icon_url = url;
  CHECK(static_cast<bool>(Rss(f).channel.child("image")) == is_allowed);
}

TEST_CASE("Only what changed the feed moves its date", "[render][H-118]") {
  Feed f = feed();
  f.changed_at = from_unix_ms(1'795'424'709'000);
  CHECK(std::string(Rss(f).channel.child_value("lastBuildDate")) ==
        "Mon, 23 Nov 2026 18:05:09 +0900");
  CHECK(std::string(Atom(f).feed.child_value("updated")) == "2026-11-23T18:05:09+09:00");
}

TEST_CASE("A feed without an author still has one in Atom", "[render][atom][F-081]") {
  Feed f = feed(R"({"author":{"name":" "}})");
  CHECK(std::string(Atom(f).feed.child("author").child_value("name")) == "소식 블로그");
  CHECK_THAT(render_json_feed(f), !Catch::Contains("author"));
}

TEST_CASE("A language is said of an entry only where it differs", "[render][F-093][F-118]") {
  Feed f = feed(R"({"entries":[{"language":"en"},{"language":"ko"},{}]})");
  const Atom atom(f);
  CHECK(std::string(atom.entry.attribute("xml:lang").value()) == "en");
  CHECK(!atom.entry.next_sibling("entry").attribute("xml:lang"));
  const auto items = ordered_json::parse(render_json_feed(f))["items"];
  CHECK(items[0]["language"] == "en");
  CHECK(!items[1].contains("language"));
  CHECK(!items[2].contains("language"));
}

TEST_CASE("Entries that differ by milliseconds keep their order in Atom", "[render][atom][F-087]") {
  const Feed f = testing::feed_from_file(testing::source_dir() /
                                         "tests/golden/same-second-updates/input.json");
  const Atom atom(f);
  std::vector<std::string> dates;
  for (auto entry : atom.feed.children("entry")) dates.push_back(entry.child_value("updated"));
  CHECK(std::is_sorted(dates.rbegin(), dates.rend()));
  CHECK(std::set<std::string>(dates.begin(), dates.end()).size() == dates.size());
}

TEST_CASE("The date of an entry in Atom stays when a neighbour goes", "[render][atom][F-089]") {
  Feed f = testing::feed_from_file(testing::source_dir() /
                                   "tests/golden/same-second-updates/input.json");
  while (f.entries.size() > 1) {
    const std::string before = Atom(f).entry.child_value("updated");
    f.entries.pop_back();
    CHECK(Atom(f).entry.child_value("updated") == before);
  }
}

TEST_CASE("JSON members that are absent are omitted, never null", "[render][json][F-122]") {
  const Feed f =
      feed(R"({"description":"","author":{"name":""},"entries":[{"title":"","authors":[]}]})");
  const std::string json = render_json_feed(f);
  CHECK_THAT(json, !Catch::Contains("null") && !Catch::Contains("\"\"") && !Catch::Contains("[]"));
  CHECK_THAT(json, !Catch::Contains("\"description\"") && !Catch::Contains("hubs"));
}

TEST_CASE("JSON holds Hangul and slashes as they are", "[render][json][K-080][F-121]") {
  CHECK_THAT(render_json_feed(feed()),
             Catch::Contains("소식 블로그") && !Catch::Contains("\\/") && !Catch::Contains("\\u"));
}

TEST_CASE("Hubs and self are the same values in all formats", "[render][N-002][N-005]") {
  const Feed f = feed(R"({"hubs":["https://hub.example/?a=1&b=2"]})");
  const std::string hub = f.hubs[0];
  CHECK(
      Rss(f).channel.find_child_by_attribute("atom:link", "rel", "hub").attribute("href").value() ==
      hub);
  CHECK(Atom(f).feed.find_child_by_attribute("link", "rel", "hub").attribute("href").value() ==
        hub);
  const auto json = ordered_json::parse(render_json_feed(f));
  CHECK(json["hubs"][0]["url"] == hub);
  CHECK(json["feed_url"] == f.json_url);
}

TEST_CASE("What we render parses back to the same entries", "[render]") {
  Feed f = feed(
      R"({"entries":[{"title":"1 < 2 & \"a\" ]]>","content_html":"<p>a &amp; b ]]> <br></p>\n","summary":"< & >"},{}]})");
  const Rss rss(f);
  const Atom atom(f);
  const auto json = ordered_json::parse(render_json_feed(f))["items"][0];
  CHECK(rss.item.child_value("title") == f.entries[0].title);
  CHECK(rss.item.child_value("content:encoded") == f.entries[0].content_html);
  CHECK(std::string(rss.item.child_value("description")) == "&lt; &amp; &gt;");  // HTML (F-061)
  CHECK(atom.entry.child_value("title") == f.entries[0].title);
  CHECK(atom.entry.child_value("content") == f.entries[0].content_html);
  CHECK(atom.entry.child_value("summary") == f.entries[0].summary);
  CHECK(json["title"] == f.entries[0].title);
  CHECK(json["content_html"] == f.entries[0].content_html);
}

TEST_CASE("No text whatever breaks a document", "[render][gate]") {
  // Every byte, alone and after others, in every place where text goes (F-014).
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  const std::string nasty = GENERATE_COPY(
      values<std::string>({all, "]]>", "<!--", "<![CDATA[", "&#0;", "\xED\xA0\x80\xED\xB0\x80",
                           "--><script>", "\xF0\x9F", "\x7F\x80\x9F\xC2\x85"}));
  Feed f = feed(
      R"({"hubs":["x"],"entries":[{"tags":["x"],"categories":[{"path":"x","label":"x"}],"enclosures":[{}]}]})");
  f.title = f.description = f.language = f.copyright = f.icon_url = f.home_url = f.rss_url = f.id =
      nasty;
  f.hubs[0] = f.author.name = f.author.url = f.json_url = f.atom_url = f.html_url = nasty;
  Entry& e = f.entries[0];
  e.title = e.summary = e.content_html = e.id = e.url = e.tags[0] = e.language = nasty;
  e.categories[0] = {nasty, nasty};
  e.authors[0] = {nasty, nasty, nasty, nasty};
  e.enclosures[0] = {nasty, nasty, 1, nasty, 1};
  for (const auto& document : {render_rss(f), render_atom(f)}) {
    const auto checked = check_xml(document);
    INFO((checked ? "" : checked.error().detail));
    CHECK(checked.has_value());
  }
  CHECK(ordered_json::accept(render_json_feed(f)));
  CHECK(check_document(render_index_page(f), Format::html).has_value());
  CHECK(check_document(render_post_page(f, e), Format::html).has_value());
}

TEST_CASE("Media types are those of the registry, byte for byte", "[render][H-257]") {
  CHECK(media_type(Format::rss) == "application/rss+xml; charset=utf-8");
  CHECK(media_type(Format::atom) == "application/atom+xml; charset=utf-8");
  CHECK(media_type(Format::json) == "application/feed+json");
  CHECK(media_type(Format::html) == "text/html; charset=utf-8");
}
