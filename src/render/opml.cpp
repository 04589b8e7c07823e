#include "sosik/render/opml.hpp"

#include "sosik/base/text.hpp"
#include "xml_tree.hpp"

namespace sosik {
namespace {

void add_feed(Element& parent, const ListedFeed& feed) {
  Element outline = parent.add("outline");
  outline.attribute("type", "rss").attribute("text", feed.title).attribute("title", feed.title);
  if (!is_blank(feed.description)) outline.attribute("description", feed.description);
  if (!feed.language.empty()) outline.attribute("language", feed.language);
  outline.attribute("xmlUrl", feed.rss_url).attribute("htmlUrl", feed.html_url);
}

}  // namespace

std::string render_opml(const FeedList& list) {
  XmlTree tree;
  Element opml = tree.root("opml");
  opml.attribute("version", "2.0");
  Element head = opml.add("head");
  head.add_text("title", list.title);
  if (!is_blank(list.owner)) head.add_text("ownerName", list.owner);
  head.add_text("docs", "http://opml.org/spec2.opml");
  head.end_line();
  Element body = opml.add("body");
  for (const ListedFeed& feed : list.feeds) add_feed(body, feed);
  if (!list.categories.empty()) {
    Element group = body.add("outline");
    group.attribute("text", "카테고리").attribute("title", "카테고리");
    for (const ListedFeed& feed : list.categories) add_feed(group, feed);
    group.end_line();
  }
  body.end_line();
  opml.end_line();
  return tree.save();
}

}  // namespace sosik
