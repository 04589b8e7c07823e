// What a document says of its own encoding, before it can be read.
#include <algorithm>

#include "charset.hpp"
#include "sosik/base/decode.hpp"
#include "url_parts.hpp"

namespace sosik {
namespace {

constexpr std::size_t looked_at = 1024;  // HTML section 13.2.3.2

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'; }

// In `lower`, behind `name` and '=', what stands there, between quotes or up to a space, ';' or
// '>'.
std::string_view value_of(std::string_view lower, std::string_view name) {
  for (std::size_t at = lower.find(name); at != std::string_view::npos;
       at = lower.find(name, at + 1)) {
    std::string_view rest = lower.substr(at + name.size());
    while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
    if (!rest.starts_with('=')) continue;
    rest.remove_prefix(1);
    while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
    if (rest.empty()) return {};
    if (rest.front() == '"' || rest.front() == '\'') {
      const auto end = rest.find(rest.front(), 1);
      return end == std::string_view::npos ? std::string_view{} : rest.substr(1, end - 1);
    }
    return rest.substr(0, rest.find_first_of(" \t\n\f\r;>\"'/"));
  }
  return {};
}

// What was read as ASCII is not UTF-16, whatever it says (HTML section 13.2.3.2, step of <meta>).
std::string believable(std::string_view charset) {
  const auto known = charset::by_label(charset);
  return known && known->name.starts_with("utf-16") ? "utf-8" : std::string(charset);
}

}  // namespace

std::string declared_charset(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.starts_with("<\0?\0"sv)) return "utf-16le";
  if (bytes.starts_with("\0<\0?"sv)) return "utf-16be";
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  // Some write empty lines before the declaration.
  bytes.remove_prefix(std::min(bytes.find_first_not_of(" \t\n\f\r"), bytes.size()));
  const std::string lower = ascii_lower(bytes.substr(0, looked_at));
  const std::string_view text = lower;
  if (text.starts_with("<?xml"))
    return believable(value_of(text.substr(0, text.find("?>")), "encoding"));
  for (std::size_t at = text.find("<meta"); at != std::string_view::npos;
       at = text.find("<meta", at + 1)) {
    const auto charset = value_of(text.substr(at, text.find('>', at) - at), "charset");
    if (!charset.empty()) return believable(charset);
  }
  return {};
}

}  // namespace sosik
