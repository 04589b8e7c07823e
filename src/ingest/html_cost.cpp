#include "html_cost.hpp"

#include <algorithm>

namespace sosik::html {
namespace {

// gumbo puts <tbody> and <tr> under a table by itself, and <colgroup> beside them.
constexpr std::size_t implied_by_table = 3;
// A formatting element is copied with its attributes each time it is opened again.
constexpr std::size_t attribute_bytes_as_one_node = 64;

// Which open element, if it is the innermost, a start tag ends.
std::string_view ended_by(std::string_view name) {
  if (name == "li") return "li";
  if (name == "dd" || name == "dt") return "dd dt";
  if (name == "td" || name == "th") return "td th";
  if (name == "tr") return "tr";
  if (name == "tbody" || name == "thead" || name == "tfoot") return "tbody thead tfoot";
  return {};
}

}  // namespace

bool ParseCost::is_on_top(std::string_view names) const {
  return !open_.empty() && is_one_of(open_.back().name, names);
}

void ParseCost::pop() {
  weight_ -= open_.back().weight;
  open_.pop_back();
}

void ParseCost::count() {
  work_ += 1 + weight_;
  max_depth_ = std::max(max_depth_, open_.size());
}

void ParseCost::text() { count(); }

void ParseCost::start(const Element& written, std::size_t attribute_bytes) {
  if (written.is_void) {
    if (written.closes_p && is_on_top("p")) pop();
    return count();
  }
  if (written.closes_p && is_on_top("p")) pop();
  if (is_on_top("td th") && is_one_of(written.name, "tr tbody thead tfoot")) pop();
  if (is_on_top("tr") && is_one_of(written.name, "tbody thead tfoot")) pop();
  const auto ended = ended_by(written.name);
  if (!ended.empty() && is_on_top(ended)) pop();
  std::size_t weight = 1;
  if (written.name == "table") weight += implied_by_table;
  if (written.is_formatting) weight += attribute_bytes / attribute_bytes_as_one_node;
  open_.push_back({written.name, weight});
  weight_ += weight;
  count();
}

void ParseCost::end(const Element& written) {
  count();
  if (is_on_top(written.name)) pop();
}

}  // namespace sosik::html
