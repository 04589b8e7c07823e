#include "page.hpp"

#include "sosik/base/url.hpp"
#include "spelling.hpp"

namespace sosik {

void begin_page(HtmlWriter& page, std::string_view language, std::string_view title,
                std::string_view base_path) {
  page.open("html", {{"lang", language.empty() ? "ko" : language}}).line();
  page.open("head").line();
  page.empty("meta", {{"charset", "utf-8"}});
  page.empty("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  page.empty("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
  page.element("title", {}, title).line();
  page.empty("link", {{"rel", "stylesheet"}, {"href", std::string(base_path) + "/style.css"}});
}

void add_alternates(HtmlWriter& page, const Feed& feed) {
  if (!feed.is_served) return;
  const auto add = [&](std::string_view type, std::string_view url, std::string_view name) {
    page.empty("link", {{"rel", "alternate"},
                        {"type", type},
                        {"title", feed.title + " (" + std::string(name) + ")"},
                        {"href", url}});
  };
  add("application/rss+xml", feed.rss_url, "RSS");
  add("application/atom+xml", feed.atom_url, "Atom");
  add("application/feed+json", feed.json_url, "JSON Feed");
}

void begin_body(HtmlWriter& page) {
  page.close().line();  // head
  page.open("body").line();
  page.element("a", {{"class", "skip"}, {"href", "#main"}}, "본문으로 건너뛰기").line();
}

void end_page(HtmlWriter& page) {
  page.open("footer").open("p").text("이 페이지와 피드는 ");
  page.element("span", {{"lang", "en"}}, "Sosik").text("이 발행합니다.").close().close().line();
}

void add_time(HtmlWriter& page, Timestamp moment, const TimeZone& zone) {
  page.element("time", {{"datetime", rfc3339_date(moment, zone)}}, korean_date(moment, zone));
}

void add_categories(HtmlWriter& page, const Feed& feed, const Entry& entry) {
  if (entry.categories.empty()) return;
  page.open("ul", {{"class", "categories"}, {"aria-label", "카테고리"}});
  for (const auto& category : entry.categories) {
    page.open("li");
    if (feed.derived.categories)
      page.element("a", {{"href", category_page(service_root(feed), category.path)}},
                   category.label);
    else
      page.text(category.label);
    page.close();
  }
  page.close();
}

std::string category_page(std::string_view service_root, std::string_view path) {
  return std::string(service_root) + "/category/" + encode_path(path) + "/feed";
}

std::string tag_page(std::string_view service_root, std::string_view tag) {
  return std::string(service_root) + "/tag/" + encode_segment(tag) + "/feed";
}

std::string author_page(std::string_view service_root, std::string_view author) {
  return std::string(service_root) + "/author/" + encode_segment(author) + "/feed";
}

std::string path_of_url(std::string_view url) {
  const auto authority = url.find("//");
  if (authority == std::string_view::npos) return {};
  const auto path = url.find('/', authority + 2);
  return path == std::string_view::npos ? std::string() : std::string(url.substr(path));
}

}  // namespace sosik
