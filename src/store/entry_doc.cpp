#include "entry_doc.hpp"

#include <nlohmann/json.hpp>

namespace sosik::sql {

using nlohmann::json;

std::string record_to_doc(const EntryRecord& record) {
  const Entry& entry = record.entry;
  json doc = {{"url", entry.url},          {"own_page", entry.has_own_page}, {"title", entry.title},
              {"summary", entry.summary},  {"language", entry.language},     {"tags", entry.tags},
              {"tag_keys", entry.tag_keys}};
  json& authors = doc["authors"] = json::array();
  for (const auto& a : entry.authors) authors.push_back({a.key, a.name, a.url, a.email});
  json& categories = doc["categories"] = json::array();
  for (const auto& c : entry.categories) categories.push_back({c.path, c.label});
  json& enclosures = doc["enclosures"] = json::array();
  for (const auto& e : entry.enclosures)
    enclosures.push_back({e.url, e.type, e.length, e.title, e.duration_seconds});
  if (entry.image)
    doc["image"] = {entry.image->url, entry.image->alt, entry.image->width, entry.image->height};
  if (!entry.comments_url.empty()) doc["comments_url"] = entry.comments_url;
  if (entry.comment_count) doc["comment_count"] = *entry.comment_count;
  return doc.dump(-1, ' ', false, json::error_handler_t::replace);
}

bool record_from_doc(std::string_view text, EntryRecord& record) try {
  Entry& entry = record.entry;
  const json doc = json::parse(text);
  entry.url = doc.at("url");
  entry.has_own_page = doc.at("own_page");
  entry.title = doc.at("title");
  entry.summary = doc.at("summary");
  entry.language = doc.at("language");
  entry.tags = doc.at("tags").get<std::vector<std::string>>();
  entry.tag_keys = doc.at("tag_keys").get<std::vector<std::string>>();
  for (const auto& a : doc.at("authors"))
    entry.authors.push_back({a.at(0), a.at(1), a.at(2), a.at(3)});
  for (const auto& c : doc.at("categories")) entry.categories.push_back({c.at(0), c.at(1)});
  for (const auto& e : doc.at("enclosures"))
    entry.enclosures.push_back({e.at(0), e.at(1), e.at(2), e.at(3), e.at(4)});
  if (const auto found = doc.find("image"); found != doc.end())
    entry.image = Image{found->at(0), found->at(1), found->at(2), found->at(3)};
  entry.comments_url = doc.value("comments_url", "");
  if (const auto found = doc.find("comment_count"); found != doc.end())
    entry.comment_count = found->get<std::int64_t>();
  return true;
} catch (const json::exception&) {
  return false;
}

}  // namespace sosik::sql
