#include <map>

#include "sosik/base/text.hpp"
#include "sosik/ingest/markdown_post.hpp"

namespace sosik {
namespace {

// "PATH:12: reason" to where and reason.
Problem problem_of(const std::string& path, const Error& error) {
  const std::string& detail = error.detail;
  if (detail.starts_with(path + ":")) {
    const std::size_t end = detail.find(": ", path.size());
    if (end != std::string::npos) return {detail.substr(0, end), detail.substr(end + 2)};
  }
  return {path, detail};
}

class Importer {
 public:
  explicit Importer(const MarkdownOptions& options) : options_(options) {}

  Import run(const std::filesystem::path& root) {
    for (const FoundFile& file : find_markdown(root, import_.problems)) {
      const std::string path = printable(nfc(file.relative.generic_string()));
      auto bytes = read_file(file.path);
      if (!bytes) {
        const Problem problem = problem_of(printable(file.path.generic_string()), bytes.error());
        import_.problems.push_back({path, problem.reason});
        continue;
      }
      auto post = post_from_markdown(*bytes, file.relative, options_);
      if (!post)
        import_.problems.push_back(problem_of(path, post.error()));
      else if (is_new(*post, path))
        import_.files.push_back({file.relative, *std::move(post)});
    }
    link_posts(import_.files, options_);
    return std::move(import_);
  }

 private:
  bool is_new(const Post& post, const std::string& path) {
    if (const auto [same, is_first] = ids_.emplace(post.post_id, path); !is_first)
      return clash(path, "has the same id as " + same->second);
    if (const auto [same, is_first] = slugs_.emplace(post.slug, path); !is_first)
      return clash(path, "has the same slug '" + printable(post.slug) + "' as " + same->second +
                             ": write another 'slug:'");
    return true;
  }

  bool clash(const std::string& path, std::string reason) {
    import_.problems.push_back({path, std::move(reason)});
    return false;
  }

  const MarkdownOptions& options_;
  std::map<std::string, std::string> ids_, slugs_;  // to the file that has it
  Import import_;
};

}  // namespace

Import import_markdown(const std::filesystem::path& root, const MarkdownOptions& options) {
  return Importer(options).run(root);
}

}  // namespace sosik
