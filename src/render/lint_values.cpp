#include "lint_values.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>

namespace sosik {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// Letters, digits and what RFC 3986 calls reserved and unreserved, and whole %XX.
bool is_uri_text(std::string_view text) {
  constexpr std::string_view marks = "-._~:/?#[]@!$&'()*+,;=";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
    } else if (!is_letter(text[i]) && !is_digit(text[i]) &&
               marks.find(text[i]) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

bool is_host(std::string_view host) {
  if (host.starts_with('[')) return host.ends_with(']') && host.size() > 3;  // IPv6
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '_';
  });
}

// The two-, three- or four-digit number at `at`; -1 when there is none.
int number_at(std::string_view text, std::size_t at, std::size_t digits) {
  if (at + digits > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + digits; ++i) {
    if (!is_digit(text[i])) return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

int index_of(std::span<const std::string_view> names, std::string_view name) {
  const auto found = std::ranges::find(names, name);
  return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> weekdays = {"Sun", "Mon", "Tue", "Wed",
                                                      "Thu", "Fri", "Sat"};

// Elements whose closing tag gives a text away as markup.
bool is_html_element(std::string_view name) {
  constexpr auto names = std::to_array<std::string_view>(
      {"a",    "abbr",   "address", "article", "aside",  "b",      "big",        "blockquote",
       "body", "br",     "button",  "caption", "center", "cite",   "code",       "dd",
       "del",  "div",    "dl",      "dt",      "em",     "embed",  "figcaption", "figure",
       "font", "footer", "form",    "h1",      "h2",     "h3",     "h4",         "h5",
       "h6",   "head",   "header",  "html",    "i",      "iframe", "img",        "ins",
       "kbd",  "li",     "mark",    "nav",     "object", "ol",     "p",          "pre",
       "q",    "s",      "script",  "section", "small",  "span",   "strong",     "style",
       "sub",  "sup",    "table",   "td",      "tr",     "u",      "ul"});
  std::string folded(name);
  std::ranges::transform(folded, folded.begin(), lower);
  return std::ranges::binary_search(names, std::string_view(folded));
}

bool is_known_reference(std::string_view name) {
  constexpr auto names = std::to_array<std::string_view>(
      {"amp",   "apos",  "bull", "cent",  "copy",   "deg",   "euro",  "gt",   "hellip", "laquo",
       "ldquo", "lsquo", "lt",   "mdash", "middot", "nbsp",  "ndash", "para", "pound",  "quot",
       "raquo", "rdquo", "reg",  "rsquo", "sect",   "times", "trade", "yen"});
  if (name.starts_with('#')) return name.size() > 1;
  return std::ranges::binary_search(names, name);
}

std::size_t word_end(std::string_view text, std::size_t from) {
  while (from < text.size() && (is_letter(text[from]) || is_digit(text[from]) || text[from] == '#'))
    ++from;
  return from;
}

std::chrono::sys_seconds moment_of(std::chrono::sys_days day, int hour, int minute, int second,
                                   int offset_minutes) {
  return day + std::chrono::hours(hour) + std::chrono::minutes(minute - offset_minutes) +
         std::chrono::seconds(second);
}

}  // namespace

bool is_web_url(std::string_view url) {
  std::string_view rest = url;
  if (rest.starts_with("https://"))
    rest.remove_prefix(8);
  else if (rest.starts_with("http://"))
    rest.remove_prefix(7);
  else
    return false;
  std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const std::string_view target = rest.substr(authority.size());
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    if (!is_uri_text(authority.substr(0, at))) return false;
    authority.remove_prefix(at + 1);
  }
  if (const auto colon = authority.rfind(':');
      colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos) {
    if (!std::ranges::all_of(authority.substr(colon + 1), is_digit)) return false;
    authority = authority.substr(0, colon);
  }
  return is_host(authority) && is_uri_text(target);
}

bool is_absolute_uri(std::string_view uri) {
  const auto colon = uri.find(':');
  if (colon == 0 || colon == std::string_view::npos || colon + 1 == uri.size()) return false;
  const auto scheme = uri.substr(0, colon);
  return is_letter(scheme.front()) &&
         std::ranges::all_of(scheme,
                             [](char c) {
                               return is_letter(c) || is_digit(c) || c == '+' || c == '-' ||
                                      c == '.';
                             }) &&
         is_uri_text(uri.substr(colon + 1));
}

bool is_tag_uri(std::string_view uri) {
  if (!uri.starts_with("tag:")) return true;
  uri.remove_prefix(4);
  const auto comma = uri.find(',');
  const auto colon = uri.find(':', comma == std::string_view::npos ? 0 : comma);
  if (comma == 0 || comma == std::string_view::npos || colon == std::string_view::npos)
    return false;
  const auto date = uri.substr(comma + 1, colon - comma - 1);
  const bool is_date = (date.size() == 4 || date.size() == 7 || date.size() == 10) &&
                       number_at(date, 0, 4) >= 0 &&
                       (date.size() < 7 || (date[4] == '-' && number_at(date, 5, 2) >= 0)) &&
                       (date.size() < 10 || (date[7] == '-' && number_at(date, 8, 2) >= 0));
  constexpr std::string_view marks = ";/?:@&=+$.-_!~*'()%,";
  return is_date && std::ranges::all_of(uri.substr(colon + 1), [&](char c) {
           return is_letter(c) || is_digit(c) || marks.find(c) != std::string_view::npos;
         });
}

bool is_media_type(std::string_view type) {
  type = type.substr(0, type.find(';'));
  const auto is_token = [](std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
      return is_letter(c) || is_digit(c) ||
             std::string_view("!#$&^_.+-").find(c) != std::string_view::npos;
    });
  };
  const auto slash = type.find('/');
  if (slash == std::string_view::npos) return false;
  auto subtype = type.substr(slash + 1);
  while (subtype.ends_with(' ')) subtype.remove_suffix(1);
  return is_token(type.substr(0, slash)) && is_token(subtype);
}

