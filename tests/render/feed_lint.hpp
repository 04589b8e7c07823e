// What the gate finds in a document, as sentences; none means clean.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "sosik/render/gate.hpp"

namespace sosik::testing {

using Findings = std::vector<std::string>;

inline Findings lint(std::string_view document, Format format, std::string_view fetched_from) {
  GateOptions options;
  options.self = fetched_from;
  Findings sentences;
  for (const auto& finding : find_faults(document, format, options))
    if (!finding.is_accepted || finding.rule == "F-030") sentences.push_back(to_string(finding));
  return sentences;
}
inline Findings lint_rss(const std::string& document, std::string_view fetched_from) {
  return lint(document, Format::rss, fetched_from);
}
inline Findings lint_atom(const std::string& document, std::string_view fetched_from) {
  return lint(document, Format::atom, fetched_from);
}

}  // namespace sosik::testing
