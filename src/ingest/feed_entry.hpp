// What the formats have in common: an entry of a foreign feed as it was found, before it becomes a
// Post.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sosik/ingest/feed_import.hpp"

namespace sosik::feed {

// No feed that people read has more; what would be kept again and again is bounded here.
constexpr std::size_t max_authors = 100;            // of an entry
constexpr std::size_t max_inherited_authors = 10;   // of a feed, which each entry has again
constexpr std::size_t max_inherited_bytes = 8'000;  // of a name or an address among those
constexpr std::size_t max_enclosures = 1000;

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
  // Categories and tags, which feeds do not tell apart; the same one may be there twice.
  std::vector<std::string> labels;
  bool is_first_a_category = false;
  bool is_link_its_own = false;  // it has no id, and no other entry has its link
  std::optional<Image> image;
  std::vector<Enclosure> enclosures;
  std::string comments_url;
  std::optional<std::int64_t> comment_count;
};

struct Document {
  std::string kind, title, generator, language;
  std::string older_url;       // as written
  std::vector<Entry> entries;  // at most one more than max_feed_entries
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
// What an entry without authors has from its feed (RFC 4287 section 4.2.1).
std::vector<Author> inherited(std::vector<Author> authors);

}  // namespace sosik::feed
