// A Markdown file with front matter to a Post.
#include "front_matter.hpp"
#include "property.hpp"
#include "sosik/base/text.hpp"
#include "sosik/ingest/markdown_post.hpp"

namespace sosik {
namespace {

using namespace fuzz;

void split(const std::string& text) {
  const auto file = split_front_matter(text);
  if (!file) {
    must(!file.error().detail.empty() && file.error().detail[0] >= '0' &&
             file.error().detail[0] <= '9',
         "what is wrong with front matter is told with its line");
    return;
  }
  must(text.ends_with(file->body), "the body is the end of the file");
  if (file->body.empty()) return;
  const auto begin = text.end() - static_cast<long>(file->body.size());
  must(file->body_line == static_cast<std::size_t>(std::count(text.begin(), begin, '\n')) + 1,
       "and begins in the line that it says");
}

void post(std::string_view bytes) {
  MarkdownOptions options;
  options.public_url = "https://blog.example/";
  const auto post = post_from_markdown(bytes, "2026/2026-11-23-글.md", options);
  if (!post) {
    must(post.error().detail.starts_with("2026/2026-11-23-글.md:"), "an error names the file");
    return;
  }
  must(!post->post_id.empty() && is_valid_utf8(post->post_id), "a post has an id");
  must(is_valid_utf8(post->body) && clean_text(post->body) == post->body, "a body is clean text");
  must_equal(clean_line(post->title), post->title, "a title is a clean line");
  const auto again = post_from_markdown(bytes, "2026/2026-11-23-글.md", options);
  must(again.has_value() && again->post_id == post->post_id && again->slug == post->slug &&
           again->published_at == post->published_at && again->body == post->body,
       "the same file gives the same post");
}

}  // namespace
}  // namespace sosik

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = sosik::fuzz::text_of(data, size);
  sosik::split(sosik::clean_text(bytes));
  sosik::post(bytes);
  return 0;
}
