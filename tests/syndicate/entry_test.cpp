// What readers are shown of a post that may hold anything (promise 1).
#include "catch.hpp"
#include "step_fixture.hpp"

using namespace sosik;
using Keys = std::vector<std::string>;

namespace {

// Publishes one post and gives back its entry and the notices.
struct Shown {
  StepFixture f;
  Entry entry;
  Keys notices;
  bool is_shown = false;
  explicit Shown(Post post) {
    post.post_id = "a";
    post.slug = "a";
    post.status = PostStatus::published;
    if (!post.published_at) post.published_at = from_unix_ms(1'700'000'000'000);
    f.store->put_post(post).value();
    notices = f.run().notices;
    is_shown = f.is_served("a");
    if (is_shown) entry = f.entry("a");
  }
  bool has_notice(std::string_view part) const {
    return std::any_of(notices.begin(), notices.end(),
                       [&](const std::string& n) { return n.find(part) != std::string::npos; });
  }
};

Post titled(std::string title) {
  Post post;
  post.title = std::move(title);
  return post;
}

}  // namespace

TEST_CASE("Titles become one line of plain text, and code in them stays", "[entry][F-158]") {
  const auto [title, want] = GENERATE(table<std::string, std::string>({
      {"  두\n줄 제목  ", "두 줄 제목"},
      {"<b>굵은</b> 제목", "굵은 제목"},
      {"A &amp; B", "A & B"},
      {"std::vector<int> 읽기", "std::vector<int> 읽기"},
      {"a < b && b > c", "a < b && b > c"},
      {"map<a, b>", "map<a, b>"},
      {"bad\x08 byte", "bad byte"},
      {"<script> 태그를 아래에 두는 이유", "<script> 태그를 아래에 두는 이유"},
      {"if (a<b && c>d) 조건", "if (a<b && c>d) 조건"},
      {"<!DOCTYPE html> 와 <?php 와 <b>굵게</b>", "<!DOCTYPE html> 와 <?php 와 굵게"},
      {"굵은</b> 제목", "굵은 제목"},
      {"<br>과 <b 사이", "과 <b 사이"},
      {"A &amp;lt;b&amp;gt; B", "A <b> B"},
      {"&amp;lt;b&amp;gt;굵은&amp;lt;/b&amp;gt;", "굵은"},
      {"&lt;b&gt;굵은&lt;/b&gt; 제목", "굵은 제목"},
      {"AT&amp;amp;T", "AT&T"},
      {std::string("nul\0byte", 8), "nulbyte"},
  }));
  INFO(title);
  CHECK(Shown(titled(title)).entry.title == want);
}

TEST_CASE("Words beside what looks like a tag stay in a summary", "[entry][F-026]") {
  Post post = titled("A");
  post.summary = "a<b 와 <div> 쓰기";
  CHECK(Shown(post).entry.summary == "a<b 와 <div> 쓰기");
}

TEST_CASE("An e-mail address beside a name is in no author's key either", "[entry][F-097]") {
  Post post = titled("A");
  post.authors = {Author{"", "홍길동 <hong@example.kr>", "", ""}};
  Shown beside(post);
  CHECK(beside.entry.authors.at(0).key == "홍길동");
  CHECK(beside.f.has_feed("author/홍길동"));
  post.authors = {Author{"", "kim@example.kr", "", ""}};  // what the author is known by
  CHECK(Shown(post).entry.authors.at(0).key == "kim@example.kr");
  CHECK(Shown(post).entry.authors.at(0).name == "kim");
}

