// A Post is what an author wrote, once, with one permanent id: a row of the post store with its
// child rows, as a writer (an importer, the API, somebody's CMS) left it. Untrusted: any string may
// hold any bytes. What readers are shown is an Entry (entry.hpp), made from a Post by the
// syndication step.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sosik/base/clock.hpp"
#include "sosik/model/site.hpp"

namespace sosik {

// Scheduled is `published` with a published_at in the future.
enum class PostStatus { draft, published, unpublished, deleted };

struct Enclosure {
  std::string url;
  std::string type;         // MIME
  std::int64_t length = 0;  // bytes, 0 when unknown
  std::string title;
  int duration_seconds = 0;  // 0 when unknown
  bool operator==(const Enclosure&) const = default;
};

struct Image {
  std::string url;
  std::string alt;
  int width = 0, height = 0;  // pixels, 0 when unknown
  bool operator==(const Image&) const = default;
};

struct PostCategory {
  std::string path;  // "개발/백엔드": segments from the root, separated by '/'
  std::string name;  // display name of the last segment; empty: the segment itself
};

struct PostTag {
  std::string tag;
  std::string name;  // display name; empty: the tag itself
};

enum class BodyFormat { html, markdown };

struct Post {
  SiteId site = 1;
  std::string post_id;     // the writer's key, unique in the site, 1 to 255 bytes
  std::string source;      // identity: who wrote it ("cms", "markdown", ...) ...
  std::string source_key;  // ... and under which key there; empty: post_id
  // The id to keep from an earlier system, byte for byte (F-003); empty: one is minted.
  std::string guid;
  PostStatus status = PostStatus::draft;
  std::string slug;
  std::string url;  // the post's own page when it lives elsewhere; empty: /posts/{slug} here
  std::string title;
  std::string summary;  // plain text; empty: an excerpt is cut from the body
  BodyFormat body_format = BodyFormat::html;
  std::string body;
  std::string base_url;  // what relative links in the body are relative to; empty: the post's URL
  std::string language;  // RFC 5646; empty: the site's
  std::optional<Timestamp> published_at;
  // The last significant change as the author says; empty: published_at.
  std::optional<Timestamp> updated_at;
  std::optional<Image> image;
  std::vector<PostCategory> categories;
  std::vector<PostTag> tags;
  std::vector<Author> authors;
  std::vector<Enclosure> enclosures;
  std::string comments_url;                   // page with the comments
  std::optional<std::int64_t> comment_count;  // nothing: unknown
};

}  // namespace sosik
