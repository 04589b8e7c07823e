#include "markdown_path.hpp"

#include <algorithm>

#include "sosik/base/text.hpp"

namespace sosik {
namespace {

// "2024-03-05-name", "2024-03-05_name", "2024-03-05": Jekyll and those after it.
bool begins_with_date(std::string_view name) {
  constexpr std::string_view shape = "0000-00-00";
  if (name.size() < shape.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool fits = shape[i] == '0' ? name[i] >= '0' && name[i] <= '9' : name[i] == shape[i];
    if (!fits) return false;
  }
  const char after = name.size() == shape.size() ? '-' : name[shape.size()];
  return after == '-' || after == '_' || after == ' ' || after == '.';
}

void take_date(PathFacts& facts) {
  if (!begins_with_date(facts.name)) return;
  facts.date = facts.name.substr(0, 10);
  facts.name.erase(0, std::min<std::size_t>(facts.name.size(), 11));
}

}  // namespace

PathFacts facts_of(const std::filesystem::path& relative) {
  PathFacts facts;
  facts.path = nfc(clean_text(relative.lexically_normal().generic_string()));
  const std::size_t slash = facts.path.rfind('/');
  const std::size_t file = slash == std::string::npos ? 0 : slash + 1;
  facts.folder = facts.path.substr(0, file);
  const std::size_t dot = facts.path.rfind('.');
  const bool has_extension = dot != std::string::npos && dot > file;
  facts.without_extension = facts.path.substr(0, has_extension ? dot : std::string::npos);
  facts.is_mdx = has_extension && compare_key(facts.path.substr(dot)) == ".mdx";
  facts.is_in_drafts = ("/" + facts.folder).find("/_drafts/") != std::string::npos;
  facts.name = facts.without_extension.substr(file);
  take_date(facts);
  if (compare_key(facts.name) == "index" && file > 1) {
    const std::size_t parent = facts.path.rfind('/', file - 2);
    const std::size_t begin = parent == std::string::npos ? 0 : parent + 1;
    facts.name = facts.path.substr(begin, file - 1 - begin);
    if (facts.date.empty()) take_date(facts);
  }
  return facts;
}

}  // namespace sosik
