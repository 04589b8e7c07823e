#include "sosik/ingest/feed_import.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_map>
#include <unordered_set>

#include "feed_entry.hpp"
#include "sosik/base/decode.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"
#include "sosik/ingest/sanitise.hpp"

namespace sosik {
namespace feed {

Author author_from(std::string_view text) {
  Author author;
  const auto open = text.find_first_of("<("), close = text.find_first_of(">)");
  if (open == text.npos || close == text.npos || close < open) {
    author.name = text;
    return author;
  }
  const std::string outside = clean_line(text.substr(0, open));
  const std::string inside = clean_line(text.substr(open + 1, close - open - 1));
  const bool is_address_first = text[open] == '(';  // RSS: hong@example.kr (홍길동)
  author.name = is_address_first ? inside : outside;
  author.email = is_address_first ? outside : inside;
  if (author.email.find('@') == author.email.npos || author.name.empty())
    return {"", clean_line(text), "", ""};
  return author;
}

std::string html_from_text(std::string_view text) {
  std::string html;
  while (!text.empty()) {
    const auto end = text.find("\n\n");
    const std::string_view paragraph = text.substr(0, end);
    if (!is_blank(paragraph)) {
      html += "<p>";
      for (const char c : paragraph) {
        if (c == '<')
          html += "&lt;";
        else if (c == '&')
          html += "&amp;";
        else if (c == '\n')
          html += "<br>\n";
        else
          html += c;
      }
      html += "</p>";
    }
    text = end == text.npos ? std::string_view() : text.substr(end + 2);
  }
  return html;
}

std::string absolute(std::string_view url, std::string_view base) {
  if (url.empty()) return "";
  const auto resolved = base.empty() ? ascii_url(url) : resolve_url(base, url);
  return resolved ? *resolved : std::string(url);
}

std::optional<std::int64_t> count_from(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::vector<Author> inherited(std::vector<Author> authors) {
  std::erase_if(authors, [](const Author& author) {
    return author.name.size() + author.url.size() + author.email.size() > max_inherited_bytes;
  });
  if (authors.size() > max_inherited_authors) authors.resize(max_inherited_authors);
  return authors;
}

}  // namespace feed

namespace {

// Of RFC 822 section 5.1; parse_date takes offsets and the zones that Korean blogs use.
std::string with_numeric_zone(std::string date) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 11> zones = {{
      {"EST", "-0500"},
      {"EDT", "-0400"},
      {"CST", "-0600"},
      {"CDT", "-0500"},
      {"MST", "-0700"},
      {"MDT", "-0600"},
      {"PST", "-0800"},
      {"PDT", "-0700"},
      {"JST", "+0900"},
      {"CET", "+0100"},
      {"CEST", "+0200"},
  }};
  for (const auto& [zone, offset] : zones)
    if (date.ends_with(zone) &&
        std::string_view(date).substr(0, date.size() - zone.size()).ends_with(' '))
      return date.replace(date.size() - zone.size(), zone.size(), offset);
  return date;
}

struct Parsed {
  std::optional<Timestamp> at;
  std::string problem;
};

Parsed parse(const std::string& text, const TimeZone& zone) {
  const std::string line = clean_line(text);
  if (line.empty()) return {};
  auto date = parse_date(with_numeric_zone(line), zone);
  if (date) return {*date, ""};
  return {std::nullopt, "the date '" + line + "' is not understood: " + date.error().detail};
}

// The last part of a path, for people: "/entry/%ED%8C%80" is "팀", "/2024/01/first.html" is
// "first".
std::string slug_of(std::string_view link) {
  const auto url = parse_http_url(link);
  if (!url) return "";
  std::string_view path = std::string_view(url->target).substr(0, url->target.find('?'));
  for (const std::string_view index : {"/index.html", "/index.htm", "/index.php"})
    if (path.ends_with(index)) path.remove_suffix(index.size());
  while (path.ends_with('/')) path.remove_suffix(1);
  path = path.substr(path.rfind('/') + 1);
  for (const std::string_view ending : {".html", ".htm", ".php", ".md"})
    if (path.ends_with(ending)) path.remove_suffix(ending.size());
  const auto decoded = decode_percent(path);
  return decoded && is_valid_utf8(*decoded) ? slug_from(*decoded) : "";
}

// Engines that write a post's category before its tags; of all others nobody can tell which is
// which.
bool has_category_first(std::string_view generator) {
  return std::ranges::any_of(
      std::initializer_list<std::string_view>{"TISTORY", "Tistory", "tistory", "Naver", "wordpress",
                                              "WordPress"},
      [&](auto name) { return generator.find(name) != generator.npos; });
}

// Atom wants a title, so we give a note without one its first words (F-082); coming back, it has
// none again.
bool is_first_words(std::string_view title, const std::string& body) {
  constexpr std::string_view ellipsis = "…";
  const bool is_cut = title.ends_with(ellipsis);
  if (is_cut) title.remove_suffix(ellipsis.size());
  const std::string text = clean_line(html_to_text(body));
  return is_cut ? text.starts_with(title) : text == title;
}

std::optional<Timestamp> last_change(const Post& post) {
  return post.updated_at ? post.updated_at : post.published_at;
}

// Entries without an id are known by their link, unless that is everybody's: the front page, say.
void look_at_links(std::vector<feed::Entry>& entries) {
  std::unordered_map<std::string_view, std::size_t> counts;
  for (const feed::Entry& entry : entries)
    if (entry.id.empty()) ++counts[entry.link];
  for (feed::Entry& entry : entries)
    entry.is_link_its_own = entry.id.empty() && counts[entry.link] == 1;
}

// What tells the entry from all others, also from those of other feeds: an id that is no address
// ("1") is so only on its host.
std::string key_of(const feed::Entry& entry, const std::string& guid) {
  if (guid.empty())
    return "sha256:" + sha256_hex(entry.title + "\n" + entry.published + "\n" + entry.content);
  constexpr std::size_t longest_key = 2048;  // which the store looks for in an index
  if (guid.size() > longest_key) return "sha256:" + sha256_hex(guid);
  const auto link = parse_http_url(entry.link);
  return guid.find(':') != guid.npos || !link ? guid : link->host + " " + guid;
}

class Importer {
 public:
  Importer(const FeedImportOptions& options, std::string_view url) : options_(options), url_(url) {}

