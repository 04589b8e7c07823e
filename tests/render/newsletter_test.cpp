// The profile `newsletter`: what each tool that mails a feed is documented to do with it
// (formats.md F-174..F-181), and what mail programs show.
#include "newsletter.hpp"

#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "../support/feed_json.hpp"
#include "catch.hpp"
#include "feed_lint.hpp"
#include "sosik/render/render.hpp"

using namespace sosik;

namespace {

Feed newsletter(const nlohmann::json& entries) {
  return testing::feed_from({{"profile", "newsletter"}, {"entries", entries}});
}

std::string mailed(const std::string& html) {
  return newsletter_edition(newsletter({{{"content_html", html}}})).entries[0].content_html;
}

struct Rss {
  explicit Rss(const Feed& feed) : bytes(render_checked(feed, Format::rss).value()) {
    document.load_string(bytes.c_str());
    item = document.child("rss").child("channel").child("item");
  }
  std::string bytes;
  pugi::xml_document document;
  pugi::xml_node item;
};

const Feed edited_later = newsletter(
    {{{"title", "새 글"}, {"published", "2026-11-23T09:00:00+09:00"}},
     {{"title", "고친 글"},
      {"published", "2026-11-01T09:00:00+09:00"},
      {"updated", "2026-11-23T18:00:00+09:00"},
      {"image", {{"url", "https://img.example/a.jpg"}, {"width", 600}, {"height", 400}}}}});

}  // namespace

TEST_CASE("Mailchimp finds one date in an item, the first publication in English",
          "[render][newsletter][F-174]") {
  const Rss rss(edited_later);
  const auto edited = rss.item.next_sibling("item");
  CHECK(std::string(edited.child_value("pubDate")) == "Sun, 01 Nov 2026 09:00:00 +0900");
  for (const char* other : {"pubdate", "published", "created", "updated", "date", "dc:date"})
    CHECK_FALSE(edited.child(other));
  CHECK(std::string(edited.child("media:content").attribute("url").value()) ==
        "https://img.example/a.jpg");
}

TEST_CASE("Buttondown sees an edited post under the guid and link that it knows",
          "[render][newsletter][F-175]") {
  Feed before = edited_later, after = edited_later;
  after.entries[1].title = "다시 고친 글";
  after.entries[1].updated += std::chrono::hours(24);
  const Rss old_rss(before), new_rss(after);
  for (const char* name : {"guid", "link"})
    CHECK(std::string(old_rss.item.next_sibling("item").child_value(name)) ==
          new_rss.item.next_sibling("item").child_value(name));
}

TEST_CASE("MailerLite sends nothing again for an edit: its date and place stay",
          "[render][newsletter][F-176][F-009]") {
  Feed after = edited_later;
  after.entries[1].updated += std::chrono::hours(24);
  const Rss old_rss(edited_later), new_rss(after);
  CHECK(std::string(new_rss.item.child_value("title")) == "새 글");
  CHECK(std::string(new_rss.item.next_sibling("item").child_value("pubDate")) ==
        old_rss.item.next_sibling("item").child_value("pubDate"));
}

TEST_CASE("Kit gets id, date, description and content of every item",
          "[render][newsletter][F-177]") {
  const Rss rss(edited_later);
  for (auto item = rss.item; item; item = item.next_sibling("item"))
    for (const char* name : {"guid", "pubDate", "description", "content:encoded"})
      CHECK_FALSE(std::string(item.child_value(name)).empty());
}

TEST_CASE("HubSpot gets a valid feed with title, link and unique guid",
          "[render][newsletter][F-179]") {
  const Rss rss(edited_later);
  CHECK(testing::lint_rss(rss.bytes, edited_later.rss_url) == testing::Findings{});
  CHECK(std::string(rss.item.child_value("guid")) !=
        rss.item.next_sibling("item").child_value("guid"));
  CHECK_FALSE(std::string(rss.item.child_value("link")).empty());
}

TEST_CASE("MailUp and Feedly find the lead picture first in the content",
          "[render][newsletter][F-180][F-157]") {
  const Rss rss(edited_later);
  const auto edited = rss.item.next_sibling("item");
  CHECK(std::string(edited.child_value("description")).find("img") == std::string::npos);
  CHECK(std::string(edited.child_value("content:encoded"))
            .starts_with("<p><img src=\"https://img.example/a.jpg\" alt=\"\" width=\"600\" "
                         "height=\"400\"></p>"));
}

