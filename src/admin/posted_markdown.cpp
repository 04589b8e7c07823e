#include "posted_markdown.hpp"

#include "fields.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/ingest/markdown_post.hpp"

namespace sosik::admin {
namespace {

// A name of which nothing can become a slug.
constexpr std::string_view no_name = "!";

}  // namespace

Result<Post> post_from_markdown_body(std::string_view body, const Site& site,
                                     const std::string& image_base) {
  MarkdownOptions options;
  options.site = site.id;
  options.zone = zone_of(site);
  options.public_url = site.public_url;
  options.image_base = image_base;
  auto post = post_from_markdown(body, std::string(no_name), options);
  if (!post) {
    const Error error = post.error();  // "!:3: title: ..."
    return Error{error.code, "line " + error.detail.substr(error.detail.find(':') + 1)};
  }
  if (post->slug == "post-" + hash64_hex(post->post_id)) post->slug.clear();
  if (post->source_key == no_name) {
    post->post_id.clear();
    post->source.clear();
    post->source_key.clear();
  }
  return post;
}

}  // namespace sosik::admin
