// What the formats have in common: an entry of a foreign feed as it was found, before it becomes a
// Post.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sosik/ingest/feed_import.hpp"

namespace sosik::feed {

struct Entry {
  std::string id;        // guid, id, rdf:about: byte for byte; empty: it has none
  std::string link;      // absolute where it can be
  std::string title;     // plain text, or text with markup as some engines write it
  std::string summary;   // HTML
  std::string content;   // HTML
  std::string base_url;  // xml:base, where it says one
  std::string language;
  std::string published, updated;  // as written
  std::vector<Author> authors;
  std::vector<std::string> labels;  // categories and tags, which feeds do not tell apart
  bool is_first_a_category = false;
  std::optional<Image> image;
  std::vector<Enclosure> enclosures;
  std::string comments_url;
  std::optional<std::int64_t> comment_count;
};

struct Document {
  std::string kind, title, generator, language;
  std::string older_url;  // as written
  std::vector<Entry> entries;
  std::vector<Problem> notices;
};

// `text` is clean UTF-8. Fail with invalid when it is no such document.
Result<Document> read_xml(std::string_view text, std::string_view url);
Result<Document> read_json(std::string_view text, std::string_view url);

// "홍길동", "hong@example.kr (홍길동)", "홍길동 <hong@example.kr>": the name, and the address if
// there is one.
Author author_from(std::string_view text);
// Escaped for HTML, in paragraphs where it has blank lines.
std::string html_from_text(std::string_view text);
// Absolute against `base`, ASCII; as written where it cannot be.
std::string absolute(std::string_view url, std::string_view base);
std::optional<std::int64_t> count_from(std::string_view text);

}  // namespace sosik::feed
