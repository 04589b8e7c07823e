// The path of a request to what it names.
#include "property.hpp"
#include "route.hpp"
#include "sosik/base/text.hpp"

namespace sosik {
namespace {

using namespace fuzz;

void path(std::string_view text) {
  const Route found = route(text, "");
  must(is_valid_utf8(found.key), "a key is text");
  if (found.kind == Route::Kind::bad_request || found.kind == Route::Kind::not_found) return;
  must(is_visible_ascii(found.canonical) && found.canonical.starts_with('/') &&
           !found.canonical.starts_with("//"),
       "a spelling to redirect to stays on this host");
  must(std::none_of(found.key.begin(), found.key.end(),
                    [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; }),
       "a key holds no controls (H-273)");
  must_equal(nfc(found.key), found.key, "a key is in NFC");
  const auto must_be_same = [&](const Route& other) {
    must(other.kind == found.kind && other.format == found.format && other.feed == found.feed,
         "the one spelling names the same");
    must_equal(other.key, found.key, "the one spelling has the same key");
  };
  const Route again = route(found.canonical, "");
  must_be_same(again);
  must(!again.is_legacy, "the one spelling is UTF-8");
  must_equal(again.canonical, found.canonical, "a path has one spelling (H-271)");
  must_be_same(route("/blog" + found.canonical, "/blog"));
}

}  // namespace
}  // namespace sosik

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = sosik::fuzz::text_of(data, size);
  sosik::path(text);
  sosik::path('/' + std::string(text));
  return 0;
}
