// A Markdown file with YAML front matter, as Jekyll, Hugo, Gatsby and Astro blogs hold them, to a
// Post; a folder of them to posts that link to each other. Which keys are understood:
// docs/importing-markdown.md. Pure but for the reading of files: no clock and no file time ever
// becomes a date, so that importing the same files again gives equal posts.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sosik/base/result.hpp"
#include "sosik/base/timestamp.hpp"
#include "sosik/model/post.hpp"

namespace sosik {

struct MarkdownOptions {
  SiteId site = 1;
  TimeZone zone = TimeZone::utc();  // for dates without a zone
  std::string public_url;           // where the posts' pages are; absolute, may be empty
  // Where the folder of the files is to be found on the web, so that "images/a.png" in
  // 2024/first.md leads to image_base + "/2024/images/a.png"; absolute; empty: public_url.
  std::string image_base;
};

// `path` is relative to the imported folder and in error texts only, besides what it says itself: a
// date and slug in the file name, the folder of an index.md. Errors (invalid, too_large) read
// "PATH:LINE: reason". post_id is "markdown:" and the id or uuid of the front matter, else the path
// in NFC without extension (its SHA-256 where that is too long). The body stays Markdown; base_url
// is where the file's folder is on the web.
Result<Post> post_from_markdown(std::string_view file, const std::filesystem::path& path,
                                const MarkdownOptions&);

struct FoundFile {
  std::filesystem::path path;      // to open
  std::filesystem::path relative;  // to name
};
struct Problem {
  std::string where;  // path, with line where known
  std::string reason;
};
// All .md, .markdown and .mdx files below `root`, sorted by name in NFC, links followed but never
// in a circle, and never to a folder that is there by its own name; dangling links and unreadable
// folders become problems. Passed over: what begins with '.', node_modules, and Hugo's _index.md,
// which is a list of posts and not one.
std::vector<FoundFile> find_markdown(const std::filesystem::path& root,
                                     std::vector<Problem>& problems);
// The file's bytes; too_large above `max_bytes` (default 16 MiB), invalid for no regular file.
Result<std::string> read_file(const std::filesystem::path&, std::size_t max_bytes = 16 << 20);

struct ImportedFile {
  std::filesystem::path relative;
  Post post;
};
// Links in the Markdown of `files` that lead to another of the files ("../2024/other.md#top", also
// as a reference) lead to that post's page afterwards. Links in raw HTML and in code stay.
void link_posts(std::vector<ImportedFile>& files, const MarkdownOptions&);

struct Import {
  std::vector<ImportedFile> files;  // sorted by name; ids and slugs differ
  std::vector<Problem> problems;    // files not taken, each with path, line and reason
};
// find_markdown, read_file, post_from_markdown and link_posts in one. Never fails as a whole; a
// root that cannot be read is a problem like others.
Import import_markdown(const std::filesystem::path& root, const MarkdownOptions&);

}  // namespace sosik
