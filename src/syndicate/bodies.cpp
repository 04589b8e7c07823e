#include "bodies.hpp"

#include "sosik/base/digest.hpp"
#include "sosik/base/text.hpp"
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

}  // namespace

std::string body_hash(const Post& post, const std::string& base_url, const std::string& page_url) {
  if (post.body.empty()) return "";
  std::string made_from = std::to_string(sanitiser_version);
  made_from.append(post.body_format == BodyFormat::markdown ? "\nmarkdown\n" : "\nhtml\n");
  made_from.append(base_url).append("\n").append(page_url).append("\n").append(post.body);
  return sha256_hex(made_from);
}

CleanBody make_body(const Post& post, const std::string& base_url, const std::string& page_url) {
  CleanBody body;
  if (post.body.empty()) return body;
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
  options.base_url = base_url;
  options.page_url = page_url;
  CleanHtml clean = sanitise_html(html, options);
  body.html = clean_text(clean.html);
  body.excerpt = excerpt(clean_line(clean.text), kept_text_graphemes);
  body.first_image = std::move(clean.first_image);
  for (std::string& notice : clean.notices) body.notices.push_back(clean_line(notice));
  return body;
}

}  // namespace sosik
