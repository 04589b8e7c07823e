#include "markdown_body.hpp"

#include <algorithm>

namespace sosik {
namespace {

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string_view trimmed_left(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text;
}

// Where `<!-- more -->` stands in a line, with any spaces and case.
std::size_t find_comment(std::string_view line, std::size_t& length) {
  for (std::size_t at = line.find("<!--"); at != std::string_view::npos;
       at = line.find("<!--", at + 4)) {
    std::string_view rest = trimmed_left(line.substr(at + 4));
    std::string word(rest.substr(0, 4));
    for (char& c : word) c = static_cast<char>(c | 32);
    if (word != "more") continue;
    rest = trimmed_left(rest.substr(4));
    if (!rest.starts_with("-->")) continue;
    length = static_cast<std::size_t>(rest.data() + 3 - (line.data() + at));
    return at;
  }
  return std::string_view::npos;
}

}  // namespace

std::string_view without_mdx_imports(std::string_view body) {
  std::string_view rest = body;
  while (!rest.empty()) {
    std::string_view after = rest;
    const std::string_view line = take_line(after);
    if (trimmed_left(line).empty()) {
      rest = after;
      continue;
    }
    if (!line.starts_with("import ") && !line.starts_with("export ")) break;
    // A statement goes on while a brace is open.
    auto open =
        std::count(line.begin(), line.end(), '{') - std::count(line.begin(), line.end(), '}');
    while (open > 0 && !after.empty()) {
      const std::string_view more = take_line(after);
      open += std::count(more.begin(), more.end(), '{') - std::count(more.begin(), more.end(), '}');
    }
    rest = after;
  }
  return rest;
}

MoreMarker split_at_more(std::string_view body, std::string_view separator) {
  std::string_view rest = body;
  std::string_view fence;
  while (!rest.empty()) {
    const auto begin = static_cast<std::size_t>(rest.data() - body.data());
    const std::string_view line = take_line(rest);
    const std::string_view start = trimmed_left(line);
    if (!fence.empty()) {
      if (start.starts_with(fence)) fence = {};
      continue;
    }
    if (start.starts_with("```") || start.starts_with("~~~")) {
      fence = start.substr(0, 3);
      continue;
    }
    std::size_t length = separator.size();
    const std::size_t at = separator.empty() ? find_comment(line, length) : line.find(separator);
    if (at == std::string_view::npos || line.substr(0, at).find('`') != std::string_view::npos)
      continue;
    MoreMarker found;
    found.before = std::string(body.substr(0, begin + at));
    found.body = found.before + std::string(body.substr(begin + at + length));
    return found;
  }
  return {{}, std::string(body)};
}

}  // namespace sosik
