#include "sosik/model/archive.hpp"

#include <charconv>

namespace sosik {

std::string archive_key(std::string_view feed, std::int64_t page) {
  return std::string("\n").append(feed).append("\n").append(std::to_string(page));
}

std::optional<ArchivePage> archive_page_of(std::string_view key) {
  if (!key.starts_with('\n')) return std::nullopt;
  const auto end = key.rfind('\n');
  if (end == 0) return std::nullopt;
  ArchivePage archive;
  const auto digits = key.substr(end + 1);
  const auto end_of_key = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end_of_key, archive.page);
  if (error != std::errc() || rest != end_of_key || archive.page < 1) return std::nullopt;
  archive.feed = key.substr(1, end - 1);
  return archive;
}

}  // namespace sosik
