#include "url_parts.hpp"

#include <algorithm>

namespace sosik {
namespace {

constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_scheme_char(char c) {
  return is_alpha(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

std::string_view take_scheme(std::string_view& rest) {
  const std::size_t colon = rest.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_alpha(rest[0])) return {};
  const auto scheme = rest.substr(0, colon);
  if (!std::all_of(scheme.begin(), scheme.end(), is_scheme_char)) return {};
  rest.remove_prefix(colon + 1);
  return scheme;
}

// Cuts `rest` at the first `mark`; what stood behind it.
std::optional<std::string_view> take_behind(std::string_view& rest, char mark) {
  const std::size_t at = rest.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const auto behind = rest.substr(at + 1);
  rest = rest.substr(0, at);
  return behind;
}

}  // namespace

UrlParts split_url(std::string_view text) {
  UrlParts parts;
  parts.fragment = take_behind(text, '#');
  parts.query = take_behind(text, '?');
  parts.scheme = take_scheme(text);
  if (text.starts_with("//")) {
    text.remove_prefix(2);
    const std::size_t end = std::min(text.find('/'), text.size());
    parts.authority = text.substr(0, end);
    text.remove_prefix(end);
  }
  parts.path = text;
  return parts;
}

Authority split_authority(std::string_view text) {
  Authority out;
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    out.userinfo = text.substr(0, at);
    text.remove_prefix(at + 1);
  }
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    out.port = text.substr(colon + 1);
    text = text.substr(0, colon);
  }
  out.host = text;
  return out;
}

std::string ascii_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string remove_dot_segments(std::string_view path) {
  std::string out;
  const bool is_rooted = path.starts_with('/');
  std::string_view rest = path;
  bool ends_in_dots = false;
  while (!rest.empty()) {
    const bool has_slash = rest[0] == '/';
    const std::size_t end = std::min(rest.find('/', has_slash ? 1 : 0), rest.size());
    const auto segment = rest.substr(has_slash ? 1 : 0, end - (has_slash ? 1 : 0));
    ends_in_dots = segment == "." || segment == "..";
    if (segment == "..") {
      const std::size_t slash = out.rfind('/');
      out.erase(slash == std::string::npos ? 0 : slash);
    } else if (segment != ".") {
      out.append(rest, 0, end);
    }
    rest.remove_prefix(end);
  }
  if (ends_in_dots && (is_rooted || !out.empty())) out += '/';
  return out;
}

}  // namespace sosik
