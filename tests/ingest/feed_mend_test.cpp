// Broken and old feeds that once lost text on the way in.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "catch.hpp"
#include "sosik/ingest/feed_import.hpp"
#include "source_dir.hpp"

using namespace sosik;

namespace {

FoundFeed read(std::string_view bytes) {
  return read_feed(bytes, "", "https://old.example/feed", {}).value();
}

std::string rss(const std::string& title) {
  return "<rss version=\"2.0\"><channel><item><guid>1</guid><title>" + title +
         "</title><pubDate>Mon, 09 Mar 2026 21:10:00 +0900</pubDate></item>"
         "<item><guid>2</guid><title>둘</title></item></channel></rss>";
}

FoundFeed fixture(const std::string& name) {
  std::ifstream file(testing::source_dir() / "tests/ingest/feeds" / name, std::ios::binary);
  return read(std::string(std::istreambuf_iterator<char>(file), {}));
}

}  // namespace

TEST_CASE("What is certainly meant in broken XML is read, and all that follows it",
          "[ingest][feed_import][F-028]") {
  auto [written, title] = GENERATE(table<std::string, std::string>({
      {"1 < 2", "1 < 2"},
      {"a <3 b <", "a <3 b <"},
      {"&#147;말&#148;&#x85;", "“말”…"},  // Windows' characters, as browsers read them
      {"caf&eacute; &Omega; &hearts;", "café Ω ♥"},
      {"&DoubleLongLeftRightArrow;", "⟺"},
      {"&foobar; 있음", "&foobar; 있음"},
      {"&nothing;", "&nothing;"},  // not "&not" and more
      {"&#99999999999;넘침", "넘침"},
      {"<![CDATA[1 < 2 &#147;]]>", "1 < 2 &#147;"},
  }));
  INFO(written);
  const auto found = read(rss(written));
  REQUIRE(found.posts.size() == 2);
  CHECK(found.posts[0].post.title == title);
  CHECK(found.posts[1].post.title == "둘");
}

TEST_CASE("Entities of a document type are neither expanded nor fetched",
          "[ingest][feed_import][F-028]") {
  const auto found = read(
      "<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;>'>"
      "<!ENTITY file SYSTEM 'file:///etc/passwd'>]>" +
      rss("&b; &file;"));
  CHECK(found.posts.at(0).post.title == "&b; &file;");
}

TEST_CASE("XHTML becomes HTML with its spaces, and breaks that break once",
          "[ingest][feed_import][F-090]") {
  const auto found = read(
      "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:h='http://www.w3.org/1999/xhtml'>"
      "<entry><id>a</id><title>t</title><updated>2026-01-01T00:00:00Z</updated>"
      "<content type='xhtml'>\n <h:div><h:a name='x'/><h:b>가</h:b> <h:i>나</h:i><h:br/>"
      "<h:img src='/a.png'/>a &lt; b</h:div>\n</content></entry></feed>");
  CHECK(found.posts.at(0).post.body ==
        "<a name=\"x\"></a><b>가</b> <i>나</i><br/><img src=\"/a.png\"/>a &lt; b");
}

TEST_CASE("RSS 0.90 is called so", "[ingest][feed_import]") {
  CHECK(read("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
             "xmlns='http://my.netscape.com/rdf/simple/0.9/'><channel><title>옛</title></channel>"
             "<item><title>글</title><link>https://a.example/1</link></item></rdf:RDF>")
            .kind == "RSS 0.90");
}

TEST_CASE("A feed of Tistory moves in from CP949 too, syllables beyond KS X 1001 included",
          "[ingest][feed_import][K-040]") {
  const auto found = fixture("tistory-euc-kr.xml");
  REQUIRE(found.posts.size() == 2);
  CHECK(found.notices.empty());
  CHECK(found.posts[0].post.body ==
        "<p>볕이 드는 쪽에 <b>상추</b>를 심었다.&nbsp;똠방각하도 왔다.</p>");
  CHECK(found.posts[1].post.title == "된장 담그기");
}

TEST_CASE("RSS 1.0 of an old MovableType moves in", "[ingest][feed_import]") {
  const auto found = fixture("movabletype.xml");
  REQUIRE(found.posts.size() == 1);
  const Post& post = found.posts[0].post;
  CHECK(found.kind == "RSS 1.0");
  CHECK(post.guid == "http://old.example/mt/archives/000017.html");
  CHECK(post.title == "필름 카메라");
  CHECK(post.summary == "서랍에서 필름이 나왔다...");
  CHECK(post.body == "<p>서랍에서 필름이 나왔다. 스무 해 만에 인화했다.</p>");
  CHECK(post.authors.at(0).name == "서랍지기");
}
