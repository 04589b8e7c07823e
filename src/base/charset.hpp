// Labels of character encodings, as the WHATWG Encoding standard (section 4.2) reads them, and the
// ICU converters behind those that we do not read ourselves.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sosik::charset {

enum class Kind { utf8, uhc, western, icu, refused };

struct Encoding {
  std::string_view name;  // in the standard's words, lower case
  Kind kind = Kind::icu;
  std::string_view converter;  // ICU's name for it
};

// By a label in any case, white space around it; nothing for one that nobody knows.
std::optional<Encoding> by_label(std::string_view label);

struct Decoded {
  std::string text;
  std::size_t errors = 0;
};
// By the converter of `encoding` (western or icu). A broken sequence is one U+FFFD, and the ASCII
// bytes in it are kept (K-043). Throws when ICU has no such converter: that is a broken
// installation.
Decoded decode(const Encoding& encoding, std::string_view bytes);

}  // namespace sosik::charset
