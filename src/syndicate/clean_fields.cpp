#include "clean_fields.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"
#include "sosik/ingest/sanitise.hpp"

namespace sosik {
namespace {

constexpr std::size_t max_line_graphemes = 500;
constexpr std::size_t max_summary_graphemes = 2000;

bool is_name_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

// An inline or block element that a title of a post is ever written with.
bool is_title_element(std::string_view name) {
  constexpr std::array<std::string_view, 38> names = {
      "a",     "abbr", "b",      "big",    "br",  "center", "cite", "code", "del", "div",
      "em",    "font", "h1",     "h2",     "h3",  "h4",     "h5",   "h6",   "i",   "img",
      "ins",   "kbd",  "mark",   "p",      "q",   "rp",     "rt",   "ruby", "s",   "script",
      "small", "span", "strike", "strong", "sub", "sup",    "tt",   "u"};
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(names.begin(), names.end(), lower) != names.end();
}

// At a '<': does a tag of such an element begin here?
bool is_tag(std::string_view text) {
  text.remove_prefix(1);
  if (text.starts_with('/')) text.remove_prefix(1);
  std::size_t end = 0;
  while (end < text.size() && end < 10 && is_name_char(text[end])) ++end;
  if (end == 0 || end == text.size()) return false;
  const bool ends_well = text[end] == '>' || text[end] == ' ' || text[end] == '/';
  return ends_well && text.find('>') != std::string_view::npos &&
         is_title_element(text.substr(0, end));
}

// At a '&': does a character reference begin here?
bool is_reference(std::string_view text) {
  constexpr std::array<std::string_view, 6> names = {"&amp;",  "&lt;",   "&gt;",
                                                     "&quot;", "&apos;", "&nbsp;"};
  for (const auto name : names)
    if (text.starts_with(name)) return true;
  if (!text.starts_with("&#")) return false;
  const auto end = text.find(';');
  return end != std::string_view::npos && end > 2 && end < 10 &&
         std::all_of(text.begin() + 2, text.begin() + static_cast<std::ptrdiff_t>(end),
                     is_name_char);
}

bool holds_markup(std::string_view text) {
  for (std::size_t i = text.find_first_of("<&"); i != std::string_view::npos;
       i = text.find_first_of("<&", i + 1)) {
    const auto rest = text.substr(i);
    if (text[i] == '<' ? is_tag(rest) : is_reference(rest)) return true;
  }
  return false;
}

bool is_media_type(std::string_view type) {
  const auto slash = type.find('/');
  return slash != 0 && slash != std::string_view::npos && slash + 1 < type.size() &&
         std::all_of(type.begin(), type.end(), [](char c) {
           return is_name_char(c) ||
                  std::string_view("/.+-_!#$&^;= ").find(c) != std::string_view::npos;
         });
}

std::string_view guessed_type(std::string_view url) {
  constexpr std::array<std::array<std::string_view, 2>, 8> known = {{{".mp3", "audio/mpeg"},
                                                                     {".m4a", "audio/mp4"},
                                                                     {".mp4", "video/mp4"},
                                                                     {".pdf", "application/pdf"},
                                                                     {".jpg", "image/jpeg"},
                                                                     {".png", "image/png"},
                                                                     {".ogg", "audio/ogg"},
                                                                     {".zip", "application/zip"}}};
  const auto path = url.substr(0, url.find_first_of("?#"));
  for (const auto& [suffix, type] : known)
    if (path.ends_with(suffix)) return type;
  return "application/octet-stream";
}

}  // namespace

std::string plain_line(std::string_view text, std::string_view field, Notices& notices) {
  std::string line = clean_line(text);
  if (holds_markup(line)) {
    line = clean_line(html_to_text(line));
    notices.push_back("the " + std::string(field) + " held markup; shown as plain text");
  }
  if (is_blank(line)) return "";
  return excerpt(line, max_line_graphemes);
}

std::string plain_paragraph(std::string_view text) {
  std::string line = clean_line(text);
  if (holds_markup(line)) line = clean_line(html_to_text(line));
  return is_blank(line) ? "" : excerpt(line, max_summary_graphemes);
}

std::string web_url(std::string_view text, std::string_view base) {
  const std::string line = clean_line(text);
  if (line.empty()) return "";
  auto url = base.empty() ? ascii_url(line) : resolve_url(base, line);
  if (!url) return "";
  const auto parsed = parse_http_url(*url);
  return parsed && !parsed->has_userinfo ? *url : "";
}

std::string language_tag(std::string_view text, Notices& notices) {
  std::string tag = clean_line(text);
  std::replace(tag.begin(), tag.end(), '_', '-');
  std::size_t begin = 0;
  bool is_good = !tag.empty();
  for (std::size_t count = 0; is_good; ++count) {
    const auto end = tag.find('-', begin);
    const auto part = std::string_view(tag).substr(begin, end - begin);
    is_good =
        !part.empty() && part.size() <= 8 && (count > 0 || part.size() >= 2) &&
        std::all_of(part.begin(), part.end(), [&](char c) {
          return count > 0 ? is_name_char(c) : std::isalpha(static_cast<unsigned char>(c)) != 0;
        });
    if (end == std::string::npos) break;
    begin = end + 1;
  }
  if (is_good) return tag;
  if (!tag.empty()) notices.push_back("'" + tag + "' is no language tag; left out");
  return "";
}

std::string category_path(std::string_view text) {
  std::string path;
  while (true) {
    const auto slash = text.find('/');
    const std::string segment = name_key(text.substr(0, slash));
    if (!segment.empty()) path.append(path.empty() ? "" : "/").append(segment);
    if (slash == std::string_view::npos) return path;
    text.remove_prefix(slash + 1);
  }
}

std::string name_key(std::string_view text) {
  const std::string line = nfc(clean_line(text));
  return is_blank(line) ? "" : line;
}

std::optional<Image> clean_image(const std::optional<Image>& image, std::string_view base,
                                 Notices& notices) {
  if (!image || image->url.empty()) return std::nullopt;
  Image clean = *image;
  clean.url = web_url(image->url, base);
  if (clean.url.empty()) {
    notices.push_back("the image has no usable URL; left out");
    return std::nullopt;
  }
  clean.alt = clean_line(image->alt);
  clean.width = std::max(0, image->width);
  clean.height = std::max(0, image->height);
  return clean;
}

std::vector<Enclosure> clean_enclosures(const std::vector<Enclosure>& list, std::string_view base,
                                        Notices& notices) {
  std::vector<Enclosure> kept;
  for (const auto& e : list) {
    Enclosure clean = e;
    clean.url = web_url(e.url, base);
    if (clean.url.empty()) {
      notices.push_back("an enclosure has no usable URL; left out");
      continue;
    }
    clean.type = clean_line(e.type);
    if (!is_media_type(clean.type)) clean.type = guessed_type(clean.url);
    clean.length = std::max<std::int64_t>(0, e.length);
    clean.title = clean_line(e.title);
    clean.duration_seconds = std::max(0, e.duration_seconds);
    kept.push_back(std::move(clean));
  }
  return kept;
}

std::vector<Author> clean_authors(const std::vector<Author>& list, const Site& site,
                                  Notices& notices) {
  std::vector<Author> kept;
  for (const auto& a : list) {
    Author clean;
    clean.key = name_key(a.key.empty() ? a.name : a.key);
    clean.name = plain_line(a.name.empty() ? a.key : a.name, "author's name", notices);
    if (clean.name.empty()) clean.name = clean.key;
    if (clean.key.empty()) clean.key = name_key(clean.name);
    clean.url = web_url(a.url, "");
    clean.email = clean_line(a.email);
    if (clean.email.find('@') == std::string::npos || clean.email.find(' ') != std::string::npos)
      clean.email.clear();
    const bool is_new = std::none_of(kept.begin(), kept.end(), [&](const Author& other) {
      return compare_key(other.key) == compare_key(clean.key);
    });
    if (!clean.name.empty() && is_new) kept.push_back(std::move(clean));
  }
  if (!kept.empty()) return kept;
  Author fallback = site.author;
  if (is_blank(fallback.name)) fallback.name = site.title;
  if (is_blank(fallback.name)) fallback.name = "blog";
  fallback.key.clear();  // no feed of its own: nobody signed these posts
  return {fallback};
}

}  // namespace sosik