  FoundFeed import(feed::Document document) {
    FoundFeed found;
    found.kind = std::move(document.kind);
    found.title = std::move(document.title);
    found.notices = std::move(document.notices);
    found.is_wordpress = document.generator.find("wordpress.org") != document.generator.npos ||
                         document.generator.find("//wordpress.com") != document.generator.npos;
    const std::string older = feed::absolute(document.older_url, url_);
    if (parse_http_url(older)) found.older_url = older;
    const bool has_category = has_category_first(document.generator);
    const bool is_our_atom =
        document.generator.starts_with("Sosik") && found.kind.starts_with("Atom");
    constexpr std::size_t longest_language = 35;  // RFC 5646 section 4.4.1
    look_at_links(document.entries);
    std::unordered_map<std::string, std::size_t> places;
    std::size_t number = 0;
    for (feed::Entry& entry : document.entries) {
      entry.is_first_a_category = has_category;
      if (entry.language.empty() && document.language.size() <= longest_language)
        entry.language = document.language;
      if (is_our_atom && is_first_words(entry.title, entry.content)) entry.title.clear();
      FeedPost post = import(std::move(entry), ++number, found.notices);
      const auto [place, is_new] = places.emplace(post.post.source_key, found.posts.size());
      if (is_new) {
        found.posts.push_back(std::move(post));
        continue;
      }
      FeedPost& known = found.posts[place->second];
      const bool is_later = last_change(known.post) < last_change(post.post);
      found.notices.push_back(
          {post.where, std::string("another entry of the document has the same id; the ") +
                           (is_later ? "later" : "first") + " is taken"});
      if (is_later) known = std::move(post);
    }
    return found;
  }

