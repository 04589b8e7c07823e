#include "clean_fields.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "sosik/base/language_tag.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"
#include "sosik/ingest/sanitise.hpp"

namespace sosik {
namespace {

constexpr std::size_t max_line_graphemes = 500;
constexpr std::size_t max_summary_columns = 4000;

bool is_name_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

// Nobody writes a longer title, summary or name; what is longer is cut before anything looks at it.
constexpr std::size_t max_field_bytes = 64 * 1024;

std::string_view cut_field(std::string_view text, std::string_view field, Notices& notices) {
  if (text.size() <= max_field_bytes) return text;
  notices.push_back("the " + std::string(field) + " is larger than 64 KiB; cut");
  return text.substr(0, prefix_of_bytes(text.substr(0, max_field_bytes + 64), max_field_bytes));
}

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

// At a '<': may a tag begin here?
bool is_tag_like(std::string_view text) {
  text.remove_prefix(text.starts_with("</") ? 2 : 1);
  return !text.empty() && is_letter(text.front());
}

// At a '&': does a character reference begin here?
bool is_reference(std::string_view text) {
  constexpr std::size_t longest = 33;  // HTML's longest name has 31 letters
  const auto end = text.substr(0, longest).find(';');
  const std::size_t begin = text.starts_with("&#") ? 2 : 1;
  return end != std::string_view::npos && end > begin &&
         std::all_of(text.begin() + static_cast<std::ptrdiff_t>(begin),
                     text.begin() + static_cast<std::ptrdiff_t>(end), is_name_char);
}

bool may_hold_markup(std::string_view text) {
  const auto last_end = text.rfind('>');
  for (std::size_t i = text.find_first_of("<&"); i != std::string_view::npos;
       i = text.find_first_of("<&", i + 1)) {
    const auto rest = text.substr(i);
    const bool is_closed = last_end != std::string_view::npos && last_end > i;
    if (text[i] == '<' ? is_closed && is_tag_like(rest) : is_reference(rest)) return true;
  }
  return false;
}

// "<!DOCTYPE html>" and "<?php" are words in a field of plain text; an HTML parser would pass over
// them, as over a '<' behind the last '>'. A whole comment beside markup is one.
std::string as_html(std::string_view line) {
  const auto last_end = line.rfind('>');
  const auto last_comment_end = line.rfind("-->");
  std::string html;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto rest = line.substr(i);
    const bool is_closed = last_end != std::string_view::npos && last_end > i;
    const bool is_comment = rest.starts_with("<!--") &&
                            last_comment_end != std::string_view::npos && last_comment_end > i + 3;
    if (line[i] == '<' && !is_comment && !(is_closed && is_tag_like(rest)))
      html += "&lt;";
    else
      html += line[i];
  }
  return html;
}

// Some systems store titles as HTML, some encode that once more (F-029). What is encoded more often
// than that is nobody's text any more: it loses the characters that make it markup.
std::string without_markup(std::string line) {
  constexpr int max_passes = 3;
  for (int i = 0; may_hold_markup(line); ++i) {
    std::string text = clean_line(html_to_text(as_html(line)));
    if (text == line) break;
    line = std::move(text);
    if (i + 1 < max_passes) continue;
    if (may_hold_markup(line)) std::erase_if(line, [](char c) { return c == '<' || c == '&'; });
    break;
  }
  return line;
}

std::string plain(std::string_view text, std::string_view field, std::size_t max, Measure measure,
                  Notices& notices) {
  const std::string line = clean_line(cut_field(text, field, notices));
  const std::string shown = without_markup(line);
  if (shown != line)
    notices.push_back("the " + std::string(field) + " held markup; shown as plain text");
  return is_blank(shown) ? "" : excerpt(shown, max, measure);
}

bool is_address_char(char c) {
  return is_name_char(c) || std::string_view("._%+-").find(c) != std::string_view::npos;
}

struct Span {
  std::size_t begin, at, end;
};

// The first "hong@example.kr" at or behind `from`.
std::optional<Span> find_address(std::string_view text, std::size_t from) {
  for (auto at = text.find('@', from); at != std::string_view::npos; at = text.find('@', at + 1)) {
    Span span{at, at, at + 1};
    while (span.begin > from && is_address_char(text[span.begin - 1])) --span.begin;
    while (span.end < text.size() &&
           (is_name_char(text[span.end]) || text[span.end] == '.' || text[span.end] == '-'))
      ++span.end;
    while (span.end > at + 1 && !is_name_char(text[span.end - 1])) --span.end;
    const auto domain = text.substr(at + 1, span.end - at - 1);
    if (span.begin < at && domain.find('.') != std::string_view::npos && domain.front() != '.')
      return span;
  }
  return std::nullopt;
}

// F-097: "홍길동 <hong@example.kr>" is "홍길동"; of an address alone the part before the '@' stays.
std::string without_addresses(const std::string& name) {
  std::string kept, local_part;
  std::size_t from = 0;
  while (const auto found = find_address(name, from)) {
    auto [begin, at, end] = *found;
    if (local_part.empty()) local_part = name.substr(begin, at - begin);
    constexpr std::string_view mailto = "mailto:";
    if (std::string_view(name).substr(from, begin - from).ends_with(mailto)) begin -= mailto.size();
    const char before = begin > from ? name[begin - 1] : '\0';
    const char after = end < name.size() ? name[end] : '\0';
    if ((before == '<' && after == '>') || (before == '(' && after == ')') ||
        (before == '[' && after == ']'))
      --begin, ++end;
    kept += name.substr(from, begin - from);
    from = end;
  }
  if (from == 0) return name;
  kept = clean_line(kept + name.substr(from));
  const bool has_word = std::any_of(kept.begin(), kept.end(), [](char c) {
    return is_name_char(c) || static_cast<unsigned char>(c) >= 0x80;
  });
  return has_word ? kept : local_part;
}

// "audio/mpeg", with or without parameters behind it.
bool is_media_type(std::string_view type) {
  const auto is_token = [](std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
      return is_name_char(c) || std::string_view(".+-_!#$&^").find(c) != std::string_view::npos;
    });
  };
  const auto end = type.find_first_of("; ");
  const auto essence = type.substr(0, end), parameters = type.substr(essence.size());
  const auto slash = essence.find('/');
  return slash != std::string_view::npos && is_token(essence.substr(0, slash)) &&
         is_token(essence.substr(slash + 1)) &&
         (parameters.empty() || parameters.find(';') != std::string_view::npos) &&
         std::all_of(parameters.begin(), parameters.end(),
                     [](char c) { return c >= ' ' && c < 0x7F; });
}