bool is_mail_with_name(std::string_view text) {
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return false;
  const auto address = text.substr(0, space), name = text.substr(space + 1);
  const auto at = address.find('@');
  return at != 0 && at != std::string_view::npos && at + 1 < address.size() && name.size() > 2 &&
         name.front() == '(' && name.back() == ')';
}

bool holds_address(std::string_view text) {
  for (auto at = text.find('@', 1); at != std::string_view::npos && at + 1 < text.size();
       at = text.find('@', at + 1)) {
    if (!is_letter(text[at - 1]) && !is_digit(text[at - 1])) continue;
    std::size_t end = at + 1;
    while (end < text.size() &&
           (is_letter(text[end]) || is_digit(text[end]) || text[end] == '.' || text[end] == '-'))
      ++end;
    const auto dot = text.substr(0, end).find('.', at + 2);
    if (dot != std::string_view::npos && dot + 1 < end) return true;
  }
  return false;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 18 && std::ranges::all_of(text, is_digit);
}

DateCheck check_rfc822(std::string_view text) {
  // "Mon, 23 Nov 2026 18:05:09 +0900"
  //  0    5  8   12   17       26
  const int weekday = index_of(weekdays, text.substr(0, 3));
  if (weekday < 0) return {"has no English weekday"};
  if (text.size() < 29 || text.substr(3, 2) != ", " || text[7] != ' ' || text[11] != ' ' ||
      text[16] != ' ' || text[19] != ':' || text[22] != ':' || text[25] != ' ')
    return {"is not of the form 'Mon, 23 Nov 2026 18:05:09 +0900'"};
  const int day = number_at(text, 5, 2), month = index_of(months, text.substr(8, 3)),
            year = number_at(text, 12, 4), hour = number_at(text, 17, 2),
            minute = number_at(text, 20, 2), second = number_at(text, 23, 2);
  if (day < 1 || month < 0 || year < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
      second < 0 || second > 59)
    return {"is not of the form 'Mon, 23 Nov 2026 18:05:09 +0900'"};
  const std::string_view zone = text.substr(26);
  int offset = 0;
  if (zone != "GMT") {
    const int hours = number_at(zone, 1, 2), minutes = number_at(zone, 3, 2);
    if (zone.size() != 5 || (zone[0] != '+' && zone[0] != '-') || hours < 0 || minutes < 0)
      return {"has a zone that is neither numeric nor GMT"};
    if (minutes != 0 && minutes != 30) return {"has a zone that is no multiple of half an hour"};
    offset = (hours * 60 + minutes) * (zone[0] == '-' ? -1 : 1);
  }
  using namespace std::chrono;
  const year_month_day date{std::chrono::year(year),
                            std::chrono::month(static_cast<unsigned>(month) + 1),
                            std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return {"is a day that no calendar has"};
  if (std::chrono::weekday(sys_days(date)).c_encoding() != static_cast<unsigned>(weekday))
    return {"has the wrong weekday"};
  return {nullptr, moment_of(sys_days(date), hour, minute, second, offset)};
}

DateCheck check_rfc3339(std::string_view text) {
  constexpr const char* form = "is not of the form '2026-11-23T18:05:09+09:00'";
  const int year = number_at(text, 0, 4), month = number_at(text, 5, 2),
            day = number_at(text, 8, 2), hour = number_at(text, 11, 2),
            minute = number_at(text, 14, 2), second = number_at(text, 17, 2);
  if (year < 0 || month < 1 || day < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
      second < 0 || second > 59 || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
      text[13] != ':' || text[16] != ':')
    return {form};
  std::string_view zone = text.substr(19);
  if (zone.starts_with('.')) {
    std::size_t end = 1;
    while (end < zone.size() && is_digit(zone[end])) ++end;
    if (end == 1) return {form};
    zone.remove_prefix(end);
  }
  int offset = 0;
  if (zone != "Z") {
    const int hours = number_at(zone, 1, 2), minutes = number_at(zone, 4, 2);
    if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':' || hours < 0 ||
        hours > 23 || minutes < 0 || minutes > 59)
      return {form};
    offset = (hours * 60 + minutes) * (zone[0] == '-' ? -1 : 1);
  }
  using namespace std::chrono;
  const year_month_day date{std::chrono::year(year),
                            std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return {"is a day that no calendar has"};
  return {nullptr, moment_of(sys_days(date), hour, minute, second, offset)};
}

bool holds_markup(std::string_view text) {
  for (auto i = text.find_first_of("<&"); i != std::string_view::npos;
       i = text.find_first_of("<&", i + 1)) {
    if (text[i] == '&') {
      const auto end = word_end(text, i + 1);
      if (end < text.size() && text[end] == ';' &&
          is_known_reference(text.substr(i + 1, end - i - 1)))
        return true;
    } else if (text.substr(i).starts_with("</")) {
      const auto end = word_end(text, i + 2);
      if (end < text.size() && text[end] == '>' && is_html_element(text.substr(i + 2, end - i - 2)))
        return true;
    }
  }
  return false;
}

bool holds_doubtful(std::string_view text) {
  for (auto at = text.find('\xC2'); at != std::string_view::npos; at = text.find('\xC2', at + 1))
    if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0) return true;
  return text.find("\xEF\xBF\xBD") != std::string_view::npos;
}

}  // namespace sosik
