#include "sosik/render/atom.hpp"

#include <algorithm>
#include <cstdio>
#include <set>

#include "extensions.hpp"
#include "history.hpp"
#include "lint_values.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"
#include "spelling.hpp"
#include "xml_tree.hpp"

namespace sosik {
namespace {

// An id must be an absolute, ASCII IRI in Atom (F-086). Ours are; one kept from an earlier system
// (F-003) may be a bare number, hold raw Hangul or be a tag URI that is none, as the gate sees it,
// and is then spelled as a tag URI of this feed's authority, the same in every feed.
std::string atom_id(const Feed& feed, const std::string& id) {
  if (is_absolute_uri(id) && is_tag_uri(id)) return id;
  const auto end_of_authority = feed.id.find(":/");
  return feed.id.substr(0, end_of_authority) + ":/guid/" + encode_form(id);
}

// F-087: no two entries of a feed with the same moment. Every entry has its sequence number as
// nanoseconds below the millisecond: that never reorders what milliseconds tell apart, and depends
// on nothing but the entry, so that the date stays when a neighbour comes or goes (F-089).
std::string updated_date(const Entry& entry, const TimeZone& zone) {
  const auto second = std::chrono::floor<std::chrono::seconds>(entry.updated);
  std::string date = rfc3339_date(second, zone);
  char fraction[16];
  std::snprintf(fraction, sizeof fraction, ".%03d%06d",
                static_cast<int>((entry.updated - second).count()),
                static_cast<int>(entry.sequence % 1'000'000));
  constexpr std::size_t end_of_seconds = sizeof "2026-11-23T18:05:09" - 1;
  return date.insert(end_of_seconds, fraction);
}

void add_text_if_any(Element& parent, const char* name, std::string_view text) {
  if (!is_blank(text)) parent.add_text(name, text);
}

void add_author(Element& parent, std::string_view name, std::string_view url) {
  Element author = parent.add("author");
  author.add_text("name", name);
  if (!url.empty()) author.add_text("uri", url);
  author.end_line();
}

Element add_link(Element& parent, std::string_view rel, std::string_view type,
                 std::string_view url) {
  Element link = parent.add("link");
  link.attribute("rel", rel);
  if (!type.empty()) link.attribute("type", type);
  return link.attribute("href", url);
}

void add_categories(Element& node, const Entry& entry) {
  std::set<std::string_view> terms;
  const auto add_once = [&](const std::string& term, const std::string& label) {
    if (is_blank(term) || !terms.insert(term).second) return;
    Element category = node.add("category");
    category.attribute("term", term);
    if (!is_blank(label) && label != term) category.attribute("label", label);
  };
  for (const auto& category : entry.categories) add_once(category.path, category.label);
  for (const auto& tag : entry.tags) add_once(tag, tag);
}

void add_enclosure(Element& node, const Enclosure& enclosure) {
  Element link = add_link(node, "enclosure", enclosure.type, enclosure.url);
  if (enclosure.length > 0) link.attribute("length", std::to_string(enclosure.length));
  if (!is_blank(enclosure.title)) link.attribute("title", enclosure.title);
}

// RFC 4685: where the comments are and how many there are, or only how many (F-100).
void add_comments(Element& node, const Entry& entry) {
  const std::string count = entry.comment_count ? std::to_string(*entry.comment_count) : "";
  if (!entry.comments_url.empty()) {
    Element link = add_link(node, "replies", "text/html", entry.comments_url);
    if (!count.empty()) link.attribute("thr:count", count);
  } else if (!count.empty()) {
    node.add_text("thr:total", count);
  }
}

// RFC 6721: readers that kept the post are told that it has gone (F-102).
void add_tombstones(Element& root, const Feed& feed, const TimeZone& zone) {
  if (!feed.extensions.tombstones) return;
  for (const Tombstone& tombstone : feed.tombstones)
    root.add("at:deleted-entry")
        .attribute("ref", atom_id(feed, tombstone.entry_id))
        .attribute("when", rfc3339_date(tombstone.when, zone));
}

void declare_namespaces(Element& root, const Feed& feed) {
  root.attribute("xmlns", "http://www.w3.org/2005/Atom");
  if (std::ranges::any_of(feed.entries, [](auto& e) { return e.comment_count.has_value(); }))
    root.attribute("xmlns:thr", "http://purl.org/syndication/thread/1.0");
  if (feed.extensions.tombstones && !feed.tombstones.empty())
    root.attribute("xmlns:at", "http://purl.org/atompub/tombstones/1.0");
  declare_extensions(root, feed);
  declare_history(root, feed);
}

void add_texts(Element& node, const Feed& feed, const Entry& entry, std::string_view title) {
  const bool is_full = feed.content == FeedContent::full && !entry.content_html.empty();
  if (!is_blank(entry.summary))
    node.add_text("summary", entry.summary);
  else if (!is_full)
    node.add_text("summary", title);  // F-083: some text there must be
  if (is_full) node.add_text("content", entry.content_html).attribute("type", "html");
}

void add_entry(Element& root, const Feed& feed, const Entry& entry, const TimeZone& zone) {
  Element node = root.add("entry");
  if (has_own_language(feed, entry)) node.attribute("xml:lang", entry.language);
  const std::string title = title_or_first_words(entry, zone);
  node.add_text("title", title);
  node.add_text("id", atom_id(feed, entry.id));
  node.add_text("updated", updated_date(entry, zone));
  node.add_text("published", rfc3339_date(entry.published, zone));
  add_link(node, "alternate", "text/html", entry.url);
  for (const auto& enclosure : entry.enclosures) add_enclosure(node, enclosure);
  add_comments(node, entry);
  for (const auto& author : entry.authors)
    if (!is_blank(author.name)) add_author(node, author.name, author.url);
  add_categories(node, entry);
  add_texts(node, feed, entry, title);
  add_lead_image(node, entry);
  node.end_line();
}

}  // namespace

std::string render_atom(const Feed& feed) {
  const TimeZone zone = zone_of(feed);
  XmlTree tree;
  Element root = tree.root("feed");
  declare_namespaces(root, feed);
  if (!feed.language.empty()) root.attribute("xml:lang", feed.language);
  root.add_text("title", feed.title);
  add_text_if_any(root, "subtitle", feed.description);
  root.add_text("id", feed.id);
  root.add_text("updated", rfc3339_date(feed.changed_at, zone));  // H-118
  add_link(root, "self", "application/atom+xml", feed.atom_url);
  add_link(root, "alternate", "text/html", feed.home_url);
  for (const auto& hub : feed.hubs) add_link(root, "hub", "", hub);
  // F-081: every feed has an author, so that an entry without one is still valid.
  add_author(root, is_blank(feed.author.name) ? feed.title : feed.author.name, feed.author.url);
  add_text_if_any(root, "rights", feed.copyright);
  add_text_if_any(root, "icon", feed.icon_url);
  root.add_text("generator", generator_name);
  add_feed_extensions(root, feed, feed.atom_url);
  add_history(root, feed, "link", &HistoryUrls::atom);
  add_tombstones(root, feed, zone);
  for (const Entry& entry : feed.entries) add_entry(root, feed, entry, zone);
  root.end_line();
  return tree.save();
}

}  // namespace sosik
