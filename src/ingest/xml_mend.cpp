#include "xml_mend.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace sosik::feed {
namespace {

// Those that people write into feeds although XML does not know them (F-028).
constexpr std::array<std::pair<std::string_view, std::string_view>, 36> html_entities = {{
    {"nbsp", "\u00A0"}, {"copy", "©"},  {"reg", "®"},    {"trade", "™"},  {"hellip", "…"},
    {"middot", "·"},    {"bull", "•"},  {"ndash", "–"},  {"mdash", "—"},  {"lsquo", "‘"},
    {"rsquo", "’"},     {"sbquo", "‚"}, {"ldquo", "“"},  {"rdquo", "”"},  {"bdquo", "„"},
    {"laquo", "«"},     {"raquo", "»"}, {"lsaquo", "‹"}, {"rsaquo", "›"}, {"times", "×"},
    {"divide", "÷"},    {"deg", "°"},   {"plusmn", "±"}, {"frac12", "½"}, {"frac14", "¼"},
    {"frac34", "¾"},    {"euro", "€"},  {"pound", "£"},  {"yen", "¥"},    {"cent", "¢"},
    {"sect", "§"},      {"para", "¶"},  {"larr", "←"},   {"rarr", "→"},   {"uarr", "↑"},
    {"darr", "↓"},
}};

constexpr std::size_t longest_reference = 12;  // with its "&"

bool is_legal(unsigned long c) {
  if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
  return c < 0xD800 || (c > 0xDFFF && c < 0xFFFE) || (c > 0xFFFF && c <= 0x10FFFF);
}

// What stands for "&body;"; nothing of what is no reference.
std::string replacement(std::string_view body) {
  const std::string as_written = "&" + std::string(body) + ";";
  for (const std::string_view known : {"amp", "lt", "gt", "quot", "apos"})
    if (body == known) return as_written;
  if (body.starts_with('#')) {
    const bool is_hex = body.size() > 1 && (body[1] == 'x' || body[1] == 'X');
    const auto digits = body.substr(is_hex ? 2 : 1);
    unsigned long value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, is_hex ? 16 : 10);
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size())
      return "&amp;" + as_written.substr(1);
    return is_legal(value) ? as_written : " ";
  }
  const auto entity =
      std::ranges::find(html_entities, body, &decltype(html_entities)::value_type::first);
  if (entity != html_entities.end()) return std::string(entity->second);
  return "&amp;" + as_written.substr(1);
}

std::size_t end_of(std::string_view text, std::string_view mark, std::size_t from) {
  const auto at = text.find(mark, from);
  return at == text.npos ? text.size() : at + mark.size();
}

// The end of "<!DOCTYPE ... [ ... ]>", which begins at 0.
std::size_t end_of_doctype(std::string_view text) {
  int brackets = 0;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (text.substr(i).starts_with("<!--")) {
      i = end_of(text, "-->", i + 4) - 1;
    } else if (text.substr(i).starts_with("<?")) {
      i = end_of(text, "?>", i + 2) - 1;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[') {
      ++brackets;
    } else if (c == ']') {
      --brackets;
    } else if (c == '>' && brackets <= 0) {
      return i + 1;
    }
  }
  return text.size();
}

// Behind the name or number of a reference whose '&' is at 0.
std::size_t end_of_name(std::string_view text) {
  std::size_t i = 1;
  while (i < text.size() && i <= longest_reference &&
         ((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'z') ||
          (text[i] >= 'A' && text[i] <= 'Z') || (i == 1 && text[i] == '#')))
    ++i;
  return i;
}

}  // namespace

std::string mend_xml(std::string_view text) {
  const auto begin = text.find('<');
  if (begin == text.npos) return "";
  text.remove_prefix(begin);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto next = text.find_first_of("<&", i);
    out.append(text.substr(i, next - i));
    if (next == text.npos) break;
    i = next;
    const auto rest = text.substr(i);
    std::size_t size = 1;
    if (rest.starts_with("<![CDATA[")) {
      size = end_of(rest, "]]>", 9);
      out.append(rest.substr(0, size));
    } else if (rest.starts_with("<!--")) {
      size = end_of(rest, "-->", 4);
    } else if (rest.starts_with("<?")) {
      size = end_of(rest, "?>", 2);
    } else if (rest.starts_with("<!")) {
      size = end_of_doctype(rest);
    } else if (rest.front() == '<') {
      out += '<';
    } else {
      const auto end = end_of_name(rest);
      if (end == 1 || end > longest_reference || end == rest.size() || rest[end] != ';') {
        out += "&amp;";
      } else {
        out += replacement(rest.substr(1, end - 1));
        size = end + 1;
      }
    }
    i += size;
  }
  return out;
}

}  // namespace sosik::feed
