#include "sosik/render/html.hpp"

// g++ 12 sees ghosts in std::regex once sanitizers are on.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <regex>

#include "../support/feed_json.hpp"
#include "catch.hpp"

using namespace sosik;

namespace {

Feed feed(const char* json = R"({"entries":[{}]})") {
  return testing::feed_from(nlohmann::json::parse(json));
}

std::vector<std::string> all(const std::string& text, const char* pattern) {
  const std::regex regex(pattern);
  std::vector<std::string> found;
  for (std::sregex_iterator i(text.begin(), text.end(), regex), end; i != end; ++i)
    found.push_back((*i)[1]);
  return found;
}

std::string post_page(const char* json) {
  const Feed f = feed(json);
  return render_post_page(f, f.entries[0]);
}

}  // namespace

TEST_CASE("The front page says how many posts there are in all", "[render][html]") {
  CHECK_THAT(render_index_page(feed(R"({"entries":[{},{}]})")), Catch::Contains("글 2개<"));
  CHECK_THAT(render_index_page(feed(R"({"total":61,"entries":[{}]})")),
             Catch::Contains("글 61개 가운데 최근 1개"));
  CHECK_THAT(render_index_page(feed("{}")),
             Catch::Contains("글 0개") && Catch::Contains("아직 발행된 글이 없습니다"));
}

TEST_CASE("A page lists posts with title, date, category and excerpt", "[render][html][K-074]") {
  const auto page = render_index_page(feed(R"({"entries":[{"title":"첫 글","summary":"요약 & 인용",
      "published":"2026-11-23T18:05:09+09:00","categories":[{"path":"개발/웹 앱","label":"개발/웹 앱"}]}]})"));
  CHECK_THAT(page, Catch::Contains(">첫 글</a></h3>"));
  CHECK_THAT(
      page,
      Catch::Contains(
          "<time datetime=\"2026-11-23T18:05:09+09:00\">2026년 11월 23일 (월) 오후 6:05</time>"));
  CHECK_THAT(page, Catch::Contains("href=\"https://blog.example/category/%EA%B0%9C%EB%B0%9C/"
                                   "%EC%9B%B9%20%EC%95%B1/feed\">개발/웹 앱</a>"));
  CHECK_THAT(page, Catch::Contains("<p>요약 &amp; 인용</p>"));
}

TEST_CASE("A page leads feed readers to the feeds", "[render][html][H-214][N-003]") {
  const auto page = render_index_page(feed(R"({"hubs":["https://hub.example/"]})"));
  const auto head = page.substr(0, page.find("</head>"));
  const auto body = page.substr(page.find("</head>"));
  CHECK(all(head, "<link rel=\"alternate\" type=\"([^\"]*)\"") ==
        std::vector<std::string>{"application/rss+xml", "application/atom+xml",
                                 "application/feed+json"});
  CHECK(all(head, "<link rel=\"self\" href=\"([^\"]*)\"") ==
        std::vector<std::string>{"https://blog.example/"});
  CHECK_THAT(page, !Catch::Contains("rel=\"hub\""));  // a page is no topic
  CHECK(all(head, "<link rel=\"canonical\" href=\"([^\"]*)\"") ==
        std::vector<std::string>{"https://blog.example/"});
  CHECK(all(body, "(<link)").empty());
  for (auto url : {"rss.xml", "atom.xml", "feed.json"})
    CHECK_THAT(body, Catch::Contains(std::string("<code>https://blog.example/") + url + "</code>"));
}

TEST_CASE("Pages need no script and no inline style", "[render][html][H-253]") {
  const Feed f = feed(R"({"entries":[{"categories":[{"path":"a","label":"a"}],"tags":["b"]}]})");
  for (const auto& page : {render_index_page(f), render_post_page(f, f.entries[0]),
                           render_error_page(404, "없음", "없습니다")}) {
    CHECK_THAT(page, !Catch::Contains("<script") && !Catch::Contains("style=") &&
                         !Catch::Contains("<style"));
    CHECK(all(page, "rel=\"stylesheet\" href=\"([^\"]*)\"") ==
          std::vector<std::string>{"/style.css"});
  }
}

TEST_CASE("Pages are in order for those who listen to them", "[render][html]") {
  const Feed f =
      feed(R"({"language":"ko-KR","entries":[{"language":"en","content_html":"<p>a</p>"},{}]})");
  const auto index = render_index_page(f);
  CHECK(all(index, "<h([1-6])") == std::vector<std::string>{"1", "2", "2", "3", "3"});
  CHECK_THAT(index, Catch::Contains("<article lang=\"en\">"));
  for (const auto& page : {index, render_post_page(f, f.entries[0])}) {
    CHECK_THAT(page, Catch::StartsWith("<!DOCTYPE html>\n<html lang=\"ko-KR\">"));
    CHECK_THAT(page, Catch::Contains("<a class=\"skip\" href=\"#main\">") &&
                         Catch::Contains("<main id=\"main\">"));
    CHECK(all(page, "<(h1)").size() == 1);
  }
  CHECK_THAT(render_post_page(f, f.entries[0]), Catch::Contains("<article lang=\"en\">"));
}

TEST_CASE("A post page shows the post, who wrote it when, and where more of it is",
          "[render][html]") {
  const auto page =
      post_page(R"({"entries":[{"title":"큰 <제목>","content_html":"<p>본문 <em>그대로</em></p>",
      "published":"2026-03-04T09:30:00+09:00","updated":"2026-03-05T10:00:00+09:00",
      "authors":[{"key":"kim","name":"김하나"},{"name":"이둘"}],"tags":["C/C++"],
      "enclosures":[{"url":"https://media.example/1.mp3","type":"audio/mpeg"}]}]})");
  CHECK_THAT(page, Catch::Contains("<h1>큰 &lt;제목&gt;</h1>"));
  CHECK_THAT(page, Catch::Contains("<p>본문 <em>그대로</em></p>"));
  CHECK_THAT(page, Catch::Contains("고침 <time datetime=\"2026-03-05T10:00:00+09:00\">"));
  CHECK_THAT(page, Catch::Contains("https://blog.example/author/kim/feed") &&
                       Catch::Contains("<li>이둘</li>"));
  CHECK_THAT(page, Catch::Contains("https://blog.example/tag/C%2FC++/feed"));
  CHECK_THAT(page,
             Catch::Contains("href=\"https://media.example/1.mp3\" type=\"audio/mpeg\">1.mp3</a>"));
  CHECK_THAT(page, !Catch::Contains("rel=\"hub\"") && !Catch::Contains("rel=\"self\""));
}

