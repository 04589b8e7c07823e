// What cmark-gfm 0.29.0.gfm.6 would make of a Markdown text, bounded from above without parsing
// (formats.md F-159). Nine constructs cost it more than linear time or space (measured, one by one,
// in tests/ingest/markdown_test.cpp); a text of a few kilobytes could otherwise keep the program
// busy for minutes or make cmark abort it. Linear in the text.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "sosik/base/error.hpp"

namespace sosik {

// Nothing when it is fit to be parsed; else too_large with a reason that names a line where there
// is one.
std::optional<Error> reason_against_parsing(std::string_view markdown);

}  // namespace sosik
