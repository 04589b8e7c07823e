// What readers are shown of a post that may hold anything (promise 1).
#include "catch.hpp"
#include "sosik/base/text.hpp"
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
      {is_on_postgresql() ? "nul\x01"
                            "byte"
                          : std::string("nul\0byte", 8),
       "nulbyte"},
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
  Shown s(titled("\x08"));
  CHECK_FALSE(s.is_shown);
  CHECK(s.has_notice("post 'a': held back: it has neither title nor text"));
  CHECK(s.f.store->list_posts(1, {1}).value().at(0).held_back == "it has neither title nor text");
  s.f.shell("UPDATE posts SET title = 'A';");
  CHECK(s.f.is_served("a"));
  CHECK(s.f.store->list_posts(1, {1}).value().at(0).held_back.empty());
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
  CHECK(f.store->list_posts(1, {1}).value().at(0).held_back.empty());
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

TEST_CASE("What a post says of its comments is shown, and a new number is a new revision",
          "[entry][F-100]") {
  Post post = titled("A");
  post.comments_url = "/posts/a#댓글";
  post.comment_count = 2;
  Shown s(post);
  CHECK(s.entry.comments_url == "https://feeds.example/posts/a#%EB%8C%93%EA%B8%80");
  CHECK(s.entry.comment_count == 2);
  const auto before = s.f.feed("main").revision;
  s.f.shell("UPDATE posts SET comment_count = 3");
  CHECK(s.f.entry("a").comment_count == 3);
  CHECK(s.f.entry("a").updated == s.entry.updated);
  CHECK(s.f.feed("main").revision == before + 1);
  s.f.shell("UPDATE posts SET comment_count = NULL, comments_url = 'javascript:alert(1)'");
  CHECK_FALSE(s.f.entry("a").comment_count);
  CHECK(s.f.entry("a").comments_url.empty());
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

TEST_CASE("Bytes that are not UTF-8 do not stop a post", "[entry][F-023][sqlite]") {
  Post post = titled("A\xff\xfe제목");
  post.body = "<p>\xed\xa0\x80 text \x08</p>";
  post.tags = {{"\xff", ""}, {"good", ""}};
  const Shown s(post);
  CHECK(s.entry.title == "A제목");
  CHECK(s.entry.content_html.find("text") != std::string::npos);
  CHECK(s.entry.tags == Keys{"good"});
}

TEST_CASE("Rows that are UHC are read as UHC, with a notice [K-040] [K-045] [K-051]",
          "[entry][sqlite]") {
  StepFixture f;
  // "한글 제목" and "<p>똠방각하 "본문"</p>", as a program writes them that knows no UTF-8.
  const auto report = f.shell(
      "INSERT INTO posts (post_id, status, title, body, published_at) VALUES ('a', 'published', "
      "CAST(x'C7D1B1DB20C1A6B8F1' AS TEXT), "
      "CAST(x'3C703E8C63B9E6B0A2C7CF2022BABBB9AE2220D1E23C2F703E' AS TEXT), 1700000000000);"
      "INSERT INTO post_tags (post_id, tag) VALUES ('a', CAST(x'BCD2BDC4' AS TEXT)), ('a', '소식');"
      "INSERT INTO post_categories (post_id, path) VALUES ('a', CAST(x'B0B3B9DF' AS TEXT));"
      "INSERT INTO categories (path, name) VALUES (CAST(x'B0B3B9DF' AS TEXT), "
      "CAST(x'B0B3B9DFC0DA' AS TEXT));");
  const Entry e = f.entry("한글-제목");
  CHECK(e.title == "한글 제목");
  CHECK(e.content_html == "<p>똠방각하 \"본문\" \uF914</p>");
  CHECK(e.tags == Keys{"소식"});  // in both spellings
  CHECK(e.categories.at(0).path == "개발");
  CHECK(e.categories.at(0).label == "개발자");
  CHECK(report.notices.at(0) ==
        "post 'a': its text is not UTF-8 but UHC (CP949, EUC-KR); it was converted");
}

TEST_CASE("A body in UHC leaves a title in UTF-8 as it is [K-045]", "[entry][sqlite]") {
  StepFixture f;
  f.shell(
      "INSERT INTO posts (post_id, status, slug, title, body, published_at) VALUES ('a', "
      "'published', 'a', '제목 \u00A1', CAST(x'3C703EC7D1B1DB3C2F703E' AS TEXT), 1700000000000);");
  CHECK(f.entry("a").title == "제목 \u00A1");
  CHECK(f.entry("a").content_html == "<p>한글</p>");
}

TEST_CASE("One broken byte does not turn a post in UTF-8 into UHC [F-024]", "[entry][sqlite]") {
  Post post = titled("제목 \xEA");
  post.body = "<p>본\xFF문</p>";
  const Shown s(post);
  CHECK(s.entry.title == "제목");
  CHECK(s.entry.content_html == "<p>본문</p>");
  CHECK_FALSE(s.has_notice("UHC"));
}

TEST_CASE(
    "What is shown is composed where the operator wishes it, and made anew when that changes "
    "[K-001] [K-002] [K-003] [K-009] [K-020]",
    "[entry]") {
  const std::string apart = "\u1112\u1161\u11AB\u1100\u1173\u11AF", hanja = "\uF914",
                    hwp = "\uE000";
  StepFixture f;
  Post post = titled(apart + hanja + hwp);
  post.post_id = post.slug = "a";
  post.status = PostStatus::published;
  post.published_at = from_unix_ms(1'700'000'000'000);
  post.body = "<p>" + apart + hanja + hwp + " <a href='https://x.example/" + apart + "'>x</a></p>";
  post.summary = apart;
  post.tags = {{apart, ""}};
  post.categories = {{apart, ""}};
  post.authors = {Author{"", apart, "", ""}};
  post.image = Image{"https://x.example/a.png", apart, 0, 0};
  f.store->put_post(post).value();
  f.run();
  Entry e = f.entry("a");
  const std::string id = e.id;
  CHECK(e.title == apart + hanja + hwp);  // as it was written
  CHECK(e.content_html.find(apart + hanja + hwp) != std::string::npos);
  CHECK(e.tags == Keys{apart});
  CHECK(e.tag_keys == Keys{"한글"});  // [K-002]
  CHECK(e.categories.at(0).path == "한글");

  SyndicationPlan plan = sample_plan();
  plan.text = {.compose_hangul = true, .drop_private_use = true};
  f.start(plan);
  f.run();
  e = f.entry("a");
  CHECK(e.title == "한글" + hanja);
  CHECK(e.content_html == "<p><img src=\"https://x.example/a.png\" alt=\"한글\"></p><p>한글" +
                              hanja +
                              " <a "
                              "href=\"https://x.example/"
                              "%E1%84%92%E1%85%A1%E1%86%AB%E1%84%80%E1%85%B3%E1%86%AF\">x</a></p>");
  CHECK(e.summary == "한글");
  CHECK(e.tags == Keys{"한글"});
  CHECK(e.authors.at(0).name == "한글");
  CHECK(e.image->alt == "한글");
  CHECK(e.revision == 2);
  CHECK(e.id == id);  // [K-009]
  CHECK(e.slug == "a");
  f.start(plan);
  f.run();
  CHECK(f.entry("a").revision == 2);  // once
}

TEST_CASE("The post's picture comes first in what readers get, with its sizes where known [F-157]",
          "[entry]") {
  Post post = titled("A");
  post.body = "<p>글 <img src=/b.png alt='둘째' width=640 height=480></p>";
  const Entry from_body = Shown(post).entry;
  CHECK(from_body.image == Image{"https://feeds.example/b.png", "둘째", 640, 480});
  CHECK(from_body.content_html.starts_with("<p>글 "));

  post.image = Image{"/lead.png", "첫 \"그림\"", 1200, 630};
  const Entry with_lead = Shown(post).entry;
  CHECK(with_lead.image == Image{"https://feeds.example/lead.png", "첫 \"그림\"", 1200, 630});
  CHECK(with_lead.content_html.starts_with(
      "<p><img src=\"https://feeds.example/lead.png\" alt=\"첫 &quot;그림&quot;\" "
      "width=\"1200\" height=\"630\"></p><p>글 "));
  CHECK(with_lead.summary == "글");

  post.image = Image{"/b.png", "", 0, 0};  // in the body already
  const Entry known = Shown(post).entry;
  CHECK(known.image == Image{"https://feeds.example/b.png", "둘째", 640, 480});
  CHECK(known.content_html == from_body.content_html);

  post.body.clear();
  CHECK(Shown(post).entry.content_html ==
        "<p><img src=\"https://feeds.example/b.png\" alt=\"\"></p>");
  post.image = Image{"data:image/png;base64,AAAA", "", 0, 0};
  CHECK(Shown(post).entry.content_html.empty());
}

TEST_CASE("Players are frames only where the operator wishes it [F-151]", "[entry]") {
  SyndicationPlan plan = sample_plan();
  StepFixture f(plan);
  f.publish(1, 1,
            "UPDATE posts SET body = '<iframe src=https://www.youtube.com/embed/abc-DEF_123>';");
  CHECK(f.entry("s1").content_html.starts_with("<a href=\"https://www.youtube.com/watch?v="));
  plan.has_embeds = true;
  f.start(plan);
  f.run();
  CHECK(f.entry("s1").content_html.starts_with("<iframe "));
}

TEST_CASE("A summary cut from the body is as wide in Latin letters as in Hangul", "[entry]") {
  Post post = titled("A");
  const auto repeated = [](const std::string& word, int times) {
    std::string text;
    while (times-- > 0) text += word;
    return text;
  };
  post.body = "<p>" + repeated("가나다라 ", 100) + "</p>";
  CHECK(display_width(Shown(post).entry.summary) > 380);
  CHECK(display_width(Shown(post).entry.summary) <= 400);
  post.body = "<p>" + repeated("abcd ", 100) + "</p>";
  CHECK(display_width(Shown(post).entry.summary) > 380);
  CHECK(display_width(Shown(post).entry.summary) <= 400);
}

TEST_CASE("Summaries are plain text, decoded once [F-158]", "[entry]") {
  Post post = titled("A");
  post.body = "<h2>절</h2><p>가&nbsp;&amp;lt;b&amp;gt; 나<br>다</p><script>x</script>";
  CHECK(Shown(post).entry.summary == "절 가 &lt;b&gt; 나 다");
}

TEST_CASE("A title of only zero-width characters and fillers is no title [K-010]", "[entry]") {
  for (const std::string title :
       {"\u200B\u200D\u2060", "\u3164", "\u115F\u1160 \uFFA0", "\uFEFF\u2800"}) {
    INFO(printable(title));
    Post post = titled(title);
    CHECK_FALSE(Shown(post).is_shown);  // and there is no text either
    post.body = "<p>&nbsp;</p><hr><p>" + title + "</p>";
    CHECK_FALSE(Shown(post).is_shown);
    post.body = "<video src=/a.mp4>";
    CHECK(Shown(post).is_shown);
    post.body = "<p>글</p>";
    const Shown s(post);
    CHECK(s.is_shown);
    CHECK(s.entry.title.empty());
    CHECK(s.entry.summary == "글");
  }
}
