// HTML from outside to HTML that is safe in any reader: parsed by gumbo, walked against an
// allow-list, written again from the tree (formats.md F-150..F-159). Pure and idempotent; linear in
// the input; refuses nothing: what is too deep or too large goes in as text, with a notice.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sosik/base/text.hpp"

namespace sosik {

struct CleanHtml {
  std::string html;  // well-formed fragment: every tag closed, attributes quoted, & escaped
  std::string text;  // its text, white space collapsed, entities decoded: for excerpts
  // What was removed or repaired and why, for the operator; a line each.
  std::vector<std::string> notices;
  std::string first_image;  // absolute URL of the first that is not a tracking pixel, or empty
};

struct SanitiseOptions {
  std::string base_url;  // absolute: links, images, srcset are resolved against it
  // The post's own page, absolute: links to a place in the same text ("#fn-1") lead there. Empty:
  // base_url.
  std::string page_url = {};
  // Whose players stay as frames (F-151); others become links, YouTube's with the video's picture.
  std::vector<std::string> iframe_hosts = {"www.youtube.com", "www.youtube-nocookie.com",
                                           "player.vimeo.com"};
  TextOptions text = {};  // for text and what is read out of attributes, never for addresses
};

// Raised when the output for the same input changes on purpose.
constexpr int sanitiser_version = 2;

CleanHtml sanitise_html(std::string_view html, const SanitiseOptions&);

// The first <img> of `sanitised`, which sanitise_html wrote, that shows `url`; -1 in `at` when
// there is none. Sizes are 0 where the markup gives none.
struct FoundImage {
  std::ptrdiff_t at = -1;  // byte
  std::string alt;         // entities decoded
  int width = 0, height = 0;
};
FoundImage find_image(std::string_view sanitised, std::string_view url);

// One <img> as sanitise_html would write it.
std::string image_html(std::string_view url, std::string_view alt, int width, int height);

// An HTML document or fragment as plain text (for titles and summaries that hold markup): tags
// stripped, entities decoded once, white space collapsed (F-158).
std::string html_to_text(std::string_view html);

}  // namespace sosik
