#include "conditional.hpp"

#include <algorithm>

#include "characters.hpp"
#include "header_list.hpp"
#include "sosik/base/timestamp.hpp"

namespace sosik {

namespace {

// The opaque part of `"x"` or `W/"x"`; nothing for what is no entity tag (H-065).
std::optional<std::string_view> opaque_part(std::string_view tag) {
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  if (tag.size() < 2 || tag.front() != '"' || tag.back() != '"') return std::nullopt;
  tag = tag.substr(1, tag.size() - 2);
  if (tag.find('"') != tag.npos) return std::nullopt;
  return tag;
}

// Entity tags know no backslash escapes, so ListReader, which honours them, is not for these.
class TagReader {
 public:
  explicit TagReader(std::string_view list) : rest_(list) {}

  std::optional<std::string_view> next() {
    while (!rest_.empty()) {
      bool is_quoted = false;
      std::size_t i = 0;
      for (; i < rest_.size() && (is_quoted || rest_[i] != ','); ++i)
        if (rest_[i] == '"') is_quoted = !is_quoted;
      const std::string_view tag = trim(rest_.substr(0, i));
      rest_.remove_prefix(std::min(i + 1, rest_.size()));
      if (!tag.empty()) return tag;
    }
    return std::nullopt;
  }

 private:
  std::string_view rest_;
};

bool lists_star(std::string_view list) {
  TagReader tags(list);
  while (auto tag = tags.next())
    if (*tag == "*") return true;
  return false;
}

// Strong comparison: a weak tag never matches (H-081).
bool match_names(std::string_view if_match, std::string_view etag_hash) {
  if (trim(if_match) == "*") return true;
  TagReader tags(if_match);
  while (auto tag = tags.next())
    if (!tag->starts_with("W/") && names_version(*tag, etag_hash)) return true;
  return false;
}

bool is_unmodified_since(std::string_view date, const Representation& representation, Timestamp now,
                         bool when_unreadable) {
  const std::string_view line = representation.last_modified;
  constexpr std::size_t name = std::string_view("Last-Modified: ").size();
  if (line.size() > name + 2 && line.substr(name, line.size() - name - 2) == date) return true;
  const std::optional<Timestamp> since = parse_http_date(date, now);
  if (!since) return when_unreadable;
  return to_unix_seconds(representation.changed_at) <= to_unix_seconds(*since);
}

}  // namespace

bool names_version(std::string_view tag, std::string_view etag_hash) {
  const auto opaque = opaque_part(tag);
  if (!opaque || etag_hash.empty() || !opaque->starts_with(etag_hash)) return false;
  return opaque->size() == etag_hash.size() || (*opaque)[etag_hash.size()] == '-' ||
         (*opaque)[etag_hash.size()] == ';';
}

bool none_match_names(std::string_view if_none_match, std::string_view etag_hash) {
  if (trim(if_none_match) == "*") return true;
  bool is_named = false;
  TagReader tags(if_none_match);
  while (auto tag = tags.next())
    if (names_version(*tag, etag_hash)) is_named = true;
  return is_named && !lists_star(if_none_match);  // "*" among tags spoils the list (H-066)
}

Precondition evaluate(const Request& request, const Representation& representation,
                      bool has_last_modified, Timestamp now) {
  if (request.if_match) {
    if (!match_names(*request.if_match, representation.etag_hash)) return Precondition::failed;
  } else if (request.if_unmodified_since && has_last_modified) {
    if (!is_unmodified_since(*request.if_unmodified_since, representation, now, true))
      return Precondition::failed;
  }
  if (request.if_none_match) {  // and then If-Modified-Since is not looked at (H-062)
    if (*request.if_none_match == representation.etag ||
        none_match_names(*request.if_none_match, representation.etag_hash))
      return Precondition::not_modified;
  } else if (request.if_modified_since && has_last_modified) {
    if (is_unmodified_since(*request.if_modified_since, representation, now, false))
      return Precondition::not_modified;
  }
  return Precondition::proceed;
}

bool may_be_conditional(const Request& request, Timestamp now) {
  if (!request.if_none_match)
    return request.if_modified_since && parse_http_date(*request.if_modified_since, now);
  constexpr std::size_t hash_size = 16;
  TagReader tags(*request.if_none_match);
  while (auto tag = tags.next()) {
    const auto opaque = opaque_part(*tag);
    if (*tag == "*" || (opaque && opaque->size() >= hash_size &&
                        std::ranges::all_of(opaque->substr(0, hash_size), is_hex_digit) &&
                        names_version(*tag, opaque->substr(0, hash_size))))
      return true;
  }
  return false;
}

const Representation& named_representation(const Request& request, const CodingPreference& codings,
                                           const Snapshot& snapshot, Format format,
                                           const Representation& selected) {
  if (!request.if_none_match || *request.if_none_match == selected.etag) return selected;
  const Representation* sibling = nullptr;
  TagReader tags(*request.if_none_match);
  while (auto tag = tags.next()) {
    if (tag->starts_with("W/")) tag->remove_prefix(2);
    if (*tag == selected.etag) return selected;
    for (Coding coding : CodingPreference::our_order) {
      const Representation* other =
          codings.accepts(coding) ? snapshot.known(format, coding) : nullptr;
      if (other && *tag == other->etag) sibling = other;
    }
  }
  return sibling ? *sibling : selected;
}

}  // namespace sosik
