#include "slugs.hpp"

#include <algorithm>
#include <cctype>

#include "sosik/base/digest.hpp"
#include "sosik/base/text.hpp"

namespace sosik {
namespace {

constexpr std::size_t max_slug_bytes = 400;

// '/' would be a level of the path; a dot segment would be resolved away.
std::string clean_slug(std::string_view text) {
  std::string slug = nfc(clean_line(text));
  std::replace(slug.begin(), slug.end(), '/', '-');
  if (is_blank(slug) || slug == "." || slug == "..") return "";
  return slug.substr(0, prefix_of_bytes(slug, max_slug_bytes));
}

bool is_numbered(std::string_view slug, std::string_view wanted) {
  if (slug.size() <= wanted.size() + 1 || !slug.starts_with(wanted) || slug[wanted.size()] != '-')
    return false;
  const auto number = slug.substr(wanted.size() + 1);
  return std::all_of(number.begin(), number.end(),
                     [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

std::string wanted_slug(const Post& post, const std::optional<EntryRecord>& record,
                        std::vector<std::string>& notices) {
  std::string slug = clean_slug(post.slug);
  if (!slug.empty() && slug != post.slug && slug != nfc(post.slug))
    notices.push_back("its slug was repaired to '" + slug + "'");
  if (slug.empty() && record) slug = record->entry.slug;
  if (slug.empty()) slug = clean_slug(slug_from(clean_line(post.title)));
  if (slug.empty()) slug = clean_slug(slug_from(clean_line(post.post_id)));
  if (slug.empty()) slug = hash64_hex(post.post_id);
  return slug;
}

bool is_own_slug(std::string_view slug, std::string_view wanted) {
  return slug == wanted || is_numbered(slug, wanted);
}

std::string settled_slug(const std::string& wanted, const std::string& entry_id,
                         const std::optional<EntryRecord>& record,
                         const std::function<bool(const std::string&)>& is_taken) {
  if (record && record->is_shown && is_numbered(record->entry.slug, wanted) &&
      !is_taken(record->entry.slug))
    return record->entry.slug;
  if (!is_taken(wanted)) return wanted;
  for (int number = 2; number <= 9; ++number) {
    std::string slug = wanted + "-" + std::to_string(number);
    if (!is_taken(slug)) return slug;
  }
  for (std::string salt;; salt += '+') {
    std::string slug = wanted + "-" + hash64_hex(entry_id + salt);
    if (!is_taken(slug)) return slug;
  }
}

}  // namespace sosik
