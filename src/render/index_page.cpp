#include "page.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"
#include "sosik/render/html.hpp"
#include "spelling.hpp"

namespace sosik {
namespace {

void add_head(HtmlWriter& page, const Feed& feed, const std::string& root) {
  begin_page(page, feed.language, feed.title, path_of_url(root));
  if (!is_blank(feed.description))
    page.empty("meta", {{"name", "description"}, {"content", feed.description}});
  page.empty("link", {{"rel", "canonical"}, {"href", feed.html_url}});
  add_alternates(page, feed);
  if (!feed.icon_url.empty()) page.empty("link", {{"rel", "icon"}, {"href", feed.icon_url}});
  // No rel=hub: the documents above are topics, this page is not, and whoever subscribed to it at a
  // hub would never hear of anything (N-003 is about pages that are topics).
  page.empty("link", {{"rel", "self"}, {"href", feed.html_url}});
}

void add_address(HtmlWriter& page, std::string_view name, std::string_view url) {
  page.element("dt", {}, name);
  page.open("dd").open("a", {{"href", url}}).element("code", {}, display_url(url));  // K-066
  page.close().close().line();
}

void add_subscribing(HtmlWriter& page, const Feed& feed) {
  page.open("section", {{"class", "subscribe"}, {"aria-labelledby", "subscribe"}}).line();
  page.element("h2", {{"id", "subscribe"}}, "구독하기").line();
  page.element("p", {},
               "피드 리더는 여러 블로그의 새 글을 한곳에 모아 보여 주는 프로그램입니다. 아래 주소 "
               "가운데 하나를 복사해 피드 리더에 붙여 넣으면, 새 글이 발행될 때마다 받아 볼 수 "
               "있습니다. 어느 것이든 내용은 같습니다.")
      .line();
  page.open("dl").line();
  add_address(page, "RSS", feed.rss_url);
  add_address(page, "Atom", feed.atom_url);
  add_address(page, "JSON Feed", feed.json_url);
  page.close().line();
  page.open("p").text("주제별 피드까지 한꺼번에 구독하려면 ");
  page.element("a", {{"href", service_root(feed) + "/opml.xml"}, {"type", "text/x-opml"}},
               "모든 피드 목록(OPML)");
  page.text("을 피드 리더에서 가져오세요.").close().line();
  page.close().line();
}

void add_entry(HtmlWriter& page, const Feed& feed, const Entry& entry, const TimeZone& zone) {
  page.open("li");
  if (has_own_language(feed, entry))
    page.open("article", {{"lang", entry.language}}).line();
  else
    page.open("article").line();
  page.open("h3").element("a", {{"href", entry.url}}, title_or_first_words(entry, zone));
  page.close().line();
  page.open("div", {{"class", "meta"}});
  add_time(page, entry.published, zone);
  add_categories(page, feed, entry);
  page.close().line();
  if (!is_blank(entry.summary) && !is_blank(entry.title))
    page.element("p", {}, entry.summary).line();
  page.close().close().line();
}

std::string count_of(const Feed& feed) {
  const auto shown = static_cast<std::int64_t>(feed.entries.size());
  const auto total = std::max(feed.total, shown);
  std::string text = "글 " + std::to_string(total) + "개";
  if (shown < total) text += " 가운데 최근 " + std::to_string(shown) + "개";
  return text;
}

}  // namespace

std::string render_index_page(const Feed& feed) {
  const TimeZone zone = zone_of(feed);
  const std::string root = service_root(feed);
  HtmlWriter page;
  add_head(page, feed, root);
  begin_body(page);
  page.open("header").line();
  if (feed.html_url != root + "/")
    page.open("nav").element("a", {{"href", root + "/"}}, "← 모든 글").close().line();
  page.element("h1", {}, feed.title).line();
  if (!is_blank(feed.description)) page.element("p", {{"class", "lead"}}, feed.description).line();
  page.close().line();
  page.open("main", {{"id", "main"}}).line();
  if (feed.is_served) add_subscribing(page, feed);
  page.element("h2", {}, count_of(feed)).line();
  if (feed.entries.empty()) page.element("p", {}, "아직 발행된 글이 없습니다.").line();
  if (!feed.entries.empty()) {
    page.open("ol", {{"class", "posts"}}).line();
    for (const Entry& entry : feed.entries) add_entry(page, feed, entry, zone);
    page.close().line();
  }
  page.close().line();  // main
  end_page(page);
  return page.finish();
}

}  // namespace sosik
