// Foreign bytes with a declared charset to text. Input: the label, a line end, the bytes.
#include <string>

#include "property.hpp"
#include "sosik/base/decode.hpp"
#include "sosik/base/text.hpp"

namespace sosik {
namespace {

using namespace fuzz;

void decode(std::string_view bytes, std::string_view label) {
  const auto decoded = decode_text(bytes, label);
  if (!decoded) {
    must(!decoded.error().detail.empty(), "what cannot be decoded is told");
    return;
  }
  must(is_valid_utf8(decoded->text), "decoded text is UTF-8");
  const auto again = decode_text(decoded->text, "utf-8");
  must(again.has_value() && is_valid_utf8(again->text), "and can be decoded as that");
}

}  // namespace
}  // namespace sosik

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = sosik::fuzz::text_of(data, size);
  const std::size_t line = std::min(input.find('\n'), input.size());
  const std::string_view label = input.substr(0, line);
  const std::string_view bytes = input.substr(std::min(line + 1, input.size()));
  sosik::decode(bytes, label);
  for (const char* known :
       {"", "euc-kr", "utf-8", "utf-16le", "utf-16be", "iso-8859-1", "shift_jis"})
    sosik::decode(bytes, known);
  return 0;
}
