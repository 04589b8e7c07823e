// Markdown to HTML to HTML that is safe.
#include "clean_html.hpp"
#include "sosik/ingest/markdown.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sosik;
  const std::string text = clean_text(fuzz::text_of(data, size));
  const auto html = markdown_to_html(text);
  if (html) fuzz::must_be_clean(*html);
  return 0;
}
