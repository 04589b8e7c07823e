// The head of a Markdown file: YAML between two lines of three dashes, as Jekyll, Hugo, Gatsby and
// Astro write it.
#pragma once
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sosik/base/result.hpp"
#include "yaml_value.hpp"

namespace sosik {

// Keys as people spell them: "pubDate", "pub_date" and "PubDate" are one.
class FrontMatter {
 public:
  FrontMatter() = default;
  // Fails (invalid, "LINE: reason") when two spellings of a key are there.
  static Result<FrontMatter> from(YamlValue map);

  // The first of these keys (spelled in lower case, letters only) that has a value; nullptr if none
  // has.
  const YamlValue* find(std::initializer_list<std::string_view> keys) const;

 private:
  std::vector<YamlField> fields_;
};

struct MarkdownFile {
  FrontMatter front;
  std::size_t body_line = 1;  // where the body begins
  std::string_view body;
};

// `text` is clean (clean_text). A file that does not begin with "---" has no front matter. Fails
// (invalid, too_large) with "LINE: reason" on front matter that never ends, is no YAML, has more
// than 64 KiB, or is TOML or JSON.
Result<MarkdownFile> split_front_matter(std::string_view text);

// What a value says, as text in one line, as a truth, as a list of names. Fail with "LINE: key:
// reason".
Result<std::string> line_of_text(const YamlValue& value, std::string_view key);
Result<bool> truth(const YamlValue& value, std::string_view key);
std::optional<bool> truth_if_any(const YamlValue& value);
// A list, or text cut at commas; where there is none and `by_spaces`, at white space, as Jekyll
// does.
Result<std::vector<std::string>> names(const YamlValue& value, std::string_view key,
                                       bool by_spaces);

Error wrong_kind(const YamlValue& value, std::string_view key, std::string_view wanted);

}  // namespace sosik
