// URLs and percent-encoding. Input: a base and a reference, a line each.
#include "property.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"

namespace sosik {
namespace {

using namespace fuzz;

void http_url(std::string_view text) {
  const auto url = parse_http_url(text);
  if (!url) return;
  must(!url->host.empty() && is_visible_ascii(url->host), "a host is visible ASCII");
  must(url->target.starts_with('/') && is_visible_ascii(url->target), "a target begins with /");
  must(url->port != 0, "a port is set");
  const bool is_v6 = url->host.find(':') != std::string::npos;
  const std::string again = std::string(url->is_https ? "https://" : "http://") +
                            (is_v6 ? "[" + url->host + "]" : url->host) + ":" +
                            std::to_string(url->port) + url->target;
  if (again.size() > 2048) return;
  const auto second = parse_http_url(again);
  must(second.has_value(), "the parts of a URL make a URL");
  must_equal(second->host, url->host, "and its host is the same");
  must_equal(second->target, url->target, "and its target too");
}

void references(std::string_view text) {
  const std::size_t line = std::min(text.find('\n'), text.size());
  const std::string_view base = text.substr(0, line);
  const std::string_view reference = text.substr(std::min(line + 1, text.size()));
  if (const auto ascii = ascii_url(reference)) {
    must(is_visible_ascii(*ascii), "an ASCII URL is visible ASCII");
    const auto again = ascii_url(*ascii);
    must(again.has_value(), "an ASCII URL is a URL");
    must_equal(*again, *ascii, "encoding happens exactly once (K-060)");
    must(is_valid_utf8(display_url(*ascii)), "what is shown is UTF-8");
  }
  const auto resolved = resolve_url(base, reference);
  if (!resolved) return;
  must(is_visible_ascii(*resolved), "a resolved URL is visible ASCII");
  const auto again = resolve_url(base, *resolved);
  must(again.has_value(), "a resolved URL can be resolved");
  must_equal(*again, *resolved, "resolving is idempotent");
}

void segments(std::string_view bytes) {
  const std::string text = repair_utf8(bytes);
  const std::string segment = encode_segment(text), form = encode_form(text);
  must(is_visible_ascii(segment) && is_visible_ascii(form), "encoded text is visible ASCII");
  must(segment.find_first_of("/?#\"<>") == std::string::npos, "a segment cannot end itself");
  must_equal(decode_percent(segment).value(), nfc(text), "a segment decodes to its text in NFC");
  must_equal(decode_percent(form).value(), text, "a form value decodes to its text");
}

}  // namespace
}  // namespace sosik

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = sosik::fuzz::text_of(data, size);
  sosik::http_url(text);
  sosik::references(text);
  sosik::segments(text);
  return 0;
}
