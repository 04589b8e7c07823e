#include "sosik/base/decode.hpp"

#include <array>
#include <utility>

#include "charset.hpp"
#include "sosik/base/text.hpp"
#include "uhc.hpp"
#include "utf8.hpp"

namespace sosik {
namespace {

constexpr std::size_t max_bytes = std::size_t{1} << 30;

struct Utf8Count {
  std::size_t two_bytes = 0, longer = 0;  // well-formed sequences
  std::size_t errors = 0;
};

Utf8Count count_utf8(std::string_view bytes) {
  Utf8Count count;
  for (std::size_t i = 0; i < bytes.size();) {
    i += utf8::printable_ascii_run(bytes, i);
    if (i == bytes.size()) break;
    const auto next = utf8::decode(bytes, i);
    i += next.length;
    if (!next.is_well_formed)
      ++count.errors;
    else if (next.length > 1)
      ++(next.length == 2 ? count.two_bytes : count.longer);
  }
  return count;
}

bool is_rather(const uhc::Decoded& uhc, const Utf8Count& utf8) {
  // Two bytes of UTF-8 are also two bytes of common Hangul; three never are for long.
  return utf8.errors > utf8.longer && uhc.errors < utf8.errors && uhc.pairs > 2 * uhc.errors;
}

DecodedText as_utf8(std::string_view bytes, std::size_t errors, bool is_as_declared) {
  return {errors == 0 ? std::string(bytes) : repair_utf8(bytes), "utf-8", errors, is_as_declared};
}

DecodedText detected(std::string_view bytes, bool is_declared, bool is_known) {
  const Utf8Count utf8 = count_utf8(bytes);
  if (utf8.errors > 0) {
    uhc::Decoded uhc = uhc::decode(bytes);
    if (is_rather(uhc, utf8)) return {std::move(uhc.text), "euc-kr", uhc.errors, !is_declared};
  }
  return as_utf8(bytes, utf8.errors, !is_declared || is_known);
}

// A BOM at the start, and what it says (WHATWG Encoding section 6.1).
std::string_view take_bom(std::string_view& bytes) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> marks = {
      {{"\xEF\xBB\xBF", "utf-8"}, {"\xFF\xFE", "utf-16le"}, {"\xFE\xFF", "utf-16be"}}};
  for (const auto& [mark, name] : marks) {
    if (!bytes.starts_with(mark)) continue;
    bytes.remove_prefix(mark.size());
    return name;
  }
  return {};
}

}  // namespace

bool is_rather_uhc(std::string_view bytes) {
  const Utf8Count utf8 = count_utf8(bytes);
  return utf8.errors > 0 && is_rather(uhc::decode(bytes), utf8);
}

Result<DecodedText> decode_text(std::string_view bytes, std::string_view label) {
  if (bytes.size() > max_bytes)
    return Error{Errc::too_large, "text of " + std::to_string(bytes.size()) +
                                      " bytes: more than 1 GiB is not decoded"};
  const bool is_declared = !label.empty();
  auto declared = charset::by_label(label);
  const auto label_name = declared ? std::string(declared->name) : std::string();
  if (const auto bom = take_bom(bytes); !bom.empty()) {
    declared = charset::by_label(bom);
    const bool is_as_declared = !is_declared || label_name == bom ||
                                (label_name.starts_with("utf-16") && bom.starts_with("utf-16"));
    if (declared->kind == charset::Kind::utf8)
      return as_utf8(bytes, count_utf8(bytes).errors, is_as_declared);
    auto wide = charset::decode(*declared, bytes);
    return DecodedText{std::move(wide.text), std::string(bom), wide.errors, is_as_declared};
  }
  if (!declared) return detected(bytes, is_declared, false);
  switch (declared->kind) {
    case charset::Kind::utf8:
      return detected(bytes, is_declared, true);
    case charset::Kind::refused:
      return invalid("text declared as '" + printable(label.substr(0, 40)) +
                     "': this encoding is not read (convert it to UTF-8 first)");
    case charset::Kind::uhc: {
      uhc::Decoded uhc = uhc::decode(bytes);
      if (uhc.errors > 0) {  // K-045
        const Utf8Count utf8 = count_utf8(bytes);
        if (utf8.errors == 0) return as_utf8(bytes, 0, false);
      }
      return DecodedText{std::move(uhc.text), label_name, uhc.errors, true};
    }
    case charset::Kind::western: {
      const Utf8Count utf8 = count_utf8(bytes);
      if (utf8.errors == 0 && utf8.two_bytes + utf8.longer > 0) return as_utf8(bytes, 0, false);
      break;
    }
    case charset::Kind::icu:
      break;
  }
  auto decoded = charset::decode(*declared, bytes);
  return DecodedText{std::move(decoded.text), label_name, decoded.errors, true};
}

}  // namespace sosik
