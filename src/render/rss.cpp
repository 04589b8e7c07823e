#include "sosik/render/rss.hpp"

#include <algorithm>

#include "extensions.hpp"
#include "history.hpp"
#include "sosik/base/text.hpp"
#include "spelling.hpp"
#include "xml_tree.hpp"

namespace sosik {
namespace {

void add_plain(Element& parent, const char* name, std::string_view text) {
  if (!is_blank(text)) parent.add_text(name, text, EscapeFor::rss_plain);
}

void add_atom_link(Element& channel, std::string_view rel, std::string_view url) {
  channel.add("atom:link").attribute("rel", rel).attribute("href", url);
}

// RFC 1123's image types; the profile knows no others (F-051).
bool is_image_for_rss(std::string_view url) {
  const auto path = url.substr(0, url.find_first_of("?#"));
  return std::ranges::any_of(
      std::initializer_list<std::string_view>{".jpg", ".jpeg", ".png", ".gif"},
      [&](auto extension) { return path.ends_with(extension); });
}

// Readers take a description as HTML; a summary is plain text (F-061).
std::string as_html(std::string_view plain_text) { return escape(plain_text, EscapeFor::text); }

struct Texts {
  std::string description;   // HTML
  std::string_view content;  // HTML; empty: the description is all
};

// content:encoded must have a description before it (F-060), so a body without any text is the
// description itself.
Texts texts_of(const Feed& feed, const Entry& entry, const TimeZone& zone) {
  const bool has_summary = !is_blank(entry.summary);
  if (feed.content == FeedContent::full && !entry.content_html.empty()) {
    if (has_summary) return {as_html(entry.summary), entry.content_html};
    return {entry.content_html, {}};
  }
  if (has_summary) return {as_html(entry.summary), {}};
  if (is_blank(entry.title)) return {as_html(title_or_first_words(entry, zone)), {}};  // F-054
  return {};
}

// How often to look: the same hint as ttl, in the words of older readers (F-130).
void add_update_hint(Element& channel, int ttl_minutes) {
  constexpr int hour = 60, day = 24 * hour;
  const bool is_hourly = ttl_minutes <= hour;
  channel.add_text("sy:updatePeriod", is_hourly ? "hourly" : "daily");
  channel.add_text("sy:updateFrequency",
                   std::to_string(std::max(1, (is_hourly ? hour : day) / ttl_minutes)));
}

void add_channel_metadata(Element& channel, const Feed& feed, const TimeZone& zone) {
  channel.add_text("title", feed.title, EscapeFor::rss_plain);
  channel.add_text("link", feed.home_url);
  channel.add_text("description", is_blank(feed.description) ? feed.title : feed.description,
                   EscapeFor::rss_plain);
  channel.add("atom:link")
      .attribute("rel", "self")
      .attribute("type", "application/rss+xml")
      .attribute("href", feed.rss_url);
  for (const auto& hub : feed.hubs) add_atom_link(channel, "hub", hub);
  add_plain(channel, "language", feed.language);
  add_plain(channel, "copyright", feed.copyright);
  channel.add_text("lastBuildDate", rfc822_date(feed.changed_at, zone));  // H-118
  const int ttl_minutes = std::max(1, feed.ttl_minutes);
  channel.add_text("ttl", std::to_string(ttl_minutes));
  add_update_hint(channel, ttl_minutes);
  channel.add_text("generator", generator_name);
  channel.add_text("docs", "http://www.rssboard.org/rss-specification");
  add_feed_extensions(channel, feed, feed.rss_url);
  add_history(channel, feed, "atom:link", &HistoryUrls::rss);
  if (!is_image_for_rss(feed.icon_url)) return;
  Element image = channel.add("image");
  image.add_text("url", feed.icon_url);
  image.add_text("title", feed.title, EscapeFor::rss_plain);  // both equal the channel's (F-051)
  image.add_text("link", feed.home_url);
  image.end_line();
}

void add_item(Element& channel, const Feed& feed, const Entry& entry, const TimeZone& zone) {
  Element item = channel.add("item");
  add_plain(item, "title", entry.title);
  item.add_text("link", entry.url);
  item.add_text("guid", entry.id)
      .attribute("isPermaLink", entry.id == entry.url ? "true" : "false");
  item.add_text("pubDate", rfc822_date(entry.published, zone));
  for (const auto& author : entry.authors) add_plain(item, "dc:creator", author.name);
  for (const auto& name : category_and_tag_names(entry)) add_plain(item, "category", name);
  if (!entry.comments_url.empty()) item.add_text("comments", entry.comments_url);
  const Texts texts = texts_of(feed, entry, zone);
  if (!texts.description.empty()) item.add_text("description", texts.description);
  if (!texts.content.empty()) item.add_text("content:encoded", texts.content);
  if (!entry.enclosures.empty()) {
    const Enclosure& first = entry.enclosures.front();
    item.add("enclosure")
        .attribute("url", first.url)
        .attribute("length", std::to_string(std::max<std::int64_t>(0, first.length)))
        .attribute("type", first.type);
  }
  if (entry.comment_count)
    item.add_text("slash:comments", std::to_string(*entry.comment_count));  // F-067
  add_lead_image(item, entry);
  item.end_line();
}

// Prefixes are declared only where they are used (F-030).
void declare_namespaces(Element& rss, const Feed& feed, const TimeZone& zone) {
  const auto& entries = feed.entries;
  rss.attribute("xmlns:atom", "http://www.w3.org/2005/Atom");
  if (std::ranges::any_of(entries,
                          [&](auto& e) { return !texts_of(feed, e, zone).content.empty(); }))
    rss.attribute("xmlns:content", "http://purl.org/rss/1.0/modules/content/");
  const auto has_name = [](const Author& a) { return !is_blank(a.name); };
  if (std::ranges::any_of(entries,
                          [&](auto& e) { return std::ranges::any_of(e.authors, has_name); }))
    rss.attribute("xmlns:dc", "http://purl.org/dc/elements/1.1/");
  rss.attribute("xmlns:sy", "http://purl.org/rss/1.0/modules/syndication/");
  if (std::ranges::any_of(entries, [](auto& e) { return e.comment_count.has_value(); }))
    rss.attribute("xmlns:slash", "http://purl.org/rss/1.0/modules/slash/");
  declare_extensions(rss, feed);
  declare_history(rss, feed);
}

}  // namespace

std::string render_rss(const Feed& feed) {
  const TimeZone zone = zone_of(feed);
  XmlTree tree;
  Element rss = tree.root("rss");
  rss.attribute("version", "2.0");
  declare_namespaces(rss, feed, zone);
  Element channel = rss.add("channel");
  add_channel_metadata(channel, feed, zone);
  for (const Entry& entry : feed.entries) add_item(channel, feed, entry, zone);
  channel.end_line();
  rss.end_line();
  return tree.save();
}

}  // namespace sosik
