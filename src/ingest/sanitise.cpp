#include "sosik/ingest/sanitise.hpp"

#include <gumbo.h>

#include <memory>
#include <optional>

#include "html_plain.hpp"
#include "html_writer.hpp"
#include "sosik/base/text.hpp"

namespace sosik {
namespace {

constexpr std::size_t max_html_bytes = 4 << 20;
// Text grows when its special characters become entities, at most to six times its size; what comes
// out of us is never too large to go in again.
constexpr std::size_t max_text_bytes = max_html_bytes / 6;

html::Written parse_and_write(const html::Plain& plain, const SanitiseOptions& options,
                              html::Notices& notices) {
  GumboOptions parser = kGumboDefaultOptions;
  parser.max_errors = 0;
  parser.fragment_context = GUMBO_TAG_BODY;
  const auto destroy = [&](GumboOutput* output) { gumbo_destroy_output(&parser, output); };
  const std::unique_ptr<GumboOutput, decltype(destroy)> tree(
      gumbo_parse_with_options(&parser, plain.html.data(), plain.html.size()), destroy);
  return html::write_html(*tree->root, options, notices);
}

bool is_too_costly(const html::ParseCost& cost) {
  return cost.max_depth() > html::max_html_depth || cost.work() > html::max_html_work;
}

// One pass; nothing when the input is too large, too deep or too tangled.
std::optional<html::Written> pass(std::string_view input, html::Markup markup,
                                  const SanitiseOptions& options, html::Notices& notices) {
  if (input.size() > max_html_bytes) return std::nullopt;
  const html::Plain plain = html::to_plain_html(input, markup, notices);
  if (is_too_costly(plain.cost)) return std::nullopt;
  html::Written written = parse_and_write(plain, options, notices);
  if (written.html.size() > max_html_bytes) return std::nullopt;
  return written;
}

// The text alone, in paragraphs: what remains of a body that is not fit to be parsed.
html::Written as_text(std::string_view input, const SanitiseOptions& options,
                      html::Notices& notices) {
  if (auto whole = pass(input, html::Markup::paragraphs, options, notices))
    return std::move(*whole);
  notices.add("cut the text, which is too large for a feed");
  std::string start(input.substr(0, max_text_bytes));
  start.resize(prefix_of_bytes(start, start.size() - 16));
  return *pass(start + "…", html::Markup::paragraphs, options, notices);
}

// Parses what was written until that changes nothing any more: then every other parser reads the
// same out of it as we did (F-155). Almost always that is so at once.
std::optional<html::Written> settle(html::Written written, const SanitiseOptions& options) {
  constexpr int max_passes = 6;
  html::Notices ignored;
  for (int i = 0; i < max_passes; ++i) {
    auto again = pass(written.html, html::Markup::all, options, ignored);
    if (!again) return std::nullopt;
    if (again->html == written.html) return again;
    written = std::move(*again);
  }
  return std::nullopt;
}

// CRLF and a BOM are nobody's fault.
bool was_repaired(std::string_view before, std::string_view after) {
  std::string expected(before.substr(before.starts_with("\uFEFF") ? 3 : 0));
  std::erase(expected, '\r');
  return before.find('\r') == std::string_view::npos && expected != after;
}

}  // namespace

CleanHtml sanitise_html(std::string_view dirty, const SanitiseOptions& options) {
  html::Notices notices;
  const std::string clean = clean_text(dirty);
  if (was_repaired(dirty, clean)) notices.add("repaired characters that XML does not allow");
  std::optional<html::Written> result;
  if (auto first = pass(clean, html::Markup::all, options, notices))
    result = settle(std::move(*first), options);
  if (!result) {
    notices.add("took the text without its markup: too large, nested too deeply, or tangled");
    result = settle(as_text(clean, options, notices), options);
  }
  CleanHtml out;
  if (result) {
    out.html = std::move(result->html);
    out.text = std::move(result->text);
    out.first_image = std::move(result->first_image);
  }
  out.notices = notices.lines();
  return out;
}

std::string html_to_text(std::string_view html) {
  html::Notices ignored;
  const std::string clean = clean_text(html.substr(0, max_text_bytes));
  return pass(clean, html::Markup::titles, {}, ignored).value_or(html::Written{}).text;
}

}  // namespace sosik
