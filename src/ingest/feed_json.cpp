// JSON Feed 1.0 and 1.1 to entries.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "feed_entry.hpp"
#include "sosik/base/text.hpp"

namespace sosik::feed {
namespace {

using nlohmann::json;

// Numbers as ids are a mistake that readers forgive (F-112).
std::string text(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return "";
  if (found->is_string()) return found->get<std::string>();
  return found->is_number() ? found->dump() : "";
}

std::int64_t number(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number()) return 0;
  if (!found->is_number_float()) return std::max<std::int64_t>(0, found->get<std::int64_t>());
  return static_cast<std::int64_t>(std::clamp(found->get<double>(), 0.0, 1e12));
}

template <class Do>
void each_object(const json& object, const char* name, Do act) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_array()) return;
  for (const auto& item : *found)
    if (item.is_object()) act(item);
}

std::vector<Author> authors_of(const json& object, std::string_view url) {
  std::vector<Author> authors;
  const auto add = [&](const json& person) {
    Author author;
    author.name = clean_line(text(person, "name"));
    author.url = absolute(text(person, "url"), url);
    if (!author.name.empty() && authors.size() < max_authors) authors.push_back(std::move(author));
  };
  each_object(object, "authors", add);
  const auto one = object.find("author");
  if (authors.empty() && one != object.end() && one->is_object()) add(*one);
  return authors;
}

Entry read_item(const json& item, std::string_view url) {
  Entry entry;
  entry.id = text(item, "id");
  entry.link = absolute(text(item, "url"), url);
  if (entry.link.empty()) entry.link = absolute(text(item, "external_url"), url);
  entry.title = clean_line(text(item, "title"));
  entry.content = text(item, "content_html");
  if (entry.content.empty()) entry.content = html_from_text(text(item, "content_text"));
  entry.summary = html_from_text(text(item, "summary"));
  entry.published = text(item, "date_published");
  entry.updated = text(item, "date_modified");
  entry.language = text(item, "language");
  entry.authors = authors_of(item, url);
  const auto tags = item.find("tags");
  if (tags != item.end() && tags->is_array())
    for (const auto& tag : *tags)
      if (tag.is_string()) entry.labels.push_back(clean_line(tag.get<std::string>()));
  for (const char* name : {"image", "banner_image"}) {
    const std::string image = absolute(text(item, name), url);
    if (!entry.image && !image.empty()) entry.image = Image{image, "", 0, 0};
  }
  each_object(item, "attachments", [&](const json& attachment) {
    Enclosure enclosure;
    enclosure.url = absolute(text(attachment, "url"), url);
    enclosure.type = text(attachment, "mime_type");
    enclosure.title = clean_line(text(attachment, "title"));
    enclosure.length = number(attachment, "size_in_bytes");
    enclosure.duration_seconds = static_cast<int>(
        std::min<std::int64_t>(number(attachment, "duration_in_seconds"), 10'000'000));
    if (!enclosure.url.empty() && entry.enclosures.size() < max_enclosures)
      entry.enclosures.push_back(std::move(enclosure));
  });
  // Ours (docs/feeds.md); JSON Feed has no word for it.
  if (const auto comments = item.find("_comments");
      comments != item.end() && comments->is_object()) {
    entry.comments_url = absolute(text(*comments, "url"), url);
    if (comments->contains("count")) entry.comment_count = number(*comments, "count");
  }
  return entry;
}

int depth_of(std::string_view bytes) {
  int depth = 0, deepest = 0;
  bool is_in_string = false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (is_in_string) {
      if (c == '\\') ++i;
      if (c == '"') is_in_string = false;
    } else if (c == '"') {
      is_in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return deepest;
}

}  // namespace

Result<Document> read_json(std::string_view bytes, std::string_view url) {
  constexpr int deepest = 64;
  if (depth_of(bytes) > deepest) return invalid("it is JSON nested too deep");
  // Not with a callback that watches the depth: the library then looks through all of a list after
  // each of its objects.
  const json root = json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded()) return invalid("it is not JSON");
  const std::string version = root.is_object() ? text(root, "version") : "";
  const auto at = version.find("jsonfeed.org/version/");
  if (at == version.npos)
    return invalid("it is JSON, but no JSON Feed: its version is not one of jsonfeed.org");
  Document document;
  document.kind = "JSON Feed " + clean_line(version.substr(at + 21));
  document.title = clean_line(text(root, "title"));
  document.language = text(root, "language");
  document.older_url = text(root, "next_url");
  const auto authors = inherited(authors_of(root, url));
  each_object(root, "items", [&](const json& item) {
    if (document.entries.size() > max_feed_entries) return;
    document.entries.push_back(read_item(item, url));
    if (document.entries.back().authors.empty()) document.entries.back().authors = authors;
  });
  return document;
}

}  // namespace sosik::feed
