#include "legible.hpp"

#include "sosik/base/decode.hpp"

namespace sosik {
namespace {

// All text of a post that may be in another encoding.
template <class Visit>
void for_each_text(Post& post, Visit visit) {
  for (std::string* text : {&post.slug, &post.url, &post.title, &post.summary, &post.body,
                            &post.base_url, &post.language, &post.comments_url})
    visit(*text);
  if (post.image) {
    visit(post.image->url);
    visit(post.image->alt);
  }
  for (auto& category : post.categories) {
    visit(category.path);
    visit(category.name);
  }
  for (auto& tag : post.tags) {
    visit(tag.tag);
    visit(tag.name);
  }
  for (auto& author : post.authors) {
    visit(author.key);
    visit(author.name);
    visit(author.url);
    visit(author.email);
  }
  for (auto& enclosure : post.enclosures) {
    visit(enclosure.url);
    visit(enclosure.type);
    visit(enclosure.title);
  }
}

void decode_fields(Post& post, Notices& notices) {
  std::string broken;  // '\n' ends every sequence of either encoding
  for_each_text(post, [&](const std::string& text) {
    if (!is_valid_utf8(text)) broken.append(text).append("\n");
  });
  if (broken.empty() || !is_rather_uhc(broken)) return;
  for_each_text(post, [](std::string& text) {
    if (!is_valid_utf8(text)) text = decode_uhc(text);
  });
  notices.push_back("its text is not UTF-8 but UHC (CP949, EUC-KR); it was converted");
}

void adjust_fields(Post& post, const TextOptions& options) {
  const auto adjust = [&](std::string& text) { text = adjusted(text, options); };
  adjust(post.title);
  adjust(post.summary);
  if (post.image) adjust(post.image->alt);
  for (auto& category : post.categories) adjust(category.name);
  for (auto& tag : post.tags) tag.name = adjusted(tag.name.empty() ? tag.tag : tag.name, options);
  for (auto& author : post.authors) adjust(author.name);
  for (auto& enclosure : post.enclosures) adjust(enclosure.title);
}

}  // namespace

void make_legible(Post& post, const TextOptions& options, Notices& notices) {
  decode_fields(post, notices);
  if (options != TextOptions{}) adjust_fields(post, options);
}

std::string legible_name(std::string name, const TextOptions& options) {
  if (is_rather_uhc(name)) name = decode_uhc(name);
  return adjusted(name, options);
}

}  // namespace sosik
