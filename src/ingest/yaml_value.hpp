// YAML as front matter needs it: a tree of text, lists and maps in which every value knows its
// line. Anchors, aliases and deep nesting are refused, so that the tree is never larger than its
// text (no "billion laughs").
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "sosik/base/result.hpp"

namespace sosik {

enum class YamlKind { null, text, list, map };
constexpr std::string_view to_string(YamlKind kind) {
  constexpr std::string_view names[] = {"nothing", "text", "a list", "a map"};
  return names[static_cast<std::size_t>(kind)];
}

struct YamlField;

struct YamlValue {
  YamlKind kind = YamlKind::null;
  std::size_t line = 0;   // in the file
  bool is_plain = false;  // text without quotes, which YAML 1.1 may take for a boolean
  std::string text;
  std::vector<YamlValue> items;
  std::vector<YamlField> fields;  // in their order; keys differ
};

struct YamlField {
  std::string key;
  YamlValue value;
};

// An error in line 12 of the file reads "12: reason".
Error error_in_line(std::size_t line, std::string_view reason);

// The first document in `yaml`, whose first line is line `first_line` of the file.
Result<YamlValue> parse_yaml(std::string_view yaml, std::size_t first_line);

}  // namespace sosik
