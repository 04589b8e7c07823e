// What becomes of each HTML element and attribute on its way to a feed reader (formats.md
// F-150..F-156): one table that the passes of the sanitiser share. An element that is not in it is
// unwrapped: its tags go, what is in it stays.
#pragma once
#include <string_view>

namespace sosik::html {

enum class Fate {
  keep,          // written, under the name `becomes`
  unwrap,        // its tags go, its content stays
  drop,          // the tag goes; it has no content (meta, link, embed, ...)
  drop_content,  // gone up to its end tag, counting nested ones (svg, select, object, ...)
  drop_raw,   // gone up to the first end tag of its name: its content is raw text (script, style,
              // ...)
  raw_frame,  // iframe: kept without its content, for the writer to judge
  drop_rest,  // plaintext: whatever follows is no markup
  checkbox,   // input: a task list's box becomes a character, other inputs go
};

struct Element {
  std::string_view name;
  Fate fate = Fate::unwrap;
  std::string_view becomes;  // same as name, or the modern name
  std::string_view
      attributes;         // allowed besides the global ones, in the order in which they are written
  bool is_block = false;  // separates words
  bool is_void = false;   // has neither content nor end tag
  bool closes_p = false;  // a start tag of it ends an open paragraph
  bool is_formatting =
      false;  // the parser opens it again after a misnested end (HTML section 13.2.4.3)
};

// By lower-case name; nullptr for one that we do not know.
const Element* find_element(std::string_view name);

// Allowed on every element. An id survives on footnotes only (html_attributes.hpp).
constexpr std::string_view global_attributes = "id lang dir title";

// True when `word` is one of the space-separated `words`.
bool is_one_of(std::string_view word, std::string_view words);

}  // namespace sosik::html
