#include "fragment_reader.hpp"

#include <algorithm>

namespace sosik {
namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

std::string_view take_name(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_name_character);
  const auto name = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(name.size());
  return name;
}

bool skip(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

// The tag at the beginning of `html`, or nothing.
std::optional<Fragment> tag_at(std::string_view html) {
  std::string_view rest = html;
  Fragment tag;
  if (!skip(rest, "<")) return std::nullopt;
  tag.kind = skip(rest, "/") ? Fragment::Kind::end_tag : Fragment::Kind::start_tag;
  tag.name = take_name(rest);
  if (tag.name.empty()) return std::nullopt;
  while (skip(rest, " ")) {
    const std::string_view name = take_name(rest);
    std::string_view value;
    if (skip(rest, "=\"")) {
      const auto end = rest.find('"');
      if (end == std::string_view::npos) return std::nullopt;
      value = rest.substr(0, end);
      rest.remove_prefix(end + 1);
    }
    if (!name.empty()) tag.attributes.emplace_back(name, value);
  }
  if (!skip(rest, ">")) return std::nullopt;
  tag.raw = html.substr(0, html.size() - rest.size());
  return tag;
}

}  // namespace

std::optional<std::string_view> Fragment::attribute(std::string_view wanted) const {
  for (const auto& [name_here, value] : attributes)
    if (name_here == wanted) return value;
  return std::nullopt;
}

std::optional<Fragment> FragmentReader::next() {
  if (rest_.empty()) return std::nullopt;
  if (auto tag = tag_at(rest_)) {
    rest_.remove_prefix(tag->raw.size());
    return tag;
  }
  Fragment text;
  text.raw = rest_.substr(0, rest_.find('<', 1));
  rest_.remove_prefix(text.raw.size());
  return text;
}

}  // namespace sosik