 private:
  FeedPost import(feed::Entry entry, std::size_t number, std::vector<Problem>& notices) {
    FeedPost found;
    Post& post = found.post;
    // F-003, F-057: readers know an entry by its id, else by its link.
    post.guid = entry.is_link_its_own ? entry.link : entry.id;
    post.source_key = key_of(entry, post.guid);
    found.where = !entry.link.empty()  ? entry.link
                  : !post.guid.empty() ? post.guid
                                       : "entry " + std::to_string(number);
    post.site = options_.site;
    post.source = "feed";
    constexpr std::size_t key_digits = 32;
    post.post_id = "feed:" + sha256_hex(post.source_key).substr(0, key_digits);
    if (options_.own_pages)
      post.slug = slug_of(entry.link);
    else if (parse_http_url(entry.link))
      post.url = entry.link;
    post.title = std::move(entry.title);
    post.body_format = BodyFormat::html;
    post.body = std::move(entry.content);
    if (!is_blank(entry.summary)) post.summary = clean_line(html_to_text(entry.summary));
    post.base_url = !entry.base_url.empty()      ? entry.base_url
                    : parse_http_url(entry.link) ? entry.link
                                                 : url_;
    post.language = clean_line(entry.language);
    post.authors = std::move(entry.authors);
    for (auto& author : post.authors) author.key = nfc(clean_line(author.name));
    std::erase_if(post.authors, [](const Author& author) { return is_blank(author.key); });
    post.image = std::move(entry.image);
    post.enclosures = std::move(entry.enclosures);
    post.comments_url = std::move(entry.comments_url);
    post.comment_count = entry.comment_count;
    set_labels(post, entry);
    set_dates(found, entry, notices);
    return found;
  }

  static void set_labels(Post& post, const feed::Entry& entry) {
    std::unordered_set<std::string_view> seen;
    for (const std::string& label : entry.labels) {
      if (!seen.insert(label).second) continue;
      if (seen.size() == 1 && entry.is_first_a_category)
        post.categories.push_back({nfc(label), ""});
      else
        post.tags.push_back({nfc(label), ""});
    }
  }

  void set_dates(FeedPost& found, const feed::Entry& entry, std::vector<Problem>& notices) const {
    const Parsed published = parse(entry.published, options_.zone),
                 updated = parse(entry.updated, options_.zone);
    for (const auto& problem : {published.problem, updated.problem})
      if (!problem.empty()) notices.push_back({found.where, problem});
    found.post.published_at = published.at ? published.at : updated.at;
    if (updated.at && updated.at != found.post.published_at) found.post.updated_at = updated.at;
    found.post.status = found.post.published_at ? PostStatus::published : PostStatus::draft;
    if (!found.post.published_at)
      notices.push_back(
          {found.where,
           "it has no date, so nobody can say when it was published; taken as a draft"});
  }

  const FeedImportOptions& options_;
  const std::string url_;
};

}  // namespace

Result<FoundFeed> read_feed(std::string_view bytes, std::string_view charset, std::string_view url,
                            const FeedImportOptions& options) {
  if (bytes.size() > max_feed_bytes)
    return Error{Errc::too_large,
                 "it is larger than " + std::to_string(max_feed_bytes >> 20) + " MiB"};
  const auto decoded =
      decode_text(bytes, charset.empty() ? declared_charset(bytes) : std::string(charset));
  if (!decoded) return decoded.error();
  const std::string text = clean_text(decoded->text);
  const auto first = text.find_first_not_of(" \t\n");
  if (first == text.npos) return invalid("it is empty");
  auto document = text[first] == '{' ? feed::read_json(text, url) : feed::read_xml(text, url);
  if (!document) return document.error();
  if (document->entries.size() > max_feed_entries)
    return Error{Errc::too_large,
                 "it has more than " + std::to_string(max_feed_entries) + " entries"};
  if (decoded->errors > 0)
    document->notices.push_back({"", std::to_string(decoded->errors) + " places are no " +
                                         decoded->encoding + "; left out"});
  return Importer(options, url).import(*std::move(document));
}

std::size_t FeedPages::add(FoundFeed page) {
  if (feed_.kind.empty()) {
    feed_.kind = std::move(page.kind);
    feed_.title = std::move(page.title);
  }
  std::size_t added = 0;
  for (FeedPost& post : page.posts) {
    const auto [place, is_new] = places_.emplace(post.post.source_key, feed_.posts.size());
    if (is_new) {
      feed_.posts.push_back(std::move(post));
      ++added;
    } else if (FeedPost& known = feed_.posts[place->second];
               last_change(known.post) < last_change(post.post)) {
      known = std::move(post);
    }
  }
  std::ranges::move(page.notices, std::back_inserter(feed_.notices));
  return added;
}

}  // namespace sosik