constexpr std::int64_t max_length = std::int64_t{1}
                                    << 53;  // bytes; JSON's numbers are exact so far

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
  return plain(text, field, max_line_graphemes, Measure::graphemes, notices);
}

std::string plain_paragraph(std::string_view text, std::string_view field, Notices& notices) {
  return plain(text, field, max_summary_columns, Measure::columns, notices);
}

std::string web_url(std::string_view text, std::string_view base) {
  const std::string line = clean_line(text);
  if (line.empty()) return "";
  auto url = base.empty() ? ascii_url(line) : resolve_url(base, line);
  if (!url) return "";
  const auto parsed = parse_http_url(*url);
  return parsed && !parsed->has_userinfo ? *url : "";
}

std::string clean_language(std::string_view text, Notices& notices) {
  const std::string line = clean_line(text);
  std::string tag = repaired_language(line);
  if (tag.empty() && !line.empty())
    notices.push_back("'" + line + "' is no language tag; left out");
  else if (tag != line)
    notices.push_back("language '" + line + "' is shown as '" + tag + "'");
  return tag;
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
    clean.length = e.length > 0 && e.length <= max_length ? e.length : 0;
    if (e.length > max_length) notices.push_back("an enclosure's length is absurd; left out");
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
    clean.name = plain_line(a.name.empty() ? a.key : a.name, "author's name", notices);
    if (std::string name = without_addresses(clean.name); name != clean.name) {
      notices.push_back("the author's name held an e-mail address; left out");
      clean.name = std::move(name);
    }
    // A key is shown too, in the URL of the author's feed. One that is an address and nothing else
    // stays: it is what the author is known by, and two may share the part before the '@'.
    clean.key = name_key(a.key.empty() ? clean.name : a.key);
    if (const auto found = find_address(clean.key, 0);
        found && (found->begin > 0 || found->end < clean.key.size()))
      clean.key = name_key(without_addresses(clean.key));
    if (clean.name.empty()) clean.name = clean.key;
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
