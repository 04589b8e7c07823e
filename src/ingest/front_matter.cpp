#include "front_matter.hpp"

#include <algorithm>

#include "sosik/base/text.hpp"

namespace sosik {
namespace {

constexpr std::size_t max_front_matter = 64 << 10;

std::string simplified(std::string_view key) {
  std::string out;
  for (char c : key) {
    if (c >= 'A' && c <= 'Z')
      out += static_cast<char>(c + 32);
    else if (c != '_' && c != '-' && c != ' ')
      out += c;
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// A line and where the next one begins.
std::string_view line_at(std::string_view text, std::size_t at, std::size_t& next) {
  const std::size_t end = std::min(text.find('\n', at), text.size());
  next = std::min(end + 1, text.size());
  return text.substr(at, end - at);
}

// A rule of three or more dashes opens no front matter; three with nothing but spaces behind them
// do.
bool is_fence(std::string_view line, std::string_view fence) {
  return line.starts_with(fence) && trimmed(line.substr(fence.size())).empty();
}

void add_names(std::string_view text, std::string_view separators, std::vector<std::string>& out) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    std::string name = clean_line(text.substr(0, end));
    if (!name.empty()) out.push_back(std::move(name));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace

// NOLINTNEXTLINE(performance-unnecessary-value-param): the loop moves its fields
Result<FrontMatter> FrontMatter::from(YamlValue map) {
  FrontMatter front;
  if (map.kind == YamlKind::null) return front;
  if (map.kind != YamlKind::map)
    return error_in_line(map.line, "front matter must be 'key: value' lines, not " +
                                       std::string(to_string(map.kind)));
  for (auto& [key, value] : map.fields) {
    std::string simple = simplified(key);
    const auto same = std::find_if(front.fields_.begin(), front.fields_.end(),
                                   [&](const auto& field) { return field.key == simple; });
    if (same != front.fields_.end())
      return error_in_line(value.line, "'" + key + "' is here twice, first in line " +
                                           std::to_string(same->value.line));
    front.fields_.push_back({std::move(simple), std::move(value)});
  }
  return front;
}

const YamlValue* FrontMatter::find(std::initializer_list<std::string_view> keys) const {
  for (std::string_view key : keys) {
    for (const auto& [name, value] : fields_)
      if (name == key && value.kind != YamlKind::null) return &value;
  }
  return nullptr;
}

Result<MarkdownFile> split_front_matter(std::string_view text) {
  MarkdownFile file;
  std::size_t next = 0;
  const std::string_view first = line_at(text, 0, next);
  if (is_fence(first, "+++"))
    return error_in_line(
        1, "TOML front matter (+++) is not supported yet, write YAML between lines of ---");
  if (first == "{" || first.starts_with("{\""))
    return error_in_line(1, "JSON front matter is not supported, write YAML between lines of ---");
  if (!is_fence(first, "---")) {
    file.body = text;
    return file;
  }
  const std::size_t begin = next;
  for (std::size_t line = 2; next < text.size(); ++line) {
    const std::size_t at = next;
    const std::string_view content = line_at(text, at, next);
    if (at - begin > max_front_matter)
      return Error{Errc::too_large, "1: front matter of more than 64 KiB"};
    if (!is_fence(content, "---") && !is_fence(content, "...")) continue;
    auto yaml = parse_yaml(text.substr(begin, at - begin), 2);
    if (!yaml) return yaml.error();
    auto front = FrontMatter::from(std::move(*yaml));
    if (!front) return front.error();
    file.front = std::move(*front);
    file.body_line = line + 1;
    file.body = text.substr(next);
    return file;
  }
  return error_in_line(1,
                       "front matter begins here and never ends: a second line of --- is missing");
}

Error wrong_kind(const YamlValue& value, std::string_view key, std::string_view wanted) {
  return error_in_line(value.line, std::string(key) + ": expected " + std::string(wanted) +
                                       ", found " + std::string(to_string(value.kind)));
}

Result<std::string> line_of_text(const YamlValue& value, std::string_view key) {
  if (value.kind != YamlKind::text) return wrong_kind(value, key, "text");
  return clean_line(value.text);
}

std::optional<bool> truth_if_any(const YamlValue& value) {
  if (value.kind != YamlKind::text) return std::nullopt;
  const std::string word = simplified(value.text);
  if (word == "true" || word == "yes" || word == "on") return true;
  if (word == "false" || word == "no" || word == "off") return false;
  return std::nullopt;
}

Result<bool> truth(const YamlValue& value, std::string_view key) {
  if (value.kind != YamlKind::text) return wrong_kind(value, key, "true or false");
  if (const auto found = truth_if_any(value)) return *found;
  return error_in_line(value.line, std::string(key) + ": expected true or false, found '" +
                                       printable(clean_line(value.text)) + "'");
}

Result<std::vector<std::string>> names(const YamlValue& value, std::string_view key,
                                       bool by_spaces) {
  std::vector<std::string> out;
  if (value.kind == YamlKind::text) {
    const bool has_comma = value.text.find(',') != std::string::npos;
    add_names(value.text, has_comma ? "," : by_spaces ? " \t\n" : "", out);
    return out;
  }
  if (value.kind != YamlKind::list) return wrong_kind(value, key, "a list or text");
  for (const YamlValue& item : value.items) {
    if (item.kind == YamlKind::null) continue;
    auto name = line_of_text(item, key);
    if (!name) return name.error();
    if (!name->empty()) out.push_back(std::move(*name));
  }
  return out;
}

}  // namespace sosik