TEST_CASE("What is far too long for a title is cut before it is looked at", "[entry]") {
  for (const std::string part : {"<b ", "&#", "&#1", "<!--", "<b \"", "가"}) {
    std::string title;
    while (title.size() < 800'000) title += part;
    INFO(part);
    const Shown s(titled(title));
    CHECK(s.has_notice("the title is larger than 64 KiB; cut"));
    CHECK(s.entry.title.size() > 100);
  }
}

TEST_CASE("Names of authors hold no e-mail address", "[entry][F-097]") {
  const auto [name, want] = GENERATE(table<std::string, std::string>({
      {"홍길동 <hong@example.kr>", "홍길동"},
      {"홍길동(hong.gil-dong+blog@mail.example.kr)", "홍길동"},
      {"hong@example.kr 홍길동", "홍길동"},
      {"홍길동 <mailto:hong@example.kr>", "홍길동"},
      {"hong@example.kr", "hong"},
      {"<hong@example.kr>", "hong"},
      {"a@b.kr, c@d.kr", "a"},
      {"홍길동 @hong", "홍길동 @hong"},
      {"C@t", "C@t"},
  }));
  INFO(name);
  Post post = titled("A");
  post.authors = {Author{name, "", "", ""}};
  const Shown s(post);
  REQUIRE(s.entry.authors.size() == 1);
  CHECK(s.entry.authors[0].name == want);
  CHECK(s.has_notice("held an e-mail address") == (name != want));
}

TEST_CASE(
    "A post with neither title nor text is held back with a reason, and shown once it has some",
    "[entry]") {
  Shown s(titled(std::string("\0", 1)));
  CHECK_FALSE(s.is_shown);
  CHECK(s.has_notice("post 'a': held back: it has neither title nor text"));
  CHECK(s.f.store->list_posts(1, 1).value().at(0).held_back == "it has neither title nor text");
  s.f.shell("UPDATE posts SET title = 'A';");
  CHECK(s.f.is_served("a"));
  CHECK(s.f.store->list_posts(1, 1).value().at(0).held_back.empty());
  s.f.shell("UPDATE posts SET title = '';");
  CHECK_FALSE(s.f.is_served("a"));
  CHECK(s.f.post_events() == "post.published:a post.unpublished:a");
}

TEST_CASE("A published post without a date is held back", "[entry]") {
  StepFixture f;
  const auto report =
      f.shell("INSERT INTO posts (post_id, status, title) VALUES ('a', 'published', 'A');");
  CHECK(report.notices == Keys{"post 'a': held back: it is published but has no published_at"});
  CHECK(f.titles().empty());
  f.shell("UPDATE posts SET status = 'draft';");
  CHECK(f.store->list_posts(1, 1).value().at(0).held_back.empty());
}

TEST_CASE("Markdown bodies are rendered, made safe, and their links made absolute", "[entry]") {
  Post post = titled("A");
  post.body_format = BodyFormat::markdown;
  post.body = "본문 **굵게** [이웃](../other) <script>x()</script>\n\n![그림](img/a.png)";
  post.base_url = "https://blog.example/posts/a/";
  const Shown s(post);
  CHECK(s.entry.content_html.find("<strong>굵게</strong>") != std::string::npos);
  CHECK(s.entry.content_html.find("https://blog.example/posts/other") != std::string::npos);
  CHECK(s.entry.content_html.find("script") == std::string::npos);
  CHECK(s.entry.summary.starts_with("본문 굵게 이웃"));
  REQUIRE(s.entry.image);
  CHECK(s.entry.image->url == "https://blog.example/posts/a/img/a.png");
}

TEST_CASE("A summary is the author's, else cut from the body by grapheme", "[entry][K-030]") {
  Post post = titled("A");
  std::string family = "👨‍👩‍👧";
  post.body = "<p>";
  for (int i = 0; i < 300; ++i) post.body += family;
  const Shown cut(post);
  CHECK(cut.entry.summary.ends_with("…"));
  CHECK(cut.entry.summary.size() == 199 * family.size() + std::string("…").size());
  post.summary = " 저자가 <em>쓴</em>\n요약 ";
  CHECK(Shown(post).entry.summary == "저자가 쓴 요약");
}

TEST_CASE("URLs are absolute and ASCII, and what is none is left out", "[entry][F-004][H-275]") {
  Post post = titled("A");
  post.url = "https://블로그.한국/글/첫 글";
  post.image = Image{"javascript:alert(1)", "", 0, 0};
  post.enclosures = {{"/파일.mp3", "", -1, "", 0}, {"ftp://x.example/a", "audio/mpeg", 1, "", 0}};
  const Shown s(post);
  CHECK(s.entry.url == "https://xn--2i0b10rqve.xn--3e0b707e/%EA%B8%80/%EC%B2%AB%20%EA%B8%80");
  CHECK_FALSE(s.entry.has_own_page);
  CHECK_FALSE(s.entry.image);
  REQUIRE(s.entry.enclosures.size() == 1);
  CHECK(s.entry.enclosures[0].url == "https://xn--2i0b10rqve.xn--3e0b707e/%ED%8C%8C%EC%9D%BC.mp3");
  CHECK(s.entry.enclosures[0].type == "audio/mpeg");
  CHECK(s.entry.enclosures[0].length == 0);
  CHECK(s.has_notice("the image has no usable URL"));
  CHECK(s.has_notice("an enclosure has no usable URL"));

  post.url = "javascript:alert(1)";
  const Shown fallback(post);
  CHECK(fallback.entry.url == "https://feeds.example/posts/a");
  CHECK(fallback.entry.has_own_page);
}

TEST_CASE("Updated is never before published and never in the future", "[entry][F-007]") {
  Post post = titled("A");
  post.published_at = from_unix_ms(1'700'000'000'000);
  post.updated_at = from_unix_ms(1'600'000'000'000);
  CHECK(Shown(post).entry.updated == *post.published_at);
  post.updated_at = from_unix_ms(4'000'000'000'000);
  const Shown future(post);
  CHECK(future.entry.updated == *post.published_at);
  CHECK(future.has_notice("updated_at lies in the future"));
  post.updated_at = from_unix_ms(1'700'000'500'000);
  CHECK(Shown(post).entry.updated == *post.updated_at);
}

TEST_CASE("Seconds taken for milliseconds are pointed out", "[entry]") {
  Post post = titled("A");
  post.published_at = from_unix_ms(1'700'000'000);
  CHECK(Shown(post).has_notice("is it in seconds?"));
}

TEST_CASE("A post that names no author has the site's", "[entry]") {
  const Shown s(titled("A"));
  REQUIRE(s.entry.authors.size() == 1);
  CHECK(s.entry.authors[0].name == "김지은");
  CHECK_FALSE(s.f.has_feed("author/김지은"));
}

TEST_CASE("Tags and categories that compare equal are one, in one feed", "[entry][K-008]") {
  Post post = titled("A");
  post.tags = {{"C＋＋", ""}, {"c++", ""}, {"Go", ""}};
  post.categories = {{"개발//백엔드/", ""}, {"개발/백엔드", ""}};
  Shown s(post);
  CHECK(s.entry.tags == Keys{"C＋＋", "Go"});
  CHECK(s.entry.categories.size() == 1);
  CHECK(s.entry.categories[0].path == "개발/백엔드");
  s.f.shell(
      "INSERT INTO posts (post_id, status, slug, title, published_at) VALUES ('b', 'published', "
      "'b', 'B', 1700000009000); "
      "INSERT INTO post_tags (post_id, tag) VALUES ('b', 'go');");
  CHECK(s.f.titles("tag/Go") == "B,A");
  CHECK(s.f.feed("tag/go").key == "tag/Go");
  CHECK(s.f.feed("tag/Go").label == "Go");
}

TEST_CASE("Display names show in entries and name the feeds, and a rename reaches both",
          "[entry][H-112]") {
  StepFixture f;
  f.publish(1, 1,
            "INSERT INTO post_categories (post_id, path) VALUES ('p1', 'dev/be'); INSERT INTO "
            "post_tags (post_id, tag) VALUES "
            "('p1', 'go'); INSERT INTO post_authors (post_id, author) VALUES ('p1', 'kim');");
  CHECK(f.feed("category/dev/be").label == "dev/be");
  const auto before = f.feed("category/dev").revision;
  f.shell(
      "INSERT INTO categories (path, name) VALUES ('dev', '개발'), ('dev/be', '백엔드'); INSERT "
      "INTO tags (tag, name) VALUES "
      "('go', 'Go 언어'); INSERT INTO authors (author, name) VALUES ('kim', '김');");
  const Entry e = f.entry("s1");
  CHECK(e.categories.at(0).path == "dev/be");
  CHECK(e.categories.at(0).label == "개발/백엔드");
  CHECK(e.tags == Keys{"Go 언어"});
  CHECK(e.authors.at(0).name == "김");
  CHECK(f.feed("category/dev/be").label == "개발/백엔드");
  CHECK(f.feed("category/dev").label == "개발");
  CHECK(f.feed("category/dev").revision == before + 1);
  CHECK(f.feed("tag/go").label == "Go 언어");
  CHECK(f.feed("author/kim").label == "김");
  CHECK(f.titles("go-only") == "Title 1");
}

TEST_CASE("A language is repaired or left out", "[entry]") {
  const auto [language, want] = GENERATE(table<std::string, std::string>({{"ko", "ko"},
                                                                          {"ko_KR", "ko-KR"},
                                                                          {"en-US", "en-US"},
                                                                          {"kr", "ko"},
                                                                          {"kor", "ko"},
                                                                          {"ko_kr", "ko-KR"},
                                                                          {"", ""},
                                                                          {"한국어", ""},
                                                                          {"k", ""},
                                                                          {"ko-", ""}}));
  INFO(language);
  Post post = titled("A");
  post.language = language;
  const Shown s(post);
  CHECK(s.entry.language == want);
  CHECK(s.has_notice("language") == (language != want));
}

TEST_CASE("A body is sanitised once per content and dropped with its last entry", "[entry]") {
  StepFixture f;
  f.publish(1, 0,
            "INSERT INTO posts (post_id, status, slug, title, body, url, published_at) VALUES "
            "('a', 'published', 'a', 'A', '<p>x', 'https://blog.example/', 1700000000000), "
            "('b', 'published', 'b', 'B', '<p>x', 'https://blog.example/', 1700000000000);");
  CHECK(f.file.shell("SELECT count(*) FROM bodies;") == "1");
  f.shell("DELETE FROM posts WHERE post_id = 'a';");
  CHECK(f.entry("b").content_html == "<p>x</p>");
  f.shell("UPDATE posts SET body = '<p>y';");
  CHECK(f.file.shell("SELECT html FROM bodies;") == "<p>y</p>");
  f.shell("DELETE FROM posts;");
  CHECK(f.file.shell("SELECT count(*) FROM bodies;") == "0");
}

TEST_CASE("Bytes that are not UTF-8 do not stop a post", "[entry][F-023]") {
  Post post = titled("A\xff\xfe제목");
  post.body = "<p>\xed\xa0\x80 text \x08</p>";
  post.tags = {{"\xff", ""}, {"good", ""}};
  const Shown s(post);
  CHECK(s.entry.title == "A제목");
  CHECK(s.entry.content_html.find("text") != std::string::npos);
  CHECK(s.entry.tags == Keys{"good"});
}
