#include "sosik/ingest/markdown_post.hpp"

#include <algorithm>

#include "front_matter.hpp"
#include "markdown_body.hpp"
#include "markdown_path.hpp"
#include "post_fields.hpp"
#include "sosik/base/decode.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"
#include "sosik/ingest/markdown.hpp"
#include "sosik/ingest/sanitise.hpp"

namespace sosik {
namespace {

constexpr std::size_t max_id_bytes = 255;
constexpr std::string_view id_prefix = "markdown:";

// Why a file that was taken for UTF-8 is none, with the line.
Error reason_against_bytes(std::string_view file) {
  std::size_t line = 1;
  while (true) {
    const std::size_t end = std::min(file.find('\n'), file.size());
    const std::string_view content = file.substr(0, end);
    if (!is_valid_utf8(content)) {
      std::size_t good = 0;  // valid text ends at a boundary, so this walks at most one line
      while (good < content.size() && is_valid_utf8(content.substr(good, 1))) ++good;
      while (good < content.size()) {
        std::size_t length = 1;
        while (length <= 4 && !is_valid_utf8(content.substr(good, length))) ++length;
        if (length > 4) break;
        good += length;
      }
      return error_in_line(
          line, "byte " + std::to_string(good + 1) + " of the line (0x" +
                    hex(content.substr(good, 1)) +
                    ") is not UTF-8, and the file is not CP949 or UTF-16 either; save it as UTF-8");
    }
    if (end == file.size()) return error_in_line(line, "not UTF-8");
    file.remove_prefix(end + 1);
    ++line;
  }
}

// post_id and where it comes from: the author's own id, else the path.
Result<std::monostate> take_identity(const FrontMatter& front, const PathFacts& facts, Post& post) {
  std::string key = facts.without_extension;
  if (const YamlValue* value = front.find({"id", "uuid"})) {
    auto id = line_of_text(*value, "id");
    if (!id) return id.error();
    if (id->empty() || id->size() + id_prefix.size() > max_id_bytes)
      return error_in_line(value->line, "id: must have 1 to 246 bytes");
    key = *std::move(id);
  }
  post.source = "markdown";
  post.source_key = key;
  if (key.size() + id_prefix.size() > max_id_bytes) key = "sha256-" + sha256_hex(key);
  post.post_id = std::string(id_prefix) + key;
  if (const YamlValue* value = front.find({"guid"})) {
    auto guid = line_of_text(*value, "guid");
    if (!guid) return guid.error();
    post.guid = value->text;  // byte for byte (F-003)
  }
  return {};
}

Result<std::monostate> take_body(const FrontMatter& front, const PathFacts& facts,
                                 std::string_view body, Post& post) {
  post.body_format = BodyFormat::markdown;
  if (facts.is_mdx) body = without_mdx_imports(body);
  std::string separator;
  if (const YamlValue* value = front.find({"excerptseparator"})) {
    auto text = line_of_text(*value, "excerpt_separator");
    if (!text) return text.error();
    separator = *std::move(text);
  }
  MoreMarker parts = split_at_more(body, separator);
  post.body = std::move(parts.body);
  if (post.summary.empty() && !parts.before.empty()) {
    if (const auto html = markdown_to_html(parts.before)) post.summary = html_to_text(*html);
  }
  return {};
}

// Where the file's folder is on the web. An author who says where the post lives means its pictures
// to be there too.
std::string base_of(const PathFacts& facts, const Post& post, const MarkdownOptions& options) {
  if (options.image_base.empty() && !post.url.empty()) return post.url;
  std::string base = options.image_base.empty() ? options.public_url : options.image_base;
  if (base.empty()) return {};
  if (!base.ends_with('/')) base += '/';
  return base + encode_path(facts.folder);
}

// A file whose bytes are not sound in any encoding is refused: an author can save it again.
Result<std::string> text_of(std::string_view file) {
  auto decoded = decode_text(file);
  if (!decoded) return decoded.error();
  if (decoded->errors == 0) return clean_text(decoded->text);
  if (decoded->encoding == "utf-8") return reason_against_bytes(file);
  return error_in_line(1, "read as " + decoded->encoding + ", with broken characters: " +
                              std::to_string(decoded->errors) + "; save it as UTF-8");
}

Result<Post> post_from(std::string_view file, const PathFacts& facts,
                       const MarkdownOptions& options) {
  const auto text = text_of(file);
  if (!text) return text.error();
  auto parts = split_front_matter(*text);
  if (!parts) return parts.error();
  const FrontMatter& front = parts->front;
  Post post;
  post.site = options.site;
  for (auto take : {take_titles, take_status, take_dates, take_address, take_labels, take_authors,
                    take_comments}) {
    if (auto taken = take(front, facts, options, post); !taken) return taken.error();
  }
  if (auto taken = take_identity(front, facts, post); !taken) return taken.error();
  if (post.slug.empty()) post.slug = "post-" + hash64_hex(post.post_id);  // K-065
  post.base_url = base_of(facts, post, options);
  if (auto taken = take_image(front, post); !taken) return taken.error();
  if (auto taken = take_body(front, facts, parts->body, post); !taken) return taken.error();
  return post;
}

}  // namespace

Result<Post> post_from_markdown(std::string_view file, const std::filesystem::path& path,
                                const MarkdownOptions& options) {
  const PathFacts facts = facts_of(path);
  auto post = post_from(file, facts, options);
  if (!post) return Error{post.error().code, printable(facts.path) + ":" + post.error().detail};
  return post;
}

}  // namespace sosik
