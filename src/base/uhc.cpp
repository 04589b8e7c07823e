// UHC (windows-949, what "euc-kr" means on the web) to UTF-8, with the error rules of WHATWG
// Encoding section 14.1: no ASCII byte is ever swallowed by a broken pair (K-043). The pairs come
// from ICU's table.
#include "uhc.hpp"

#include <unicode/ucnv.h>

#include <array>
#include <memory>
#include <stdexcept>

#include "sosik/base/text.hpp"
#include "utf8.hpp"

namespace sosik {
namespace {

constexpr unsigned first_lead = 0x81, last_lead = 0xFE, first_trail = 0x41, last_trail = 0xFE;
constexpr unsigned trails = last_trail - first_trail + 1;

using Table = std::array<char16_t, (last_lead - first_lead + 1) * trails>;

constexpr std::size_t index_of(unsigned lead, unsigned trail) {
  return (lead - first_lead) * trails + (trail - first_trail);
}

// One entry a pair; 0 where UHC defines nothing. The user-defined rows C9 and FE, private use in
// ICU, count as nothing (K-044).
std::unique_ptr<const Table> make_table() {
  struct Close {
    void operator()(UConverter* converter) const { ucnv_close(converter); }
  };
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, Close> converter(ucnv_open("windows-949-2000", &status));
  if (U_FAILURE(status)) throw std::runtime_error("ICU has no converter windows-949-2000");

  auto table = std::make_unique<Table>();
  for (unsigned lead = first_lead; lead <= last_lead; ++lead) {
    for (unsigned trail = first_trail; trail <= last_trail; ++trail) {
      const std::array<char, 2> pair = {static_cast<char>(lead), static_cast<char>(trail)};
      std::array<char16_t, 4> out{};
      status = U_ZERO_ERROR;
      const int length = ucnv_toUChars(converter.get(), out.data(), static_cast<int>(out.size()),
                                       pair.data(), static_cast<int>(pair.size()), &status);
      const bool is_private = out[0] >= 0xE000 && out[0] <= 0xF8FF;
      if (U_SUCCESS(status) && length == 1 && out[0] != utf8::replacement && !is_private)
        (*table)[index_of(lead, trail)] = out[0];
    }
  }
  return table;
}

}  // namespace

uhc::Decoded uhc::decode(std::string_view bytes) {
  static const std::unique_ptr<const Table> table = make_table();
  Decoded out;
  out.text.reserve(bytes.size() + bytes.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto lead = static_cast<unsigned char>(bytes[i]);
    if (lead < 0x80) {
      out.text += bytes[i];
      continue;
    }
    char32_t code_point = 0;
    const bool has_trail = lead >= first_lead && lead <= last_lead && i + 1 < bytes.size();
    const unsigned trail = has_trail ? static_cast<unsigned char>(bytes[i + 1]) : 0u;
    if (trail >= first_trail && trail <= last_trail) code_point = (*table)[index_of(lead, trail)];
    utf8::append(out.text, code_point != 0 ? code_point : utf8::replacement);
    ++(code_point != 0 ? out.pairs : out.errors);
    if (code_point != 0 || (has_trail && trail >= 0x80)) ++i;  // else the trail is read again
  }
  return out;
}

std::string decode_uhc(std::string_view bytes) { return uhc::decode(bytes).text; }

}  // namespace sosik
