#include "page.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"
#include "sosik/render/html.hpp"
#include "spelling.hpp"

namespace sosik {
namespace {

void add_head(HtmlWriter& page, const Feed& site, const Entry& entry, const std::string& title,
              const std::string& root) {
  begin_page(page, site.language, title + " — " + site.title, path_of_url(root));
  if (!is_blank(entry.summary))
    page.empty("meta", {{"name", "description"}, {"content", entry.summary}});
  page.empty("link", {{"rel", "canonical"}, {"href", entry.url}});
  add_alternates(page, site);
  if (!site.icon_url.empty()) page.empty("link", {{"rel", "icon"}, {"href", site.icon_url}});
}

void add_authors(HtmlWriter& page, const Feed& site, const Entry& entry) {
  if (entry.authors.empty()) return;
  page.open("ul", {{"class", "authors"}, {"aria-label", "글쓴이"}});
  for (const auto& author : entry.authors) {
    page.open("li");
    if (author.key.empty() || !site.derived.authors)
      page.text(author.name);
    else
      page.element("a", {{"href", author_page(service_root(site), author.key)}, {"rel", "author"}},
                   author.name);
    page.close();
  }
  page.close();
}

void add_dates(HtmlWriter& page, const Entry& entry, const TimeZone& zone) {
  page.open("p").text("발행 ");
  add_time(page, entry.published, zone);
  // Both are shown to the minute.
  const auto minute = [](Timestamp t) { return std::chrono::floor<std::chrono::minutes>(t); };
  if (minute(entry.updated) > minute(entry.published)) {
    page.text(" · 고침 ");
    add_time(page, entry.updated, zone);
  }
  page.close();
}

void add_enclosures(HtmlWriter& page, const Entry& entry) {
  if (entry.enclosures.empty()) return;
  page.element("h2", {{"class", "small"}}, "첨부").open("ul").line();
  for (const auto& enclosure : entry.enclosures) {
    const auto name = display_url(enclosure.url.substr(enclosure.url.rfind('/') + 1));  // K-066
    const std::string& label = is_blank(enclosure.title) ? name : enclosure.title;
    page.open("li").element("a", {{"href", enclosure.url}, {"type", enclosure.type}}, label);
    page.text(" (" + enclosure.type + ")").close().line();
  }
  page.close().line();
}

void add_tags(HtmlWriter& page, const Feed& site, const Entry& entry) {
  if (entry.tags.empty()) return;
  page.open("ul", {{"class", "tags"}, {"aria-label", "태그"}});
  for (std::size_t i = 0; i < entry.tags.size(); ++i) {
    const std::string& tag = entry.tags[i];
    const std::string& key = i < entry.tag_keys.size() ? entry.tag_keys[i] : tag;
    page.open("li");
    if (site.derived.tags)
      page.element("a", {{"href", tag_page(service_root(site), key)}, {"rel", "tag"}}, tag);
    else
      page.text(tag);
    page.close();
  }
  page.close().line();
}

}  // namespace

std::string render_post_page(const Feed& site, const Entry& entry) {
  const TimeZone zone = zone_of(site);
  const std::string root = service_root(site);
  const std::string title = title_or_first_words(entry, zone);
  const std::string_view language = has_own_language(site, entry) ? entry.language : site.language;
  HtmlWriter page;
  add_head(page, site, entry, title, root);
  begin_body(page);
  page.open("header").open("nav").element("a", {{"href", root + "/"}}, "← " + site.title);
  page.close().close().line();
  page.open("main", {{"id", "main"}}).line();
  page.open("article", {{"lang", language}}).line();
  page.element("h1", {}, title).line();
  page.open("div", {{"class", "meta"}, {"lang", site.language}});
  add_dates(page, entry, zone);
  add_authors(page, site, entry);
  add_categories(page, site, entry);
  page.close().line();
  page.open("div", {{"class", "content"}})
      .line()
      .sanitised(entry.content_html)
      .line()
      .close()
      .line();
  page.close().line();  // article
  add_enclosures(page, entry);
  add_tags(page, site, entry);
  page.open("p").element("a", {{"href", root + "/"}}, "← 모든 글 보기").text(" · ");
  page.element("a", {{"href", root + "/#subscribe"}}, "구독하기").close().line();
  page.close().line();  // main
  end_page(page);
  return page.finish();
}

}  // namespace sosik
