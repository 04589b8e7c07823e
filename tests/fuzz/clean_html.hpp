// What must hold of every body that a reader is shown (F-150..F-159).
#pragma once
#include "html_tree.hpp"
#include "property.hpp"
#include "sosik/base/text.hpp"
#include "sosik/ingest/sanitise.hpp"

namespace sosik::fuzz {

inline void must_be_clean(std::string_view html) {
  static const SanitiseOptions options{"https://blog.example/posts/first"};
  const CleanHtml clean = sanitise_html(html, options);
  // No script, no on..., no javascript:, by the tests' own lists.
  must_equal(danger_in(clean.html), "", "nothing dangerous survives");
  must_equal(imbalance_in(clean.html), "", "every tag is closed");
  must_equal(clean_text(clean.html), clean.html, "clean HTML is clean text");
  must(clean.first_image.empty() || is_visible_ascii(clean.first_image), "a URL is visible ASCII");
  const CleanHtml again = sanitise_html(clean.html, options);
  must_equal(again.html, clean.html, "sanitising is idempotent (F-155)");
  must_equal(again.text, clean.text, "and the text stays the same");
}

}  // namespace sosik::fuzz
