#include "sosik/ingest/sanitise.hpp"

#include <gumbo.h>

#include <memory>

#include "html_plain.hpp"
#include "html_writer.hpp"
#include "sosik/base/result.hpp"
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

// One pass; fails (too_large) when the input is too large, too deep or too tangled.
Result<html::Written> pass(std::string_view input, html::Markup markup,
                           const SanitiseOptions& options, html::Notices& notices) {
  if (input.size() > max_html_bytes) return Error{Errc::too_large, "larger than 4 MiB"};
  const html::Plain plain = html::to_plain_html(input, markup, notices);
  if (plain.cost.max_depth() > html::max_html_depth)
    return Error{Errc::too_large, "more than 512 elements inside each other, or left open"};
  if (plain.cost.work() > html::max_html_work)
    return Error{Errc::too_large, "too many elements inside too many others"};
  html::Written written = parse_and_write(plain, options, notices);
  if (written.html.size() > max_html_bytes) return Error{Errc::too_large, "larger than 4 MiB"};
  return written;
}

// The text alone, in paragraphs: what remains of a body that is not fit to be parsed.
html::Written as_text(std::string_view input, const SanitiseOptions& options,
                      html::Notices& notices) {
  html::Notices of_whole;
  if (auto whole = pass(input, html::Markup::paragraphs, options, of_whole)) {
    notices = of_whole;
    return std::move(*whole);
  }
  std::string start(input.substr(0, max_text_bytes));
  start.resize(prefix_of_bytes(start, max_text_bytes - 16));
  notices.add("cut the text after " + std::to_string(start.size()) + " bytes");
  return pass(start + "…", html::Markup::paragraphs, options, notices).value();
}

// Parses what was written until that changes nothing any more: then every other parser reads the
// same out of it as we did (F-155). Almost always that is so at once.
Result<html::Written> settle(html::Written written, const SanitiseOptions& options) {
  constexpr int max_passes = 6;
  html::Notices ignored;
  for (int i = 0; i < max_passes; ++i) {
    auto again = pass(written.html, html::Markup::all, options, ignored);
    if (!again || again->html == written.html) return again;
    written = std::move(*again);
  }
  return invalid("no two parsers would agree on it");
}

// CRLF and a BOM are nobody's fault.
bool was_repaired(std::string_view before, std::string_view after) {
  std::string expected(before.substr(before.starts_with("\uFEFF") ? 3 : 0));
  std::erase(expected, '\r');
  return before.find('\r') == std::string_view::npos && expected != after;
}

}  // namespace

CleanHtml sanitise_html(std::string_view dirty, const SanitiseOptions& options) {
  const std::string clean = clean_text(dirty);
  html::Notices notices;
  auto result = pass(clean, html::Markup::all, options, notices);
  if (result) result = settle(std::move(*result), options);
  if (!result) {
    notices = {};
    const std::string reason = result.error().detail;
    result = settle(as_text(clean, options, notices), options);
    notices.add("took the text without its markup: " + reason);
  }
  if (was_repaired(dirty, clean)) notices.add("repaired characters that XML does not allow");
  html::Written& best = result.value();
  return {std::move(best.html), std::move(best.text), notices.lines(), std::move(best.first_image)};
}

std::string html_to_text(std::string_view html) {
  html::Notices ignored;
  const std::string clean = clean_text(html.substr(0, max_text_bytes));
  const auto text = pass(clean, html::Markup::titles, {}, ignored);
  return text ? text->text : std::string{};
}

}  // namespace sosik
