#include "entry_builder.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "clean_fields.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"
#include "sosik/ingest/sanitise.hpp"
#include "sosik/syndicate/feed_urls.hpp"

namespace sosik {
namespace {

constexpr std::size_t excerpt_columns = 400;  // 200 syllables of Hangul
constexpr Timestamp first_plausible =
    from_unix_ms(100'000'000'000);  // 1973: seconds taken for milliseconds

// A row of a foreign program may hold anything; what no reader could use is left out before it
// costs anything (each name is compared with each, and a category has a feed a level).
constexpr std::size_t max_names = 200, max_name_bytes = 1000;

template <class T, class NameOf>
std::vector<T> bounded(const std::vector<T>& names, std::string_view what, NameOf name_of,
                       Notices& notices) {
  std::vector<T> kept;
  for (const T& name : names) {
    if (kept.size() == max_names) {
      notices.push_back("more than " + std::to_string(max_names) + " " + std::string(what) +
                        "; the rest is left out");
      break;
    }
    if (name_of(name).size() <= max_name_bytes) {
      kept.push_back(name);
      continue;
    }
    const std::string_view text = name_of(name);
    notices.push_back("a name among its " + std::string(what) + " is longer than " +
                      std::to_string(max_name_bytes) + " bytes and is left out: '" +
                      std::string(text.substr(0, prefix_of_bytes(text, 60))) + "…'");
  }
  return kept;
}

template <class T, class Key>
bool is_known(const std::vector<T>& list, const std::string& key, Key key_of) {
  return std::any_of(list.begin(), list.end(), [&](const T& item) { return key_of(item) == key; });
}

void add_derived(BuiltEntry& built, std::string_view kind, const std::string& name,
                 const std::string& label) {
  const std::string key = std::string(kind) + name;
  if (!can_have_feed(key)) {
    built.notices.push_back("'" + name.substr(0, prefix_of_bytes(name, 60)) +
                            "' is reserved or too long; it has no feed of its own");
    return;
  }
  const std::string fold = feed_fold(key);
  const auto fold_of = [](const FeedName& f) { return feed_fold(f.key); };
  if (!is_known(built.derived, fold, fold_of)) built.derived.push_back({key, label});
}

// "개발/백엔드" with the display name of each level; a feed for each level.
void add_category(BuiltEntry& built, const PostCategory& category, const BuildContext& context) {
  std::string path, label;
  std::vector<FeedName> levels;
  std::string_view rest = category.path;
  while (true) {
    const auto slash = rest.find('/');
    const std::string segment = name_key(rest.substr(0, slash));
    const auto end =
        static_cast<std::size_t>(rest.data() - category.path.data()) + std::min(slash, rest.size());
    if (!segment.empty()) {
      const std::string_view as_written = std::string_view(category.path).substr(0, end);
      const bool is_last = slash == std::string_view::npos;
      std::string name =
          is_last && !category.name.empty() ? category.name : context.category_name(as_written);
      name = plain_line(name, "category's name", built.notices);
      path.append(path.empty() ? "" : "/").append(segment);
      label.append(label.empty() ? "" : "/").append(name.empty() ? segment : name);
      levels.push_back({path, label});
    }
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  if (path.empty()) return;
  const auto key_of = [](const EntryCategory& c) { return compare_key(c.path); };
  auto& categories = built.record.entry.categories;
  if (!is_known(categories, compare_key(path), key_of)) categories.push_back({path, label});
  for (const auto& level : levels) add_derived(built, "category/", level.key, level.label);
}

void add_tag(BuiltEntry& built, const PostTag& tag) {
  const std::string key = name_key(tag.tag);
  std::string name = plain_line(tag.name.empty() ? tag.tag : tag.name, "tag", built.notices);
  if (key.empty() || name.empty()) return;
  const auto key_of = [](const std::string& k) { return compare_key(k); };
  if (is_known(built.record.entry.tag_keys, compare_key(key), key_of)) return;
  add_derived(built, "tag/", key, name);
  built.record.entry.tag_keys.push_back(key);
  built.record.entry.tags.push_back(std::move(name));
}

void set_dates(Entry& entry, const Post& post, const BuildContext& context, Notices& notices) {
  entry.published = *post.published_at;
  entry.updated = post.updated_at.value_or(entry.published);
  if (entry.updated > context.now) {  // not "now": the same post must give the same bytes
    notices.push_back("updated_at lies in the future; published_at is shown instead");
    entry.updated = entry.published;
  }
  entry.updated = std::max(entry.updated, entry.published);
  if (entry.published < first_plausible && entry.published >= from_unix_ms(0))
    notices.push_back("published_at lies before 1973: is it in seconds? It must be milliseconds");
}

void set_url(Entry& entry, const Post& post, const Site& site, Notices& notices) {
  entry.url = web_url(post.url, "");
  if (!entry.url.empty()) return;
  if (!post.url.empty()) notices.push_back("url is not an http or https URL; /posts/ is used");
  entry.url = post_page_url(site, entry.slug);
  entry.has_own_page = true;
}

// The first picture of the body where the post names none; sizes and description as the body's tag
// says them where the post does not (F-157).
void complete_image(std::optional<Image>& image, const CleanBody& body) {
  if (!image && body.first_image.empty()) return;
  if (!image) image = Image{body.first_image, "", 0, 0};
  const FoundImage tag = find_image(body.html, image->url);
  if (tag.at < 0) return;
  if (image->alt.empty()) image->alt = tag.alt;
  if (image->width == 0 && image->height == 0) {
    image->width = tag.width;
    image->height = tag.height;
  }
}

// Empty paragraphs, fillers and zero-width characters are nothing (K-010); players are something.
bool shows_nothing(const CleanBody& body) {
  return is_blank(body.excerpt) && body.first_image.empty() &&
         body.html.find("<video") == std::string::npos &&
         body.html.find("<audio") == std::string::npos &&
         body.html.find("<iframe") == std::string::npos;
}

}  // namespace

BuiltEntry build_entry(const Post& post, std::string slug, const BuildContext& context) {
  BuiltEntry built;
  Entry& entry = built.record.entry;
  Notices& notices = built.notices;
  entry.post_id = post.post_id;
  entry.slug = std::move(slug);
  set_url(entry, post, context.site, notices);
  entry.title = plain_line(post.title, "title", notices);
  entry.language = clean_language(post.language, notices);
  set_dates(entry, post, context, notices);

  std::string base = web_url(post.base_url, "");
  if (base.empty()) base = entry.url;
  entry.image = clean_image(post.image, base, notices);
  built.body = context.body(post, base, entry.url, entry.image, built.record.body_hash);
  notices.insert(notices.end(), built.body.notices.begin(), built.body.notices.end());
  entry.summary = plain_paragraph(post.summary, "summary", notices);
  if (entry.summary.empty())
    entry.summary = excerpt(built.body.excerpt, excerpt_columns, Measure::columns);
  complete_image(entry.image, built.body);
  entry.enclosures = clean_enclosures(post.enclosures, base, notices);
  const auto authors = bounded(
      post.authors, "authors", [](const Author& a) -> const std::string& { return a.key; },
      notices);
  entry.authors = clean_authors(authors, context.site, notices);
  const auto path_of = [](const PostCategory& c) -> const std::string& { return c.path; };
  for (const auto& category : bounded(post.categories, "categories", path_of, notices))
    add_category(built, category, context);
  const auto tag_of = [](const PostTag& t) -> const std::string& { return t.tag; };
  for (const auto& tag : bounded(post.tags, "tags", tag_of, notices)) add_tag(built, tag);
  for (const auto& author : entry.authors)
    if (!author.key.empty()) add_derived(built, "author/", author.key, author.name);

  entry.comments_url = web_url(post.comments_url, base);
  if (entry.comments_url.empty() && !post.comments_url.empty())
    notices.push_back("comments_url is not an http or https URL; it is left out");
  if (post.comment_count && *post.comment_count >= 0) entry.comment_count = post.comment_count;

  if (entry.title.empty() && shows_nothing(built.body) && entry.enclosures.empty() && !entry.image)
    entry.held_back = "it has neither title nor text";
  return built;
}

std::string shown_hash(const EntryRecord& record, std::string_view content_html) {
  using nlohmann::json;
  const Entry& e = record.entry;
  json shown = {e.id,
                e.slug,
                e.url,
                e.title,
                e.summary,
                hash64_hex(content_html),
                e.language,
                to_unix_ms(e.published),
                to_unix_ms(e.updated),
                e.tags,
                e.tag_keys};
  json parts = json::array();
  for (const auto& a : e.authors) parts.push_back({a.key, a.name, a.url, a.email});
  for (const auto& c : e.categories) parts.push_back({c.path, c.label});
  for (const auto& x : e.enclosures)
    parts.push_back({x.url, x.type, x.length, x.title, x.duration_seconds});
  if (e.image) parts.push_back({e.image->url, e.image->alt, e.image->width, e.image->height});
  // Only where it says something, so that no other entry's hash is another than before.
  if (!e.comments_url.empty() || e.comment_count)
    parts.push_back({e.comments_url, e.comment_count.value_or(-1)});
  shown.push_back(std::move(parts));
  return hash64_hex(shown.dump(-1, ' ', false, json::error_handler_t::replace));
}

}  // namespace sosik
