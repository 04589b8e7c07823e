// An Entry is a post as readers are shown it: cleaned, sanitised, absolute, with its permanent id.
// The syndication step makes entries and records them in the store; renderers only spell them.
// Every string is valid for XML 1.0 (F-021), every URL absolute ASCII (F-004).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sosik/base/clock.hpp"
#include "sosik/model/post.hpp"

namespace sosik {

struct EntryCategory {
  std::string path;   // NFC, segments separated by '/': the key of the derived feed category/{path}
  std::string label;  // "개발/백엔드" in display names (F-064)
  bool operator==(const EntryCategory&) const = default;
};

struct Entry {
  std::string id;  // RSS guid, Atom id, JSON id: minted once, never changes (F-001)
  std::string post_id;
  std::int64_t sequence = 0;  // order of first appearance in the site; breaks ties (F-005)
  std::int64_t revision = 0;  // counts the changes that readers could see, from 1
  std::string slug;
  std::string url;
  bool has_own_page = false;  // url is /posts/{slug} of this service
  std::string title;          // one line; empty for untitled notes
  std::string summary;        // plain text, one paragraph, cut by grapheme
  std::string content_html;   // sanitised fragment (F-150..F-159)
  std::string language;       // empty: the feed's
  Timestamp published;
  Timestamp updated;  // >= published
  // When this revision was recorded (whole seconds): Last-Modified of the post's page.
  Timestamp changed_at;
  std::vector<Author> authors;  // at least one
  std::vector<EntryCategory> categories;
  std::vector<std::string> tags;      // display form
  std::vector<std::string> tag_keys;  // of the derived feed tag/{key}, one for each of `tags`
  std::optional<Image> image;
  std::vector<Enclosure> enclosures;
  std::string comments_url;                   // the page with the comments; empty: none
  std::optional<std::int64_t> comment_count;  // nothing: unknown
  std::string held_back;                      // empty, or why the post cannot be shown
  // That holds it in the feed it was read from (model/archive.hpp); 0: none.
  std::int64_t archive_page = 0;
};

}  // namespace sosik