TEST_CASE("Addresses are shown readable and linked as they are", "[render][html][K-066]") {
  const auto page = post_page(
      R"({"entries":[{"enclosures":[{"url":"https://media.example/%ED%8C%8C%EC%9D%BC.mp3",
      "type":"audio/mpeg"}]}]})");
  CHECK_THAT(page, Catch::Contains("href=\"https://media.example/%ED%8C%8C%EC%9D%BC.mp3\" "
                                   "type=\"audio/mpeg\">파일.mp3</a>"));
}

TEST_CASE("A post that was not edited says so by saying nothing", "[render][html]") {
  CHECK_THAT(post_page(R"({"entries":[{}]})"), !Catch::Contains("고침"));
}

TEST_CASE("Links of a derived feed's page lead out of its own path", "[render][html]") {
  const auto [key, path] = GENERATE(table<std::string, std::string>(
      {{"main", ""},
       {"news", "/news"},
       {"category/개발/백엔드", "/category/%EA%B0%9C%EB%B0%9C/%EB%B0%B1%EC%97%94%EB%93%9C"},
       {"tag/C/C++", "/tag/C%2FC++"},
       {"author/kim", "/author/kim"}}));
  Feed f = feed(
      R"({"root":"https://a.example/blog","entries":[{"categories":[{"path":"x","label":"x"}]}]})");
  f.key = key;
  f.rss_url = "https://a.example/blog" + path + "/rss.xml";
  f.html_url =
      key == "main" ? "https://a.example/blog/" : "https://a.example/blog" + path + "/feed";
  const auto page = render_index_page(f);
  INFO(key);
  CHECK_THAT(page, Catch::Contains("\"https://a.example/blog/category/x/feed\""));
  CHECK_THAT(page, Catch::Contains("href=\"/blog/style.css\""));
  CHECK(all(page, "<a href=\"(https://a.example/blog/)\">← 모든 글</a>").size() ==
        (key == "main" ? 0 : 1));
}

TEST_CASE("An untitled note has a heading to click on, and is not told twice", "[render][html]") {
  const auto page = render_index_page(feed(R"({"entries":[{"title":"","summary":"짧은 메모"}]})"));
  CHECK(all(page, ">(짧은 메모)<").size() == 1);
}

TEST_CASE("An error page says what is wrong and leads back", "[render][html]") {
  const auto page = render_error_page(404, "찾을 수 없습니다", "그런 글은 <없습니다>.", "/blog");
  CHECK_THAT(page, Catch::Contains("404") && Catch::Contains("&lt;없습니다&gt;") &&
                       Catch::Contains("href=\"/blog/\""));
  CHECK_THAT(page, Catch::Contains("/blog/style.css"));
}

TEST_CASE("Korean breaks between words only", "[render][html][K-077]") {
  CHECK_THAT(std::string(style_sheet()), Catch::Contains("word-break: keep-all") &&
                                             Catch::Contains("overflow-wrap: anywhere") &&
                                             Catch::Contains("prefers-color-scheme: dark") &&
                                             !Catch::Contains("url("));
}
