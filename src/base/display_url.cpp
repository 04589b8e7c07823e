// K-066: a URL as a person may read it.
#include <unicode/uchar.h>

#include "percent.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"
#include "utf8.hpp"

namespace sosik {
namespace {

// Shown decoded: what is visible and moves nothing around it. ASCII stays encoded, for it may mean
// something where it is.
bool is_safe_to_show(char32_t code_point) {
  const auto c = static_cast<UChar32>(code_point);
  constexpr std::uint32_t hidden = U_GC_C_MASK | U_GC_Z_MASK;
  return c >= 0x80 && (U_GET_GC_MASK(c) & hidden) == 0 &&
         u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) == 0;
}

}  // namespace

std::string display_url(std::string_view ascii) {
  std::string out;
  for (std::size_t i = 0; i < ascii.size();) {
    if (!percent::is_escape(ascii, i)) {
      out += ascii[i++];
      continue;
    }
    std::size_t end = i;  // of the escapes that stand together
    while (percent::is_escape(ascii, end)) end += 3;
    const auto bytes = decode_percent(ascii.substr(i, end - i)).value();
    const bool is_text =
        is_valid_utf8(bytes);  // in another encoding some would look right by chance
    for (std::size_t k = 0; k < bytes.size();) {
      const auto next = utf8::decode(bytes, k);
      if (is_text && is_safe_to_show(next.code_point)) {
        out.append(bytes, k, next.length);
      } else {
        out.append(ascii, i + 3 * k, std::size_t{3} * next.length);
      }
      k += next.length;
    }
    i = end;
  }
  return out;
}

}  // namespace sosik
