#include "lint_shared.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "lint_values.hpp"
#include "sosik/base/language_tag.hpp"
#include "sosik/base/text.hpp"

namespace sosik {
namespace {

std::string quoted(std::string_view text) {
  constexpr std::size_t most = 80;
  const auto shown = text.substr(0, prefix_of_bytes(text, most));
  return "'" + std::string(shown) + (shown.size() < text.size() ? "…'" : "'");
}

std::optional<double> decimal(std::string_view text) {
  double value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

void lint_media(const ElementLint& lint, const XmlElement& content) {
  lint.web_url(content, content.get("url"), "F-132");
  if (content.name == "media:content" && content.find("type"))
    lint.media_type(content, content.get("type"), "F-132");
  for (const auto* size : {"width", "height"})
    if (content.find(size) && !is_number(content.get(size)))
      lint.fault(content, "F-132", std::string(size) + " is no number");
}

}  // namespace

void Lint::name_entry(std::string_view id) {
  entry_id_ = id;
  for (auto& finding : findings)
    if (finding.entry == entry_) finding.entry_id = id;
}

void Lint::report(std::size_t line, std::string element, std::string_view rule,
                  std::string reason) {
  findings.push_back(
      {std::string(rule), std::move(element), std::move(reason), line, entry_, entry_id_, false});
}

void Lint::accept(std::size_t line, std::string element, std::string_view rule,
                  std::string reason) {
  report(line, std::move(element), rule, std::move(reason));
  findings.back().is_accepted = true;
}

void ElementLint::fault(const XmlElement& at, std::string_view rule, std::string reason) const {
  lint_.report(at.line, path(at), rule, std::move(reason));
}

void ElementLint::fault(std::string_view rule, std::string reason) const {
  lint_.report(parent_.line, parent_.name, rule, std::move(reason));
}

void ElementLint::exactly_one(std::string_view name, std::string_view rule) const {
  const auto count = parent_.count(name);
  if (count == 0) fault(rule, "has no " + std::string(name));
  at_most_one(name, rule);
}

void ElementLint::at_most_one(std::string_view name, std::string_view rule) const {
  if (parent_.count(name) > 1) fault(rule, "has several " + std::string(name));
}

void ElementLint::not_blank(const XmlElement& at, std::string_view rule) const {
  if (at.children.empty() && is_blank(at.text)) fault(at, rule, "is blank");
}

void ElementLint::plain(const XmlElement& at, std::string_view rule) const {
  not_blank(at, rule);
  if (holds_markup(at.text)) fault(at, "F-029", "holds markup: " + quoted(at.text));
}

void ElementLint::web_url(const XmlElement& at, std::string_view url, std::string_view rule) const {
  if (!is_web_url(url)) fault(at, rule, quoted(url) + " is no absolute ASCII URL of http or https");
}

void ElementLint::language(const XmlElement& at, std::string_view tag,
                           std::string_view rule) const {
  if (auto problem = language_problem(tag); !problem.empty()) fault(at, rule, std::move(problem));
}

void ElementLint::media_type(const XmlElement& at, std::string_view type,
                             std::string_view rule) const {
  if (!is_media_type(type)) fault(at, rule, quoted(type) + " is no media type");
}

void ElementLint::length(const XmlElement& at, std::string_view bytes,
                         std::string_view rule) const {
  if (!is_number(bytes)) fault(at, rule, "the length " + quoted(bytes) + " is no number of bytes");
}

std::optional<std::chrono::sys_seconds> ElementLint::date(const XmlElement& at, bool is_rfc822,
                                                          std::string_view rule) const {
  const DateCheck checked = is_rfc822 ? check_rfc822(at.text) : check_rfc3339(at.text);
  if (checked.problem) {
    fault(at, rule, quoted(at.text) + " " + checked.problem);
  } else if (*checked.moment < year_1990) {
    lint_.accept(at.line, path(at), "F-007", "a date before 1990, which the validator doubts");
  }
  return checked.moment;
}

void look_for_future(const std::vector<EntryDate>& dates,
                     std::optional<std::chrono::sys_seconds> feed, Lint& lint) {
  if (!feed) return;
  for (const auto& date : dates) {
    if (date.at <= *feed + std::chrono::minutes(10)) continue;
    lint.enter_entry(date.entry);
    lint.name_entry(date.id);
    lint.report(date.line, date.element, "F-007", "lies after the date of the feed itself");
    lint.leave_entry();
  }
}

void lint_extensions(const ElementLint& lint, const XmlElement& entry, bool has_feed_date) {
  for (const auto& child : entry.children) {
    if (child.name == "media:group") {
      if (child.count("media:content") < 2)
        lint.fault(child, "F-132", "a group of fewer than two contents");
      for (const auto& content : child.children)
        if (content.name == "media:content") lint_media(lint, content);
    } else if (child.name == "media:content" || child.name == "media:thumbnail") {
      lint_media(lint, child);
    } else if (child.name == "media:adult") {
      lint.fault(child, "F-132", "is deprecated");
    } else if (child.name == "slash:comments" || child.name == "thr:total") {
      if (!is_number(child.text)) lint.fault(child, "F-067", "is no number");
      if (child.name == "slash:comments" && !has_feed_date)
        lint.fault(child, "F-067", "needs a lastBuildDate of the channel");
    } else if (child.name.starts_with("wfw:")) {
      if (child.name != "wfw:commentRss" && child.name != "wfw:comment")
        lint.fault(child, "F-068", "is not wfw:commentRss");
      lint.web_url(child, child.text, "F-068");
    } else if (child.name == "thr:in-reply-to") {
      if (!child.find("ref")) lint.fault(child, "F-100", "has no ref");
    } else if (child.name == "creativeCommons:license") {
      lint.web_url(child, child.text, "F-133");
    } else if (child.name == "georss:point") {
      const auto space = child.text.find(' ');
      const auto latitude = decimal(child.text.substr(0, space));
      const auto longitude =
          space == std::string::npos ? std::nullopt : decimal(child.text.substr(space + 1));
      if (!latitude || !longitude || *latitude < -90 || *latitude > 90 || *longitude < -180 ||
          *longitude > 180)
        lint.fault(child, "F-134", "is not 'latitude longitude'");
    } else if (child.name.starts_with("?:") || child.name == "xhtml:body") {
      lint.fault(child, "F-032", "of an unknown namespace");
    }
  }
}

void HistoryLint::see(const XmlElement& element) {
  complete_ += element.name == "fh:complete";
  archive_ += element.name == "fh:archive";
  if (element.name.starts_with("fh:"))
    has_content_ = has_content_ || !element.text.empty() || !element.children.empty() ||
                   !element.attributes.empty();
}

void HistoryLint::see_link(const XmlElement& link) {
  constexpr auto rels = std::to_array<std::string_view>(
      {"first", "last", "previous", "next", "prev-archive", "next-archive", "current"});
  if (std::ranges::find(rels, link.get("rel")) != rels.end()) paging_.push_back(link);
}

void HistoryLint::end(const ElementLint& lint) const {
  if (complete_ > 1 || archive_ > 1) lint.fault("F-214", "fh:complete or fh:archive twice");
  if (complete_ > 0 && archive_ > 0)
    lint.fault("F-214", "is said to be complete and an archive, both");
  if (has_content_) lint.fault("F-214", "fh:complete and fh:archive are empty elements");
  for (const auto& link : paging_)
    if (complete_ > 0)
      lint.fault(
          link, "F-212",
          "a link '" + std::string(link.get("rel")) + "' in a feed that is said to be complete");
}

}  // namespace sosik
