#include "definitions.hpp"

#include <algorithm>
#include <array>

#include "sosik/base/language_tag.hpp"
#include "sosik/base/text.hpp"

namespace sosik {
namespace {

// First path segments that mean something else (PRODUCT.md, what is served).
constexpr std::array<std::string_view, 8> reserved_names = {
    "category", "tag", "author", "archive", "posts", "hub", "rsscloud", "feed"};

bool is_name(std::string_view name) {
  if (name.empty() || name.size() > 60) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
  });
}

std::vector<std::string> clean_names(TomlTable& table, std::string_view key) {
  auto values = table.texts(key);
  for (auto& value : values) {
    value = nfc(clean_line(value));
    if (is_blank(value)) table.problem(key, std::string(key) + " holds an empty name");
  }
  return values;
}

FeedDefinition read_definition(const std::filesystem::path& file, std::string key,
                               const FeedDefinition& defaults, Problems& problems) {
  auto table = TomlTable::from_file(file, problems);
  FeedDefinition feed = defaults;
  feed.key = std::move(key);
  feed.title = clean_line(table.text("title", feed.key == "main" ? defaults.title : ""));
  if (is_blank(feed.title)) table.problem("title", "the feed needs a title");
  feed.description = clean_line(table.text("description"));
  feed.limit = static_cast<std::size_t>(
      table.integer("limit", static_cast<std::int64_t>(defaults.limit), 1, 1000));
  const auto content = table.choice(
      "content", defaults.content == FeedContent::full ? "full" : "summary", {"full", "summary"});
  feed.content = content == "full" ? FeedContent::full : FeedContent::summary;
  feed.language = table.text("language");
  if (!feed.language.empty()) {
    if (auto why = language_problem(feed.language); !why.empty()) table.problem("language", why);
  }
  feed.filter.categories = clean_names(table, "categories");
  feed.filter.with_children = table.flag("with_children", true);
  feed.filter.tags = clean_names(table, "tags");
  feed.filter.authors = clean_names(table, "authors");
  feed.filter.languages = clean_names(table, "languages");
  feed.filter.exclude_categories = clean_names(table, "exclude_categories");
  feed.filter.exclude_tags = clean_names(table, "exclude_tags");
  table.finish();
  return feed;
}

// In the order of their names; none when there is no such folder.
std::vector<std::filesystem::path> definition_files(const std::filesystem::path& directory,
                                                    Problems& problems) {
  std::vector<std::filesystem::path> files;
  std::error_code ec;
  if (!std::filesystem::exists(directory, ec)) return files;
  for (std::filesystem::directory_iterator it(directory, ec), end; !ec && it != end;
       it.increment(ec)) {
    if (it->path().extension() == ".toml") files.push_back(it->path());
  }
  if (ec) {
    problems.push_back(
        directory.string() +
        ": cannot read the folder of feed definitions (feeds.directory): " + ec.message());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::vector<FeedDefinition> load_definitions(const std::filesystem::path& directory,
                                             const FeedDefinition& defaults, Problems& problems) {
  const auto files = definition_files(directory, problems);
  std::vector<FeedDefinition> definitions;
  for (const auto& file : files) {
    auto key = nfc(file.stem().string());
    if (!is_valid_utf8(key) || !is_name(key)) {
      problems.push_back(file.string() +
                         ": the file's name is the feed's name: small letters, digits, Hangul, '-' "
                         "and '_', at most 60 bytes");
      continue;
    }
    if (std::find(reserved_names.begin(), reserved_names.end(), key) != reserved_names.end()) {
      problems.push_back(file.string() + ": '" + key + "' is reserved; name the feed otherwise");
      continue;
    }
    const bool is_known = std::any_of(definitions.begin(), definitions.end(),
                                      [&](const FeedDefinition& d) { return d.key == key; });
    if (is_known) {
      problems.push_back(file.string() + ": another file defines '" + key +
                         "' too (the same letters, composed otherwise)");
      continue;
    }
    definitions.push_back(read_definition(file, key, defaults, problems));
  }
  const bool has_main = std::any_of(definitions.begin(), definitions.end(),
                                    [](const FeedDefinition& d) { return d.key == "main"; });
  if (!has_main) {
    auto everything = defaults;
    everything.key = "main";
    definitions.insert(definitions.begin(), std::move(everything));
  }
  return definitions;
}

}  // namespace sosik
