// HTML from outside to HTML that is safe in any reader: parsed by gumbo, walked against an allow-list, written again
// from the tree (formats.md F-150..F-159). Pure and idempotent; linear in the input; refuses nothing: what is too deep
// or too large goes in as text, with a notice.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace sosik {

struct CleanHtml {
  std::string html;                  // well-formed fragment: every tag closed, attributes quoted, & escaped
  std::string text;                  // its text, white space collapsed, entities decoded: for excerpts
  std::vector<std::string> notices;  // what was removed or repaired and why, for the operator; a line each
  std::string first_image;           // absolute URL of the first image that is not a tracking pixel, or empty
};

struct SanitiseOptions {
  std::string base_url;                       // absolute: links, images, srcset are resolved against it
  // The post's own page, absolute: links to a place in the same text ("#fn-1") lead there; empty: base_url.
  std::string page_url = {};
  std::vector<std::string> iframe_hosts = {"www.youtube.com", "www.youtube-nocookie.com", "player.vimeo.com"};
};

// Raised when the output for the same input changes on purpose.
constexpr int sanitiser_version = 1;

CleanHtml sanitise_html(std::string_view html, const SanitiseOptions&);

// An HTML document or fragment as plain text (for titles and summaries that hold markup): tags stripped, entities
// decoded once, white space collapsed (F-158).
std::string html_to_text(std::string_view html);

}  // namespace sosik