TEST_CASE("A lead picture that stands later in the text is moved, not repeated",
          "[render][newsletter][F-180]") {
  const Feed feed = newsletter_edition(newsletter(
      {{{"content_html",
         R"(<p><img src="https://i.example/1?a=1&amp;b=2" alt=""></p><p><img src="https://i.example/2?a=1&amp;b=2" alt="둘"></p>)"},
        {"image", {{"url", "https://i.example/2?a=1&b=2"}, {"alt", "둘"}}}}}));
  CHECK(
      feed.entries[0].content_html ==
      R"(<p><img src="https://i.example/2?a=1&amp;b=2" alt="둘"></p><p><img src="https://i.example/1?a=1&amp;b=2" alt=""></p><p></p>)");
}

TEST_CASE("Pictures in a newsletter are https, with the sizes that were given",
          "[render][newsletter][F-181]") {
  const auto [html, want] = GENERATE(table<std::string, std::string>({
      {R"(<img src="https://i.example/a.png" alt="가" width="3" height="4">)",
       R"(<img src="https://i.example/a.png" alt="가" width="3" height="4">)"},
      {R"(<img src="https://i.example/a.png" srcset="https://i.example/b.png 2x" loading="lazy">)",
       R"(<img src="https://i.example/a.png" alt="">)"},
      // The blog is reached by https, so its pictures are.
      {R"(<img src="http://blog.example/a.png" alt="가">)",
       R"(<img src="https://blog.example/a.png" alt="가">)"},
      {R"(<img src="http://blog.example:8080/a.png" alt="가">)",
       R"(<a href="http://blog.example:8080/a.png">가</a>)"},
      {R"(<img src="http://other.example/a.png" alt="가">)",
       R"(<a href="http://other.example/a.png">가</a>)"},
      {R"(<img src="http://other.example/a.png" alt="">)",
       R"(<a href="http://other.example/a.png">http://other.example/a.png</a>)"},
      {R"(<a href="https://b.example/"><img src="http://other.example/a.png" alt="가"></a>)",
       R"(<a href="https://b.example/">가</a>)"},
      {R"(<img src="data:image/png;base64,AA==" alt="점">)", "점"},
      {R"(<picture><source srcset="https://i.example/a.avif"><img src="https://i.example/a.png" alt=""></picture>)",
       R"(<img src="https://i.example/a.png" alt="">)"},
  }));
  INFO(html);
  CHECK(mailed(html) == want);
}

TEST_CASE("Embeds and players in a newsletter are links, with a thumbnail where there is one",
          "[render][newsletter][F-151]") {
  const auto [html, want] = GENERATE(table<std::string, std::string>({
      {R"(<iframe src="https://www.youtube.com/embed/a_b-1?start=3" title="발표"></iframe>)",
       R"(<a href="https://www.youtube.com/watch?v=a_b-1"><img src="https://i.ytimg.com/vi/a_b-1/hqdefault.jpg" alt="발표" width="480" height="360"></a>)"},
      {R"(<iframe src="https://player.vimeo.com/video/7" title="영상"></iframe>)",
       R"(<a href="https://vimeo.com/7">영상</a>)"},
      {R"(<iframe src="https://www.youtube.com/embed/videoseries?list=x"></iframe>)",
       R"(<a href="https://www.youtube.com/embed/videoseries?list=x">https://www.youtube.com/embed/videoseries?list=x</a>)"},
      {R"(<video poster="https://m.example/p.jpg" width="6" height="4" controls=""><source src="https://m.example/v.mp4" type="video/mp4">못 보면 <a href="https://m.example/">여기</a></video>)",
       R"(<a href="https://m.example/v.mp4"><img src="https://m.example/p.jpg" alt="https://m.example/v.mp4" width="6" height="4"></a>)"},
      {R"(<audio src="https://m.example/a.mp3" controls=""></audio>끝)",
       R"(<a href="https://m.example/a.mp3">https://m.example/a.mp3</a>끝)"},
      {R"(<p>앞<svg><circle></circle></svg>뒤</p>)", "<p>앞뒤</p>"},
      {R"(<form><p>이름</p><input type="text"></form>)", "<p>이름</p>"},
  }));
  INFO(html);
  CHECK(mailed(html) == want);
}

TEST_CASE("Blocks that mail programs do not know become divs, and names of elements go",
          "[render][newsletter]") {
  CHECK(
      mailed(
          R"(<section id="a"><figure class="b"><figcaption>글</figcaption></figure></section>)") ==
      "<div><div><div>글</div></div></div>");
  CHECK(mailed(R"(<details open=""><summary>더</summary><p id="x">글</p></details>)") ==
        "<div><div>더</div><p>글</p></div>");
  CHECK(mailed(R"(<td align="right" colspan="2">1 &lt; 2 &amp; 3</td>)") ==
        R"(<td align="right" colspan="2">1 &lt; 2 &amp; 3</td>)");
}

TEST_CASE("What is no sanitised HTML passes as the text that it is, whole",
          "[render][newsletter]") {
  for (const char* html :
       {"<", "<<p", "</", "<p a='b'>", "1 < 2", "<p class=\"", "<iframe", "<svg>", "<audio>",
        "<p></p", "&", "<img src=\"https://i.example/a.png\""})
    CHECK_NOTHROW(mailed(html));
  CHECK(mailed("1 < 2 and <p") == "1 < 2 and <p");
}

TEST_CASE("Only documents for machines are mailed: the page keeps its pictures",
          "[render][newsletter]") {
  Feed page = edited_later, standard = edited_later;
  standard.profile = FeedProfile::standard;
  CHECK(render_checked(page, Format::html).value() ==
        render_checked(standard, Format::html).value());
  CHECK(render_checked(page, Format::atom).value() !=
        render_checked(standard, Format::atom).value());
}
