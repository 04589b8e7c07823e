// Feeds of other engines, as they are found, to posts. The files in feeds/ are written after the
// shapes of the engines they are named after.
#include "sosik/ingest/feed_import.hpp"

#include <chrono>
#include <fstream>
#include <iterator>

#include "catch.hpp"
#include "sosik/base/text.hpp"
#include "source_dir.hpp"

using namespace sosik;

namespace {

std::string file(const char* name) {
  std::ifstream in(testing::source_dir() / "tests/ingest/feeds" / name, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

FeedImportOptions options() {
  FeedImportOptions options;
  options.zone = TimeZone::named("Asia/Seoul").value();
  return options;
}

FoundFeed read(std::string_view bytes, std::string_view url = "", std::string_view charset = "") {
  auto feed = read_feed(bytes, charset, url, options());
  if (!feed) FAIL(feed.error().detail);
  return *std::move(feed);
}

std::string rss(std::string_view items) {
  return "<rss version=\"2.0\"><channel><title>시험</title>" + std::string(items) +
         "</channel></rss>";
}

Post only(std::string_view items) {
  auto feed = read(rss(items));
  REQUIRE(feed.posts.size() == 1);
  return feed.posts.front().post;
}

Timestamp at(std::string_view text) { return parse_date(text, TimeZone::utc()).value(); }

std::vector<std::string> tags_of(const Post& post) {
  std::vector<std::string> tags;
  for (const auto& tag : post.tags) tags.push_back(tag.tag);
  return tags;
}

}  // namespace

TEST_CASE("A feed of Tistory moves in", "[ingest][feed_import][F-003]") {
  const auto feed = read(file("tistory.xml"));
  CHECK(feed.kind == "RSS 2.0");
  CHECK(feed.title == "느린 걸음");
  CHECK(feed.notices.empty());
  REQUIRE(feed.posts.size() == 2);
  const Post& post = feed.posts[0].post;
  CHECK(post.guid == "https://slowstep.tistory.example/212");
  CHECK(post.source == "feed");
  CHECK(post.source_key == post.guid);
  CHECK(post.url == "https://slowstep.tistory.example/212");
  CHECK(post.status == PostStatus::published);
  CHECK(post.published_at == at("2026-11-03T12:00:00Z"));
  CHECK(post.body_format == BodyFormat::html);
  CHECK(post.body.starts_with("<p data-ke-size=\"size16\">새벽 세 시의"));
  REQUIRE(post.categories.size() == 1);
  CHECK(post.categories[0].path == "개발 이야기/운영");
  CHECK(tags_of(post) == std::vector<std::string>{"장애 대응", "온콜"});
  REQUIRE(post.authors.size() == 1);
  CHECK(post.authors[0].name == "느린이");
  CHECK(post.comments_url == "https://slowstep.tistory.example/212#entry212comment");
  const Post& other = feed.posts[1].post;
  CHECK(other.title == "가을 산책 & 커피");
  CHECK(other.guid == "https://slowstep.tistory.example/entry/가을-산책");  // byte for byte
  CHECK(other.url ==
        "https://slowstep.tistory.example/entry/%EA%B0%80%EC%9D%84-%EC%82%B0%EC%B1%85");
  CHECK(other.published_at == at("2026-10-31T00:30:00Z"));  // KST (K-075)
}

TEST_CASE("A feed of WordPress moves in", "[ingest][feed_import][F-003]") {
  const auto feed = read(file("wordpress.xml"));
  CHECK(feed.is_wordpress);
  REQUIRE(feed.posts.size() == 1);
  const Post& post = feed.posts[0].post;
  CHECK(post.title == "회고는 왜 어려운가 – 첫 번째");
  CHECK(post.guid == "https://team.example/?p=1031");
  CHECK(post.url == "https://team.example/2026/11/retro/");
  CHECK(post.summary == "솔직함은 안전함에서 나온다. […]");
  CHECK(post.body.find("<em>안전</em>") != std::string::npos);
  CHECK(post.comment_count == 7);
  CHECK(post.comments_url == "https://team.example/2026/11/retro/#comments");
  REQUIRE(post.categories.size() == 1);
  CHECK(post.categories[0].path == "조직");
  CHECK(tags_of(post) == std::vector<std::string>{"회고"});
  CHECK(post.authors.at(0).name == "최민");
}

TEST_CASE("A feed of Blogger moves in, and says where older posts are",
          "[ingest][feed_import][H-201]") {
  const auto feed = read(file("blogger.xml"), "https://library.example/feeds/posts/default");
  CHECK(feed.kind == "Atom 1.0");
  CHECK(feed.older_url ==
        "https://library.example/feeds/posts/default?start-index=26&max-results=25");
  REQUIRE(feed.posts.size() == 1);
  const Post& post = feed.posts[0].post;
  CHECK(post.guid == "tag:blogger.com,1999:blog-77.post-5");
  CHECK(post.url == "https://library.example/2026/10/winter.html");
  CHECK(post.body == "<p>눈이 오면 <b>두꺼운 책</b>을 편다.</p>");
  CHECK(post.published_at == at("2026-10-18T23:00:00.001Z"));
  CHECK(post.updated_at == at("2026-10-20T01:11:12.345Z"));
  CHECK(post.comments_url == "https://library.example/2026/10/winter.html#comment-form");
  CHECK(post.comment_count == 3);
  CHECK(tags_of(post) == std::vector<std::string>{"서평", "소설"});
}

TEST_CASE("A feed of Jekyll moves in with its base, language and picture",
          "[ingest][feed_import]") {
  const auto feed = read(file("jekyll.xml"));
  REQUIRE(feed.posts.size() == 1);
  const Post& post = feed.posts[0].post;
  CHECK(post.title == "Templates & macros");
  CHECK(post.base_url == "https://dev.example/2026/09/01/templates.html");
  CHECK(post.language == "en");
  CHECK(post.summary == "Short.");
  REQUIRE(post.image);
  CHECK(*post.image == Image{"https://dev.example/t.png", "", 640, 320});
  CHECK_FALSE(post.updated_at);  // as published
}

TEST_CASE("RSS 1.0 in EUC-KR with a document type moves in; nothing is expanded",
          "[ingest][feed_import][K-040][K-045]") {
  const auto feed = read(file("rdf.xml"));
  CHECK(feed.kind == "RSS 1.0");
  CHECK(feed.title == "오래된 서랍");
  REQUIRE(feed.posts.size() == 1);
  const Post& post = feed.posts[0].post;
  CHECK(post.title == "똠방각하를 읽다 &bomb;");
  CHECK(post.body == "<p>펲시를 마시며 <b>뷁</b>이라고 쓰던 시절</p>");
  CHECK(post.guid == "http://old.example/archives/000001.html");
  CHECK(post.published_at == at("2004-05-05T22:08:09Z"));
  CHECK(tags_of(post) == std::vector<std::string>{"옛글"});
}

TEST_CASE("Feeds of Medium, Naver and Ghost move in", "[ingest][feed_import]") {
  const Post medium = read(file("medium.xml")).posts.at(0).post;
  CHECK(medium.title == "좋은 질문 <하나>");
  CHECK(medium.guid == "https://medium.example/p/1a2b");
  CHECK(medium.updated_at == at("2026-10-16T03:04:05.678Z"));
  CHECK(tags_of(medium) == std::vector<std::string>{"management", "korean"});
  const Post naver = read(file("naver.xml")).posts.at(0).post;
  CHECK(naver.url == "https://blog.naver.example/rice/223?fromRss=true&trackingCode=rss");
  CHECK(naver.categories.at(0).path == "요리");
  CHECK(tags_of(naver) == std::vector<std::string>{"찌개", "배포"});
  const auto ghost = read(file("ghost.json"), "https://memo.example/feed.json");
  CHECK(ghost.kind == "JSON Feed 1");
  CHECK(ghost.older_url == "https://memo.example/feed.json?page=2");
  REQUIRE(ghost.posts.size() == 2);
  const Post& post = ghost.posts[0].post;
  CHECK(post.guid == "41");
  CHECK(post.body == "<p>첫 줄<br>\n둘째 줄</p><p>새 문단 &lt;아님></p>");
  CHECK(post.authors.at(0).name == "새벽");
  CHECK(post.enclosures.at(0) ==
        Enclosure{"https://memo.example/a.mp3", "audio/mpeg", 1234, "", 61});
  CHECK(ghost.posts[1].post.published_at == at("2026-07-01T00:00:00Z"));
}

TEST_CASE("Posts that get their pages here are called as they were",
          "[ingest][feed_import][K-065]") {
  auto wanted = options();
  wanted.own_pages = true;
  const auto feed = read_feed(file("tistory.xml"), "", "", wanted).value();
  CHECK(feed.posts[0].post.url.empty());
  CHECK(feed.posts[0].post.slug == "212");
  CHECK(feed.posts[1].post.slug == "가을-산책");
  CHECK(feed.posts[1].post.base_url ==
        "https://slowstep.tistory.example/entry/%EA%B0%80%EC%9D%84-%EC%82%B0%EC%B1%85");
}

TEST_CASE("What is broken in real feeds does not stop one", "[ingest][feed_import][F-020][F-028]") {
  SECTION("white space and a BOM before the declaration") {
    CHECK(read("\xEF\xBB\xBF\n\n<?xml version=\"1.0\"?>" + rss("<item><title>가</title></item>"))
              .posts.size() == 1);
  }
  SECTION("stray ampersands and entities of HTML") {
    CHECK(only("<item><title>R&D & \xEA\xB0\x80&hellip;&#8212;&#x41;&nope;</title></item>").title ==
          "R&D & 가…—A&nope;");
  }
  SECTION("control characters, raw and as references") {
    CHECK(only("<item><title>가\x08나&#8;다&#xFFFE;라</title></item>").title == "가나 다 라");
  }
  SECTION("prefixes without a namespace") {
    CHECK(only("<item><dc:creator>홍</dc:creator><content:encoded>본문</content:encoded></item>")
              .body == "본문");
  }
  SECTION("a document that breaks off") {
    const auto feed =
        read("<rss version=\"2.0\"><channel><item><title>하나</title></item><item><title>둘");
    CHECK(feed.posts.size() >= 1);
    REQUIRE(feed.notices.size() >= 1);
    CHECK(feed.notices[0].reason.find("not well-formed at line 1") != std::string::npos);
  }
  SECTION("bytes that are no UTF-8 in one place") {
    const auto feed = read(rss("<item><title>한\xFF글과 다른 글</title><guid>a</guid></item>"));
    CHECK(feed.posts.at(0).post.title == "한글과 다른 글");
  }
}

TEST_CASE("Entries without id, link or date are told apart and said so",
          "[ingest][feed_import][F-057]") {
  const auto document =
      rss("<item><title>하나</title><link>https://a.example/1</link></item>"
          "<item><title>둘</title></item><item><title>셋</title></item>");
  const auto feed = read(document);
  REQUIRE(feed.posts.size() == 3);
  CHECK(feed.posts[0].post.guid == "https://a.example/1");
  CHECK(feed.posts[1].post.guid.empty());
  CHECK(feed.posts[1].post.post_id != feed.posts[2].post.post_id);
  CHECK(feed.posts[1].post.status == PostStatus::draft);
  CHECK(feed.notices.size() == 3);
  const auto again = read(document);
  CHECK(again.posts[1].post.post_id == feed.posts[1].post.post_id);  // repeating it changes nothing
}

TEST_CASE("Two entries under one id are one post", "[ingest][feed_import]") {
  const auto feed =
      read(rss("<item><title>먼저</title><guid>x</guid></item><item><title>나중</title><guid>x</"
               "guid></item>"));
  REQUIRE(feed.posts.size() == 1);
  CHECK(feed.posts[0].post.title == "먼저");
  CHECK(feed.notices.back().reason.find("same id") != std::string::npos);
}

TEST_CASE("Dates of every kind are read, and what is none is said",
          "[ingest][feed_import][K-075]") {
  const auto date = GENERATE(table<std::string, std::string>({
      {"Mon, 02 Nov 2026 01:00:00 EST", "2026-11-02T06:00:00Z"},
      {"2 Nov 2026 01:00:00 +0900", "2026-11-01T16:00:00Z"},
      {"2026-11-02T01:00:00+09:00", "2026-11-01T16:00:00Z"},
      {"2026. 11. 2. 오후 1:00", "2026-11-02T04:00:00Z"},
      {"Mon, 02 Nov 2026 01:00:00 KST", "2026-11-01T16:00:00Z"},
  }));
  INFO(std::get<0>(date));
  CHECK(only("<item><guid>a</guid><pubDate>" + std::get<0>(date) + "</pubDate></item>")
            .published_at == at(std::get<1>(date)));
  const auto feed = read(rss("<item><guid>a</guid><pubDate>모레쯤</pubDate></item>"));
  CHECK(feed.notices.at(0).reason.find("'모레쯤'") != std::string::npos);
}

TEST_CASE("XHTML in Atom keeps its elements and loses its prefixes",
          "[ingest][feed_import][F-090]") {
  const auto feed =
      read(R"(<a:feed xmlns:a="http://www.w3.org/2005/Atom" xmlns:x="http://www.w3.org/1999/xhtml">
<a:entry><a:id>i</a:id><a:title type="xhtml"><x:div>굵은 <x:b>제목</x:b></x:div></a:title><a:updated>2026-01-01T00:00:00Z</a:updated>
<a:content type="xhtml"><x:div><x:p>가 &lt; 나 <x:br/>다</x:p></x:div></a:content></a:entry></a:feed>)");
  const Post& post = feed.posts.at(0).post;
  CHECK(post.title == "굵은 제목");
  CHECK(post.body == "<p>가 &lt; 나 <br/>다</p>");
}

TEST_CASE("What is no feed is refused in words", "[ingest][feed_import]") {
  const auto why = [](std::string_view bytes) {
    const auto feed = read_feed(bytes, "", "", options());
    REQUIRE(feed.has_error());
    return feed.error().detail;
  };
  CHECK(why("") == "it is empty");
  CHECK(why("한글 문서") == "there is no document in it");
  CHECK(why("<html><body>블로그</body></html>").find("give the address of its feed") !=
        std::string::npos);
  CHECK(why("{\"a\":1}").find("no JSON Feed") != std::string::npos);
  CHECK(why("{nonsense") == "it is not JSON");
  CHECK(why(std::string(max_feed_bytes + 1, 'x')).find("64 MiB") != std::string::npos);
}

TEST_CASE("Depth and size cost no more than their bytes", "[ingest][feed_import]") {
  std::string deep = "<rss><channel><item><description>";
  for (int i = 0; i < 200'000; ++i) deep += "<b>";
  CHECK(read(deep).posts.size() == 1);
  std::string references =
      rss("<item><guid>a</guid><title>" + std::string(1'000'000, '&') + "</title></item>");
  CHECK(read(references).posts.size() == 1);
  std::string nested =
      "{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{\"id\":\"1\",\"_x\":" +
      std::string(100'000, '[');
  CHECK(read_feed(nested, "", "", options()).has_error());
}

TEST_CASE("Of an entry on two pages the later update stays", "[ingest][feed_import][H-204]") {
  const auto page = [](std::string_view title, std::string_view updated) {
    return read("<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><id>x</id><title>" +
                std::string(title) +
                "</title><published>2026-01-01T00:00:00Z</published><updated>" +
                std::string(updated) + "</updated></entry></feed>");
  };
  FeedPages pages;
  CHECK(pages.add(page("둘째", "2026-02-01T00:00:00Z")) == 1);
  CHECK(pages.add(page("첫째", "2026-01-01T00:00:00Z")) == 0);
  CHECK(pages.feed().posts.at(0).post.title == "둘째");
  CHECK(pages.add(page("셋째", "2026-03-01T00:00:00Z")) == 0);
  CHECK(pages.feed().posts.at(0).post.title == "셋째");
}

namespace {

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::string numbered(std::string_view before, std::string_view after, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i)
    all.append(before).append(std::to_string(i)).append(after);
  return all;
}

template <class Work>
double seconds_of(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

// Each of these took minutes, or the stack, or more memory than there is.
TEST_CASE("What is there too often in a feed costs no more than its bytes",
          "[ingest][feed_import]") {
  constexpr double few_seconds = 10;  // in the debug and sanitizer builds
  SECTION("groups of media in groups") {
    CHECK(only("<item><guid>a</guid>" + repeated("<media:group>", 300'000)).guid == "a");
  }
  SECTION("categories of one entry") {
    const std::string item =
        "<item><guid>a</guid>" + numbered("<category>", "</category>", 100'000) + "</item>";
    CHECK(seconds_of([&] { CHECK(only(item).tags.size() == 100'000); }) < few_seconds);
  }
  SECTION("authors and enclosures of one entry") {
    const std::string item =
        "<item><guid>a</guid>" + numbered("<dc:creator>", "</dc:creator>", 100'000) +
        numbered("<enclosure url=\"https://a.example/", "\"/>", 100'000) + "</item>";
    CHECK(seconds_of([&] {
            const Post post = only(item);
            CHECK(post.authors.size() == 100);
            CHECK(post.enclosures.size() == 1000);
          }) < few_seconds);
  }
  SECTION("authors of a feed, handed down to each entry") {
    const std::string document = "<feed xmlns=\"http://www.w3.org/2005/Atom\">" +
                                 numbered("<author><name>", "</name></author>", 10'000) +
                                 numbered("<entry><id>", "</id></entry>", 10'000) + "</feed>";
    CHECK(read(document).posts.at(0).post.authors.size() == 10);
    const std::string json = "{\"version\":\"https://jsonfeed.org/version/1.1\",\"authors\":[" +
                             numbered("{\"name\":\"", "\"},", 10'000) + "{}],\"items\":[" +
                             numbered("{\"id\":\"", "\"},", 10'000) + "{}]}";
    CHECK(read(json).posts.at(0).post.authors.size() == 10);
  }
  SECTION("attributes of an element") {
    const auto feed =
        read_feed("<rss " + numbered("xmlns:a", "=\"x\" ", 50'000) + "><channel></channel></rss>",
                  "", "", options());
    REQUIRE(feed.has_error());
    CHECK(feed.error().detail.find("attributes") != std::string::npos);
  }
  SECTION("entries") {
    const auto feed =
        read_feed("<rss><channel>" + repeated("<item/>", 1'000'000), "", "", options());
    REQUIRE(feed.has_error());
    CHECK(feed.error().code == Errc::too_large);
    const auto json = read_feed("{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[" +
                                    repeated("{},", 300'000) + "{}]}",
                                "", "", options());
    REQUIRE(json.has_error());
    CHECK(json.error().code == Errc::too_large);
  }
  SECTION("a base that every entry has") {
    const std::string document = "<rss xml:base=\"https://a.example/" + std::string(100'000, 'x') +
                                 "\"><channel>" + repeated("<item/>", 10) + "</channel></rss>";
    CHECK(read(document).posts.at(0).post.base_url.size() < 10'000);
  }
}

TEST_CASE("Ids that are no addresses are told apart by host", "[ingest][feed_import][F-003]") {
  const auto post_of = [](std::string_view host) {
    return only("<item><title>가</title><link>https://" + std::string(host) +
                "/1</link><guid isPermaLink=\"false\">1</guid></item>");
  };
  const Post one = post_of("a.example"), other = post_of("b.example");
  CHECK(one.guid == "1");
  CHECK(other.guid == "1");
  CHECK(one.post_id != other.post_id);  // else the second blog would overwrite the first
  CHECK(one.source_key != other.source_key);
  CHECK(post_of("a.example").post_id == one.post_id);
}

TEST_CASE("An id without end is kept, but not as a key", "[ingest][feed_import][F-003]") {
  const std::string id(100'000, 'x');
  const Post post = only("<item><guid>" + id + "</guid></item>");
  CHECK(post.guid == id);
  CHECK(post.source_key.size() < 100);
}

TEST_CASE("Entries that share a link and have no id are all taken",
          "[ingest][feed_import][F-057]") {
  const auto feed =
      read(rss("<item><title>하나</title><link>https://a.example/</link></item>"
               "<item><title>둘</title><link>https://a.example/</link></item>"
               "<item><title>셋</title><link>https://a.example/3</link></item>"));
  REQUIRE(feed.posts.size() == 3);
  CHECK(feed.posts[0].post.guid.empty());
  CHECK(feed.posts[1].post.guid.empty());
  CHECK(feed.posts[2].post.guid == "https://a.example/3");
}

TEST_CASE("Of two entries under one id in one document the later update stays",
          "[ingest][feed_import][H-204]") {
  const auto feed = read(
      "<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><id>x</id><title>먼저</title>"
      "<updated>2026-01-01T00:00:00Z</updated></entry><entry><id>x</id><title>나중</title>"
      "<updated>2026-02-01T00:00:00Z</updated></entry></feed>");
  REQUIRE(feed.posts.size() == 1);
  CHECK(feed.posts[0].post.title == "나중");
}

TEST_CASE("A document type with an apostrophe in a comment ends where it ends",
          "[ingest][feed_import]") {
  CHECK(read("<!DOCTYPE rss [<!-- don't --><?x it?><!ENTITY a \"]>\">]>" +
             rss("<item><guid>a</guid><title>가</title></item>"))
            .posts.at(0)
            .post.title == "가");
}

TEST_CASE("Zones are whole words", "[ingest][feed_import][K-075]") {
  CHECK(only("<item><guid>a</guid><pubDate>Mon, 02 Nov 2026 01:00:00 CEST</pubDate></item>")
            .published_at == at("2026-11-01T23:00:00Z"));
  CHECK(read(rss("<item><guid>a</guid><pubDate>Mon, 02 Nov 2026 01:00:00 XEST</pubDate></item>"))
            .notices.at(0)
            .reason.find("XEST") != std::string::npos);
}

TEST_CASE("Entries are in the language of their feed, unless they say another",
          "[ingest][feed_import]") {
  const auto languages_of = [](std::string_view document) {
    std::vector<std::string> languages;
    for (const auto& found : read(document).posts) languages.push_back(found.post.language);
    return languages;
  };
  const std::vector<std::string> want = {"ja", "en"};
  CHECK(languages_of("<rss><channel><item><guid>1</guid></item><item><guid>2</guid><dc:language>en"
                     "</dc:language></item><language>ja</language></channel></rss>") == want);
  CHECK(languages_of("<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"ja\"><entry><id>1</id>"
                     "</entry><entry xml:lang=\"en\"><id>2</id></entry></feed>") == want);
  CHECK(languages_of(
            "{\"version\":\"https://jsonfeed.org/version/1.1\",\"language\":\"ja\",\"items\":"
            "[{\"id\":\"1\"},{\"id\":\"2\",\"language\":\"en\"}]}") == want);
}

TEST_CASE("A post whose address ends in an index page is called as its folder",
          "[ingest][feed_import]") {
  auto wanted = options();
  wanted.own_pages = true;
  const auto feed = read_feed(
      rss("<item><link>https://a.example/2026/first/index.html</link></item>"), "", "", wanted);
  CHECK(feed.value().posts.at(0).post.slug == "first");
}
