#include "sosik/render/gate.hpp"

#include <algorithm>
#include <string>

#include "lint_rules.hpp"
#include "sosik/base/text.hpp"
#include "xml_units.hpp"

namespace sosik {
namespace {

// Of no format: what every XML document must be.
class AnyXml final : public UnitLint {
 public:
  void open(const XmlElement&, std::size_t) override {}
  void unit(const XmlElement&) override {}
  void end() override {}
};

bool is_of_xml(const Finding& finding) {
  constexpr std::string_view rules[] = {"F-006", "F-020", "F-021", "F-024", "F-028", "F-140"};
  return std::ranges::find(rules, finding.rule) != std::end(rules);
}

}  // namespace

std::string to_string(const Finding& finding) {
  std::string text;
  if (finding.line > 0) text = "line " + std::to_string(finding.line) + ": ";
  text += finding.element;
  if (finding.entry) {
    text += " of entry " + std::to_string(*finding.entry + 1);
    if (!finding.entry_id.empty()) text += " (" + finding.entry_id + ")";
  }
  return text + ": " + finding.reason + " (" + finding.rule + ")";
}

GateOptions gate_options(const Feed& feed, Format format) {
  GateOptions options;
  options.extensions = feed.extensions;
  options.self = format == Format::rss    ? feed.rss_url
                 : format == Format::atom ? feed.atom_url
                 : format == Format::json ? feed.json_url
                                          : feed.html_url;
  return options;
}

std::vector<Finding> find_faults(std::string_view document, Format format,
                                 const GateOptions& options) {
  Lint lint;
  switch (format) {
    case Format::rss:
      lint_rss(document, options, lint);
      break;
    case Format::atom:
      lint_atom(document, options, lint);
      break;
    case Format::opml: {
      AnyXml any;
      read_units(document, "", 1, {}, any, lint);
      break;
    }
    case Format::json:
      lint_json_feed(document, options, lint);
      break;
    case Format::html:
      if (!is_valid_utf8(document)) lint.report(0, "document", "F-024", "not UTF-8");
      if (document.find('\0') != std::string_view::npos)
        lint.report(0, "document", "F-021", "holds a NUL");
      break;
  }
  return std::move(lint.findings);
}

Result<void> check_xml(std::string_view document) {
  Lint lint;
  AnyXml any;
  read_units(document, "", 1, {}, any, lint);
  const auto found = std::ranges::find_if(lint.findings, is_of_xml);
  if (found != lint.findings.end()) return invalid(to_string(*found));
  return {};
}

Result<void> check_document(std::string_view document, Format format, const GateOptions& options) {
  const auto findings = find_faults(document, format, options);
  const auto found = std::ranges::find(findings, false, &Finding::is_accepted);
  if (found != findings.end()) return invalid(to_string(*found));
  return {};
}

}  // namespace sosik
