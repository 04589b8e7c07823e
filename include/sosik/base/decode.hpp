// Foreign bytes to UTF-8, once, at the edge: files, responses, rows of programs that write UHC
// (korean.md section 4). ICU's converters and the rules of the WHATWG Encoding standard live behind
// this header. Pure, thread-safe, linear. What comes out is well-formed UTF-8 and nothing more:
// clean_text (text.hpp) still has to take out what no feed may hold.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "sosik/base/result.hpp"

namespace sosik {

struct DecodedText {
  std::string text;  // UTF-8 without BOM; U+FFFD where the bytes mean nothing
  std::string
      encoding;  // what they were taken for: "utf-8", "euc-kr" (UHC, K-040), "utf-16le", ...
  std::size_t errors = 0;      // how many U+FFFD were put in
  bool is_as_declared = true;  // false: the label was unknown, or the bytes refuted it
};

// `label` is the charset that somebody declared: of HTTP first, else declared_charset(bytes), else
// empty. A BOM goes before it (K-045). Without BOM:
// - a label of UHC (K-040) means UHC, unless the bytes are UTF-8 beyond ASCII and no good UHC;
// - any other label of the WHATWG standard is believed; but UTF-8 goes before a label of
//   windows-1252 ("iso-8859-1", "us-ascii") where the bytes are UTF-8 beyond ASCII;
// - a label of UTF-8, one that nobody knows, or none: UTF-8 if the bytes are well formed, else UHC
//   if that makes more sense of them (is_rather_uhc), else UTF-8 with what is broken replaced.
// No error swallows an ASCII byte in any of them (K-043). Fails (invalid) on ISO-2022-KR and the
// other labels that the standard replaces by nothing, and on UTF-7 and JOHAB (K-042); too_large
// over 1 GiB.
Result<DecodedText> decode_text(std::string_view bytes, std::string_view label = {});

// The charset that an XML declaration at the very start names, or a <meta> in the first 1,024 bytes
// of an HTML page; "utf-16le" or "utf-16be" where the declaration itself is written in that (XML
// 1.0 appendix F). In lower case, not checked; empty when there is none.
std::string declared_charset(std::string_view bytes);

// For text that is to be UTF-8: whether it is UHC instead. Only when it is not well-formed UTF-8,
// UHC reads it with few errors and fewer than UTF-8 does, and what is beyond ASCII in it is mostly
// no UTF-8. Half and half stays UTF-8.
bool is_rather_uhc(std::string_view bytes);

}  // namespace sosik
