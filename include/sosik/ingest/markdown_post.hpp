// A Markdown file with YAML front matter, as Jekyll, Hugo, Gatsby and Astro blogs hold them, to a Post.
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
  std::string public_url;           // where relative links lead; absolute
};

// `path` is relative to the imported folder and in error texts only, besides what it says itself: a date and slug in
// the file name, the folder of an index.md. Errors (invalid, too_large) read "PATH:LINE: reason".
// post_id is "markdown:" and the id or uuid of the front matter, else the path in NFC without extension.
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
// All .md, .markdown and .mdx files below `root`, sorted by name in NFC, links followed but never in a circle or out of reach;
// unreadable folders become problems. A folder whose name begins with '.' or is node_modules is passed over.
std::vector<FoundFile> find_markdown(const std::filesystem::path& root, std::vector<Problem>& problems);
// The file's bytes; too_large above `max_bytes` (default 16 MiB), invalid for what is not a regular file.
Result<std::string> read_file(const std::filesystem::path&, std::size_t max_bytes = 16 << 20);

}  // namespace sosik
