#include "format_preference.hpp"

#include <array>

#include "header_list.hpp"

namespace sosik {

namespace {

constexpr int unmatched = -1;

// The media types that stand for a format: its own first, then those that readers send instead
// (H-155).
struct Variant {
  Format format;
  std::array<std::string_view, 3> types;
};
constexpr Variant feed_variants[] = {
    {Format::rss, {"application/rss+xml", "application/xml", "text/xml"}},
    {Format::atom, {"application/atom+xml", "application/xml", "text/xml"}},
    {Format::json, {"application/feed+json", "application/json", "application/json"}},
};
constexpr std::string_view html_types[] = {"text/html", "application/xhtml+xml"};

// How closely a range names one of `types`; higher wins, 0 is not at all.
int closeness(std::string_view range, bool has_parameters, const Variant& variant) {
  if (range == "*/*") return 1;
  if (equal_ignoring_case(range, "application/*")) return 2;
  for (std::size_t i = 0; i < variant.types.size(); ++i)
    if (equal_ignoring_case(range, variant.types[i])) return (i == 0 ? 5 : 3) + has_parameters;
  return 0;
}

bool is_html(std::string_view range) {
  for (std::string_view type : html_types)
    if (equal_ignoring_case(range, type)) return true;
  return false;
}

// Parameters besides q; "type=entry" is a document that we have not.
struct RangeParameters {
  bool some = false, is_entry = false;
};
RangeParameters range_parameters(ParameterReader parameters) {
  RangeParameters found;
  while (auto parameter = parameters.next()) {
    if (equal_ignoring_case(parameter->name, "q")) break;  // what follows are not the range's
    found.some = true;
    if (equal_ignoring_case(parameter->name, "type") &&
        equal_ignoring_case(parameter->value, "entry"))
      found.is_entry = true;
  }
  return found;
}

}  // namespace

std::optional<Format> preferred_format(std::optional<std::string_view> accept) {
  constexpr std::size_t count = std::size(feed_variants);
  std::array<int, count> q, rank{};
  q.fill(unmatched);
  int html = unmatched;
  bool is_empty = true;

  ListReader members(accept.value_or(""));
  while (auto member = members.next()) {
    ParameterReader parameters(*member);
    const std::optional<int> weighed = weight(parameters);
    const RangeParameters range = range_parameters(parameters);
    if (!weighed) continue;
    is_empty = false;
    if (range.is_entry) continue;
    if (is_html(parameters.head())) html = std::max(html, *weighed);
    for (std::size_t i = 0; i < count; ++i) {
      const int close = closeness(parameters.head(), range.some, feed_variants[i]);
      if (close == 0 || close < rank[i]) continue;
      q[i] = close == rank[i] ? std::max(q[i], *weighed) : *weighed;
      rank[i] = close;
    }
  }
  if (is_empty) return Format::rss;

  std::size_t best = 0;
  for (std::size_t i = 1; i < count; ++i)
    if (q[i] > q[best]) best = i;
  if (html > 0 && html > q[best]) return Format::html;  // H-154
  if (q[best] > 0) return feed_variants[best].format;
  for (std::size_t i = 0; i < count; ++i)
    if (q[i] == unmatched) return feed_variants[i].format;  // H-156
  return std::nullopt;
}

bool lists_html(std::optional<std::string_view> accept) {
  ListReader members(accept.value_or(""));
  while (auto member = members.next()) {
    ParameterReader parameters(*member);
    if (is_html(parameters.head()) && weight(parameters).value_or(0) > 0) return true;
  }
  return false;
}

}  // namespace sosik
