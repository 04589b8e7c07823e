// HTML from outside to HTML that is safe, and to plain text.
#include "clean_html.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sosik;
  const std::string_view html = fuzz::text_of(data, size);
  fuzz::must_be_clean(html);
  const std::string text = html_to_text(html);
  fuzz::must_equal(clean_line(text), text, "plain text is a clean line (F-158)");
  return 0;
}
