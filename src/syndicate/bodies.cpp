#include "bodies.hpp"

#include "sosik/base/digest.hpp"
#include "sosik/base/text.hpp"
#include "sosik/ingest/html_check.hpp"
#include "sosik/ingest/markdown.hpp"
#include "sosik/ingest/sanitise.hpp"

namespace sosik {
namespace {

constexpr std::size_t kept_text_graphemes = 1000;

std::string preformatted(std::string_view text) {
  std::string html = "<pre>";
  for (const char c : text) {
    if (c == '<')
      html += "&lt;";
    else if (c == '&')
      html += "&amp;";
    else
      html += c;
  }
  return html + "</pre>";
}

std::string lead_html(const Image& image) {
  return "<p>" + image_html(image.url, image.alt, image.width, image.height) + "</p>";
}

// Nothing goes to readers that a strict parser stumbles over (F-061): its text does.
void keep_what_parses(CleanBody& body, std::string_view text) {
  if (is_blank(body.html)) return body.html.clear();  // no content is better than a blank one
  const auto checked = check_clean_html(body.html);
  if (checked) return;
  body.html = preformatted(clean_text(text));
  body.first_image.clear();
  body.notices.push_back("the body is shown as plain text: " + checked.error().detail);
}

}  // namespace

std::string body_hash(const BodyRecipe& recipe) {
  const Post& post = recipe.post;
  if (post.body.empty() && !recipe.lead) return "";
  std::string made_from = std::to_string(sanitiser_version);
  made_from.append(post.body_format == BodyFormat::markdown ? "\nmarkdown" : "\nhtml");
  if (recipe.text.compose_hangul) made_from.append(" composed");
  if (recipe.text.drop_private_use) made_from.append(" without private use");
  if (recipe.has_embeds) made_from.append(" with embeds");
  if (recipe.lead) made_from.append("\n").append(lead_html(*recipe.lead));
  made_from.append("\n").append(recipe.base_url).append("\n").append(recipe.page_url);
  made_from.append("\n").append(post.body);
  return sha256_hex(made_from);
}

CleanBody make_body(const BodyRecipe& recipe) {
  CleanBody body;
  const Post& post = recipe.post;
  std::string html = clean_text(post.body);
  if (html.size() != post.body.size())
    body.notices.push_back("the body held bytes that no feed may hold; they were removed");
  if (post.body_format == BodyFormat::markdown) {
    auto converted = markdown_to_html(html);
    if (!converted)
      body.notices.push_back("the body is shown as plain text: " + converted.error().detail);
    html = converted ? *std::move(converted) : preformatted(html);
  }
  SanitiseOptions options;
  options.base_url = recipe.base_url;
  options.page_url = recipe.page_url;
  options.text = recipe.text;
  if (!recipe.has_embeds) options.iframe_hosts.clear();
  CleanHtml clean = sanitise_html(html, options);
  body.html = clean_text(clean.html);
  body.excerpt = excerpt(clean_line(clean.text), kept_text_graphemes);
  body.first_image = std::move(clean.first_image);
  // F-157: readers take the first picture for the post's.
  if (recipe.lead && find_image(body.html, recipe.lead->url).at < 0) {
    body.html.insert(0, lead_html(*recipe.lead));
    body.first_image = recipe.lead->url;
  }
  keep_what_parses(body, clean.text);
  for (std::string& notice : clean.notices) body.notices.push_back(clean_line(notice));
  return body;
}

}  // namespace sosik
