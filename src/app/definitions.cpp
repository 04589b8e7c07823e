#include "definitions.hpp"

#include <algorithm>
#include <array>

#include "sosik/base/language_tag.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"

namespace sosik {
namespace {

// First path segments that mean something else (PRODUCT.md, what is served).
constexpr std::array<std::string_view, 9> reserved_names = {
    "category", "tag", "author", "archive", "posts", "hub", "rsscloud", "feed", opml_key};

constexpr std::size_t newsletter_limit = 50;

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

// F-032: what the W3C validator warns of, so that a feed has it only where it is asked for.
FeedExtensions read_extensions(TomlTable& table) {
  FeedExtensions extensions;
  for (const auto& name : table.texts("extensions")) {
    if (name == "tombstones")
      extensions.tombstones = true;
    else if (name == "webfeeds")
      extensions.webfeeds = true;
    else if (name == "source")
      extensions.source = true;
    else
      table.problem("extensions", "extensions holds \"" + printable(name) +
                                      "\"; allowed: \"tombstones\", \"webfeeds\", \"source\"");
  }
  return extensions;
}

// A definition and its file: what it says of other feeds is checked when all are read.
struct DefinitionFile {
  FeedDefinition feed;
  TomlTable table;
};

DefinitionFile read_definition(const std::filesystem::path& file, std::string key,
                               const FeedDefinition& defaults, Problems& problems) {
  const auto known_problems = problems.size();
  auto table = TomlTable::from_file(file, problems);
  const bool is_readable = problems.size() == known_problems;  // else nothing more can be said
  FeedDefinition feed = defaults;
  feed.key = std::move(key);
  feed.moved_to = nfc(clean_line(table.text("moved_to")));
  feed.is_gone = table.flag("gone", false);
  feed.title = clean_line(table.text("title", feed.key == "main" ? defaults.title : ""));
  if (is_readable && is_blank(feed.title) && feed.is_served())
    table.problem("title", "the feed needs a title");
  feed.description = clean_line(table.text("description"));
  feed.profile = table.choice("profile", "standard", {"standard", "newsletter"}) == "newsletter"
                     ? FeedProfile::newsletter
                     : FeedProfile::standard;
  // F-181: as many as a month brings, or a digest lacks the rest.
  const std::size_t usual_limit = feed.profile == FeedProfile::newsletter
                                      ? std::max(defaults.limit, newsletter_limit)
                                      : defaults.limit;
  feed.limit = static_cast<std::size_t>(
      table.integer("limit", static_cast<std::int64_t>(usual_limit), 1, 1000));
  feed.max_bytes = static_cast<std::size_t>(table.integer(
      "max_bytes", static_cast<std::int64_t>(defaults.max_bytes), 100'000, 5'000'000));
  feed.extensions = read_extensions(table);
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
  return {std::move(feed), std::move(table)};
}

bool is_url(std::string_view text) { return text.find("://") != std::string_view::npos; }

// The path as the server sees it: decoded segments, "." and ".." done, without empty ones.
std::vector<std::string> segments(const HttpUrl& url) {
  std::vector<std::string> path;
  std::string_view rest = url.target;
  rest = rest.substr(0, rest.find('?'));
  while (!rest.empty()) {
    const auto raw = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(raw.size() + 1, rest.size()));
    const auto decoded = decode_percent(raw);
    std::string segment = decoded ? *decoded : std::string(raw);
    if (segment.empty() || segment == ".") continue;
    if (segment != "..")
      path.push_back(std::move(segment));
    else if (!path.empty())
      path.pop_back();
  }
  return path;
}

// Below public_url, where only names of feeds lead anywhere without a loop (H-231), by any name of
// the host. http and https are one place: a proxy may turn the one into the other.
bool is_on_this_site(const std::string& url, const DefinedSite& site) {
  const auto there = parse_http_url(url), here = parse_http_url(site.public_url);
  if (!there || !here) return false;
  const auto place = [](const HttpUrl& u) { return u.port == 443 ? 80 : u.port; };
  if (there->host != here->host && !std::ranges::count(site.hosts, there->host)) return false;
  const auto path = segments(*there), base = segments(*here);
  return place(*there) == place(*here) && path.size() >= base.size() &&
         std::equal(base.begin(), base.end(), path.begin());
}

bool is_derived(const DerivedFeeds& derived, std::string_view key) {
  const auto is_kind = [&](std::string_view kind) {
    return key.starts_with(kind) && key.size() > kind.size();
  };
  return (derived.categories && is_kind("category/")) || (derived.tags && is_kind("tag/")) ||
         (derived.authors && is_kind("author/"));
}

// One step, to a feed that is served: no chain, no loop (H-230, H-231).
std::string move_problem(const FeedDefinition& feed, const std::vector<FeedDefinition>& all,
                         const DefinedSite& site) {
  const std::string& to = feed.moved_to;
  if (feed.is_gone) return "moved_to and gone = true exclude each other";
  if (is_url(to)) {
    const auto url = parse_http_url(to);
    if (!url || !ascii_url(to) || url->has_userinfo)
      return "moved_to is \"" + printable(to) +
             "\"; it must be an http or https URL without a user";
    if (is_on_this_site(to, site))
      return "moved_to leads to this site; write the name of the feed instead, such as \"main\"";
    return {};
  }
  if (to == feed.key) return "moved_to names this feed itself";
  const auto target = std::ranges::find(all, to, &FeedDefinition::key);
  if (target == all.end() && is_derived(site.derived, to)) return {};
  if (target == all.end()) {
    std::string names;
    for (const auto& other : all)
      if (other.key != feed.key) names += (names.empty() ? "" : ", ") + other.key;
    return "moved_to is \"" + printable(to) +
           "\"; it must be an absolute http or https URL or another feed: " + names +
           ", category/..., tag/..., author/... where these are derived";
  }
  if (target->is_gone) return "moved_to leads to '" + to + "', which is gone";
  if (target->moved_to == feed.key)
    return "moved_to leads to '" + to + "', which has moved back here";
  if (!target->moved_to.empty())
    return "moved_to leads to '" + to + "', which has itself moved; name \"" +
           printable(target->moved_to) + "\" here";
  return {};
}

void check_move(FeedDefinition& feed, const std::vector<FeedDefinition>& all,
                const DefinedSite& site, TomlTable& table) {
  if (feed.moved_to.empty()) return;
  if (is_url(feed.moved_to))
    if (auto url = ascii_url(feed.moved_to)) feed.moved_to = *std::move(url);
  if (auto why = move_problem(feed, all, site); !why.empty()) table.problem("moved_to", why);
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
                                             const FeedDefinition& defaults,
                                             const DefinedSite& site, Problems& problems) {
  const auto files = definition_files(directory, problems);
  std::vector<DefinitionFile> read;
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
    const bool is_known =
        std::ranges::any_of(read, [&](const DefinitionFile& d) { return d.feed.key == key; });
    if (is_known) {
      problems.push_back(file.string() + ": another file defines '" + key +
                         "' too (the same letters, composed otherwise)");
      continue;
    }
    read.push_back(read_definition(file, key, defaults, problems));
  }
  std::vector<FeedDefinition> definitions;
  definitions.reserve(read.size() + 1);  // "main" may join
  for (const auto& definition : read) definitions.push_back(definition.feed);
  const bool has_main = std::any_of(definitions.begin(), definitions.end(),
                                    [](const FeedDefinition& d) { return d.key == "main"; });
  if (!has_main) {
    auto everything = defaults;
    everything.key = "main";
    definitions.insert(definitions.begin(), std::move(everything));
  }
  // The files' definitions are the last ones of `definitions`, in the same order.
  const std::size_t first = definitions.size() - read.size();
  for (std::size_t i = 0; i < read.size(); ++i)
    check_move(definitions[first + i], definitions, site, read[i].table);
  return definitions;
}

}  // namespace sosik
