#include "post_rows.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <vector>

namespace sosik::sql {
namespace {

constexpr std::array<std::string_view, 4> status_names = {"draft", "published", "unpublished",
                                                          "deleted"};

std::string_view format_name(BodyFormat format) {
  return format == BodyFormat::markdown ? "markdown" : "html";
}

std::string_view last_segment(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// 32-bit fields of foreign rows may hold anything.
int small(std::int64_t value) {
  return static_cast<int>(std::clamp<std::int64_t>(value, 0, 1'000'000'000));
}

// The post's row and its children's, in one statement: between two of them another writer may
// commit. What a row is says its first column; it sorts by position and key, which is done below,
// so that no sorter has to carry bodies.
constexpr std::string_view select_post =
    "SELECT 0, 0, source, source_key, guid, status, published_at, updated_at, slug, url, title, "
    "language, image_url, image_alt, image_width, image_height, base_url, body_format, summary, "
    "body, comments_url, comment_count FROM posts WHERE site_id = ?1 AND post_id = ?2 "
    "UNION ALL SELECT 1, l.position, l.path, n.name, NULL, NULL, NULL, NULL, NULL, NULL, NULL, "
    "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM post_categories l "
    "LEFT JOIN categories n ON n.site_id = l.site_id AND n.path = l.path "
    "WHERE l.site_id = ?1 AND l.post_id = ?2 "
    "UNION ALL SELECT 2, l.position, l.tag, n.name, NULL, NULL, NULL, NULL, NULL, NULL, NULL, "
    "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM post_tags l "
    "LEFT JOIN tags n ON n.site_id = l.site_id AND n.tag = l.tag "
    "WHERE l.site_id = ?1 AND l.post_id = ?2 "
    "UNION ALL SELECT 3, l.position, l.author, coalesce(nullif(n.name, ''), l.author), n.url, "
    "n.email, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, "
    "NULL, NULL FROM post_authors l "
    "LEFT JOIN authors n ON n.site_id = l.site_id AND n.author = l.author "
    "WHERE l.site_id = ?1 AND l.post_id = ?2 "
    "UNION ALL SELECT 4, position, url, type, title, NULL, length, duration_seconds, NULL, NULL, "
    "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM enclosures "
    "WHERE site_id = ?1 AND post_id = ?2";

void read_head(const Query& q, Post& post) {
  post.source = q.text(2);
  post.source_key = q.text(3);
  post.guid = q.text(4);
  post.status = post_status_of(q.view(5));
  post.published_at = q.maybe_time(6);
  post.updated_at = q.maybe_time(7);
  post.slug = q.text(8);
  post.url = q.text(9);
  post.title = q.text(10);
  post.language = q.text(11);
  if (!q.view(12).empty())
    post.image = Image{q.text(12), q.text(13), small(q.integer(14)), small(q.integer(15))};
  post.base_url = q.text(16);
  post.body_format = q.view(17) == "markdown" ? BodyFormat::markdown : BodyFormat::html;
  post.summary = q.text(18);
  post.body = q.text(19);
  post.comments_url = q.text(20);
  if (!q.is_null(21)) post.comment_count = q.integer(21);
}

struct Child {
  std::int64_t kind, position;
  std::string key, second, third, fourth;
  std::int64_t first_number, second_number;
};

void add_children(std::vector<Child> children, Post& post) {
  std::ranges::stable_sort(children, {}, [](const Child& c) {
    return std::tuple<std::int64_t, std::string_view>(c.position, c.key);
  });
  for (Child& c : children) {
    switch (c.kind) {
      case 1:
        post.categories.push_back({std::move(c.key), std::move(c.second)});
        break;
      case 2:
        post.tags.push_back({std::move(c.key), std::move(c.second)});
        break;
      case 3:
        post.authors.push_back(
            {std::move(c.key), std::move(c.second), std::move(c.third), std::move(c.fourth)});
        break;
      default:
        post.enclosures.push_back({std::move(c.key), std::move(c.second), c.first_number,
                                   std::move(c.third), small(c.second_number)});
    }
  }
}

template <class T, class Key>
void drop_repeated(std::vector<T>& list, Key key) {
  std::vector<T> kept;
  for (T& item : list) {
    const bool is_new = std::none_of(kept.begin(), kept.end(),
                                     [&](const T& other) { return key(other) == key(item); });
    if (!key(item).empty() && is_new) kept.push_back(std::move(item));
  }
  list = std::move(kept);
}

bool is_said(const std::string& wanted, const std::string& stored) {
  return wanted.empty() || wanted == stored;
}

template <class T, class Same>
bool all_same(const std::vector<T>& a, const std::vector<T>& b, Same same) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

void save_children(Connection& db, const Post& post) {
  db.run("DELETE FROM post_categories WHERE site_id = ?1 AND post_id = ?2", post.site,
         post.post_id);
  db.run("DELETE FROM post_tags WHERE site_id = ?1 AND post_id = ?2", post.site, post.post_id);
  db.run("DELETE FROM post_authors WHERE site_id = ?1 AND post_id = ?2", post.site, post.post_id);
  db.run("DELETE FROM enclosures WHERE site_id = ?1 AND post_id = ?2", post.site, post.post_id);
  int position = 0;
  for (const auto& category : post.categories)
    db.run("INSERT INTO post_categories (site_id, post_id, path, position) VALUES (?1, ?2, ?3, ?4)",
           post.site, post.post_id, category.path, position++);
  position = 0;
  for (const auto& tag : post.tags)
    db.run("INSERT INTO post_tags (site_id, post_id, tag, position) VALUES (?1, ?2, ?3, ?4)",
           post.site, post.post_id, tag.tag, position++);
  position = 0;
  for (const auto& author : post.authors)
    db.run("INSERT INTO post_authors (site_id, post_id, author, position) VALUES (?1, ?2, ?3, ?4)",
           post.site, post.post_id, author.key, position++);
  position = 0;
  for (const auto& e : post.enclosures)
    db.run(
        "INSERT INTO enclosures (site_id, post_id, position, url, type, length, title, "
        "duration_seconds) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        post.site, post.post_id, position++, e.url, e.type, e.length, e.title, e.duration_seconds);
}

// Whoever writes several of the rows that posts share locks them in this one order: two who write
// the same names at once wait for each other, never in a circle.
template <class T>
std::vector<T> in_order(std::vector<T> list, std::string T::*key) {
  std::ranges::sort(list, {}, key);
  return list;
}

// Display rows are written only where they say something new: each write touches every post that
// shows them.
void save_names(Connection& db, const Post& post) {
  for (const auto& category : in_order(post.categories, &PostCategory::path)) {
    if (category.name.empty()) continue;
    const bool is_needed = category.name != last_segment(category.path);
    db.run(
        "INSERT INTO categories (site_id, path, name) SELECT ?1, ?2, ?3 "
        "WHERE ?4 OR EXISTS (SELECT 1 FROM categories WHERE site_id = ?1 AND path = ?2) "
        "ON CONFLICT (site_id, path) DO UPDATE SET name = excluded.name "
        "WHERE categories.name <> excluded.name",
        post.site, category.path, category.name, is_needed);
  }
  for (const auto& tag : in_order(post.tags, &PostTag::tag)) {
    if (tag.name.empty()) continue;
    db.run(
        "INSERT INTO tags (site_id, tag, name) SELECT ?1, ?2, ?3 "
        "WHERE ?4 OR EXISTS (SELECT 1 FROM tags WHERE site_id = ?1 AND tag = ?2) "
        "ON CONFLICT (site_id, tag) DO UPDATE SET name = excluded.name "
        "WHERE tags.name <> excluded.name",
        post.site, tag.tag, tag.name, tag.name != tag.tag);
  }
  for (const auto& author : in_order(post.authors, &Author::key)) {
    const bool is_needed =
        author.name != author.key || !author.url.empty() || !author.email.empty();
    db.run(
        "INSERT INTO authors (site_id, author, name, url, email) SELECT ?1, ?2, ?3, ?4, ?5 "
        "WHERE ?6 OR EXISTS (SELECT 1 FROM authors WHERE site_id = ?1 AND author = ?2) "
        "ON CONFLICT (site_id, author) DO UPDATE SET name = excluded.name, "
        "url = CASE WHEN excluded.url <> '' THEN excluded.url ELSE authors.url END, "
        "email = CASE WHEN excluded.email <> '' THEN excluded.email ELSE authors.email END "
        "WHERE authors.name <> excluded.name "
        "OR (excluded.url <> '' AND authors.url <> excluded.url) "
        "OR (excluded.email <> '' AND authors.email <> excluded.email)",
        post.site, author.key, author.name, author.url, author.email, is_needed);
  }
}

}  // namespace

std::string_view post_status_name(PostStatus status) {
  return status_names[static_cast<std::size_t>(status)];
}

PostStatus post_status_of(std::string_view name) {
  const auto* found = std::find(status_names.begin(), status_names.end(), name);
  return found == status_names.end() ? PostStatus::draft
                                     : static_cast<PostStatus>(found - status_names.begin());
}

std::optional<Post> load_post(Connection& db, SiteId site, std::string_view post_id) {
  Query q = db.query(select_post, site, post_id);
  std::optional<Post> post;
  std::vector<Child> children;
  while (q.next()) {
    if (const std::int64_t kind = q.integer(0); kind != 0) {
      children.push_back({kind, q.integer(1), q.text(2), q.text(3), q.text(4), q.text(5),
                          q.integer(6), q.integer(7)});
      continue;
    }
    post.emplace();
    post->site = site;
    post->post_id = post_id;
    read_head(q, *post);
  }
  if (post) add_children(std::move(children), *post);
  return post;
}

Post normalised(Post post) {
  if (post.source.empty()) post.source = "cms";
  if (post.source_key == post.post_id) post.source_key.clear();
  if (post.image && post.image->url.empty()) post.image.reset();
  if (post.image) {
    post.image->width = small(post.image->width);
    post.image->height = small(post.image->height);
  }
  for (Author& author : post.authors) {
    if (author.key.empty()) author.key = author.name;
    if (author.name.empty()) author.name = author.key;
  }
  for (Enclosure& e : post.enclosures) e.duration_seconds = small(e.duration_seconds);
  drop_repeated(post.categories, [](const PostCategory& c) { return c.path; });
  drop_repeated(post.tags, [](const PostTag& t) { return t.tag; });
  drop_repeated(post.authors, [](const Author& a) { return a.key; });
  return post;
}

bool is_same(const Post& wanted, const Post& stored) {
  const auto head = [](const Post& p) {
    return std::tie(p.source, p.source_key, p.guid, p.status, p.slug, p.url, p.title, p.language,
                    p.published_at, p.updated_at, p.image, p.base_url, p.body_format, p.summary,
                    p.body, p.enclosures, p.comments_url, p.comment_count);
  };
  const auto shown_name = [](const std::string& name, std::string_view fallback) {
    return name.empty() ? std::string(fallback) : name;
  };
  return head(wanted) == head(stored) &&
         all_same(wanted.categories, stored.categories,
                  [&](const PostCategory& a, const PostCategory& b) {
                    return a.path == b.path &&
                           is_said(a.name, shown_name(b.name, last_segment(b.path)));
                  }) &&
         all_same(wanted.tags, stored.tags,
                  [&](const PostTag& a, const PostTag& b) {
                    return a.tag == b.tag && is_said(a.name, shown_name(b.name, b.tag));
                  }) &&
         all_same(wanted.authors, stored.authors, [](const Author& a, const Author& b) {
           return a.key == b.key && a.name == b.name && is_said(a.url, b.url) &&
                  is_said(a.email, b.email);
         });
}

void save_post(Connection& db, const Post& post) {
  const Image image = post.image.value_or(Image{});
  const auto unless_empty = [](const std::string& text) {
    return text.empty() ? std::nullopt : std::optional<std::string_view>(text);
  };
  db.run(
      "INSERT INTO posts (site_id, post_id, source, source_key, guid, status, slug, url, title, "
      "language, published_at, updated_at, image_url, image_alt, image_width, image_height, "
      "base_url, body_format, summary, body, comments_url, comment_count) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, "
      "?19, ?20, ?21, ?22) "
      "ON CONFLICT (site_id, post_id) DO UPDATE SET source = excluded.source, "
      "source_key = excluded.source_key, guid = excluded.guid, status = excluded.status, "
      "slug = excluded.slug, url = excluded.url, title = excluded.title, "
      "language = excluded.language, published_at = excluded.published_at, "
      "updated_at = excluded.updated_at, image_url = excluded.image_url, "
      "image_alt = excluded.image_alt, image_width = excluded.image_width, "
      "image_height = excluded.image_height, base_url = excluded.base_url, "
      "body_format = excluded.body_format, summary = excluded.summary, body = excluded.body, "
      "comments_url = excluded.comments_url, comment_count = excluded.comment_count",
      post.site, post.post_id, post.source, unless_empty(post.source_key), unless_empty(post.guid),
      post_status_name(post.status), post.slug, post.url, post.title, post.language,
      post.published_at, post.updated_at, image.url, image.alt, image.width, image.height,
      post.base_url, format_name(post.body_format), post.summary, post.body, post.comments_url,
      post.comment_count);
  save_children(db, post);
  save_names(db, post);
}

}  // namespace sosik::sql
