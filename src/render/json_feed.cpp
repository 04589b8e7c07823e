#include "sosik/render/json_feed.hpp"

#include <nlohmann/json.hpp>

#include "escape.hpp"
#include "sosik/base/text.hpp"
#include "spelling.hpp"

namespace sosik {
namespace {

using Json =
    nlohmann::ordered_json;  // members in the order of writing: same feed, same bytes (F-010)

// Absent, never null or blank (F-122).
void set_if_any(Json& object, const char* name, std::string_view text) {
  if (!is_blank(text)) object[name] = only_legal(text);
}

Json author_object(const Author& author) {
  Json object = Json::object();
  set_if_any(object, "name", author.name);
  set_if_any(object, "url", author.url);
  return object;
}

// `authors` for 1.1, the first as `author` for readers of 1.0 (F-115).
void set_authors(Json& object, const std::vector<Author>& authors) {
  Json list = Json::array();
  for (const auto& author : authors)
    if (auto one = author_object(author); !one.empty()) list.push_back(std::move(one));
  if (list.empty()) return;
  object["author"] = list.front();
  object["authors"] = std::move(list);
}

Json attachment(const Enclosure& enclosure) {
  Json object = {{"url", only_legal(enclosure.url)}, {"mime_type", only_legal(enclosure.type)}};
  set_if_any(object, "title", enclosure.title);
  if (enclosure.length > 0) object["size_in_bytes"] = enclosure.length;
  if (enclosure.duration_seconds > 0) object["duration_in_seconds"] = enclosure.duration_seconds;
  return object;
}

// One of the two there must be (F-113); HTML nowhere else.
void set_content(Json& item, const Feed& feed, const Entry& entry, const TimeZone& zone) {
  if (feed.content == FeedContent::full && !entry.content_html.empty())
    item["content_html"] = only_legal(entry.content_html);
  else
    item["content_text"] =
        only_legal(is_blank(entry.summary) ? title_or_first_words(entry, zone) : entry.summary);
}

// The format has no member for it, so it is an extension of ours (F-120).
void set_comments(Json& item, const Entry& entry) {
  if (!entry.comments_url.empty()) item["_comments"]["url"] = only_legal(entry.comments_url);
  if (entry.comment_count) item["_comments"]["count"] = *entry.comment_count;
}

Json item_object(const Feed& feed, const Entry& entry, const TimeZone& zone) {
  Json item = {{"id", only_legal(entry.id)}, {"url", only_legal(entry.url)}};
  set_if_any(item, "title", entry.title);
  set_content(item, feed, entry, zone);
  set_if_any(item, "summary", entry.summary);
  if (entry.image) set_if_any(item, "image", entry.image->url);
  item["date_published"] = rfc3339_date(entry.published, zone);
  item["date_modified"] = rfc3339_date(entry.updated, zone);
  set_authors(item, entry.authors);
  if (has_own_language(feed, entry)) item["language"] = only_legal(entry.language);
  for (const auto& name : category_and_tag_names(entry)) item["tags"].push_back(only_legal(name));
  for (const auto& enclosure : entry.enclosures)
    item["attachments"].push_back(attachment(enclosure));
  set_comments(item, entry);
  return item;
}

}  // namespace

std::string render_json_feed(const Feed& feed) {
  const TimeZone zone = zone_of(feed);
  Json document = {{"version", "https://jsonfeed.org/version/1.1"},
                   {"title", only_legal(feed.title)}};
  set_if_any(document, "home_page_url", feed.home_url);
  set_if_any(document, "feed_url", feed.json_url);
  if (!feed.history.is_complete) set_if_any(document, "next_url", feed.history.previous.json);
  set_if_any(document, "description", feed.description);
  set_if_any(document, "icon", feed.icon_url);
  set_if_any(document, "favicon", feed.icon_url);
  set_if_any(document, "language", feed.language);
  set_authors(document, {feed.author});
  for (const auto& hub : feed.hubs)
    document["hubs"].push_back({{"type", "WebSub"}, {"url", only_legal(hub)}});
  document["items"] = Json::array();
  for (const Entry& entry : feed.entries)
    document["items"].push_back(item_object(feed, entry, zone));
  return document.dump(1) + "\n";
}

}  // namespace sosik
