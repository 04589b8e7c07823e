#include "charset.hpp"

#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

#include "url_parts.hpp"

namespace sosik::charset {
namespace {

// Each encoding with its labels, separated by spaces. windows-125x, iso-8859-x and koi8 have more
// labels in the standard than anyone writes; these are the ones that are seen.
struct Row {
  Encoding encoding;
  std::string_view labels;
};

constexpr Encoding icu(std::string_view name, std::string_view converter) {
  return {name, Kind::icu, converter};
}

constexpr std::array rows = {
    Row{{"utf-8", Kind::utf8, {}},
        "utf-8 utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8"},
    // K-040; the last four are not the standard's, but what Korean programs write.
    Row{{"euc-kr", Kind::uhc, {}},
        "euc-kr cseuckr csksc56011987 iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 "
        "ksc_5601 windows-949 cp949 uhc ms949 euckr"},
    Row{{"windows-1252", Kind::western, "windows-1252"},
        "windows-1252 cp1252 x-cp1252 ascii us-ascii ansi_x3.4-1968 iso-8859-1 iso8859-1 iso88591 "
        "iso_8859-1 iso_8859-1:1987 iso-ir-100 latin1 l1 cp819 ibm819 csisolatin1"},
    Row{icu("utf-16le", "UTF-16LE"),
        "utf-16le utf-16 ucs-2 unicode unicodefeff csunicode iso-10646-ucs-2"},
    Row{icu("utf-16be", "UTF-16BE"), "utf-16be unicodefffe"},
    Row{icu("shift_jis", "ibm-943_P15A-2003"),
        "shift_jis shift-jis sjis x-sjis csshiftjis ms932 ms_kanji windows-31j cp932"},
    Row{icu("euc-jp", "euc-jp-2007"), "euc-jp x-euc-jp cseucpkdfmtjapanese eucjp"},
    Row{icu("iso-2022-jp", "ISO-2022-JP"), "iso-2022-jp csiso2022jp"},
    Row{icu("big5", "windows-950-2000"), "big5 big5-hkscs cn-big5 csbig5 x-x-big5 cp950"},
    Row{icu("gb18030", "gb18030"),
        "gb18030 gbk gb2312 chinese csgb2312 csiso58gb231280 gb_2312 gb_2312-80 iso-ir-58 x-gbk "
        "cp936"},
    Row{icu("windows-1250", "windows-1250"), "windows-1250 cp1250 x-cp1250"},
    Row{icu("windows-1251", "windows-1251"), "windows-1251 cp1251 x-cp1251"},
    Row{icu("windows-1253", "windows-1253"), "windows-1253 cp1253 x-cp1253"},
    Row{icu("windows-1254", "windows-1254"),
        "windows-1254 cp1254 x-cp1254 iso-8859-9 iso8859-9 iso_8859-9 latin5 l5"},
    Row{icu("windows-1255", "windows-1255"), "windows-1255 cp1255 x-cp1255"},
    Row{icu("windows-1256", "windows-1256"), "windows-1256 cp1256 x-cp1256"},
    Row{icu("windows-1257", "windows-1257"), "windows-1257 cp1257 x-cp1257"},
    Row{icu("windows-1258", "windows-1258"), "windows-1258 cp1258 x-cp1258"},
    Row{icu("windows-874", "windows-874"),
        "windows-874 tis-620 dos-874 iso-8859-11 iso8859-11 iso885911"},
    Row{icu("iso-8859-2", "ISO-8859-2"), "iso-8859-2 iso8859-2 iso_8859-2 latin2 l2 csisolatin2"},
    Row{icu("iso-8859-3", "ISO-8859-3"), "iso-8859-3 iso8859-3 iso_8859-3 latin3 l3"},
    Row{icu("iso-8859-4", "ISO-8859-4"), "iso-8859-4 iso8859-4 iso_8859-4 latin4 l4"},
    Row{icu("iso-8859-5", "ISO-8859-5"), "iso-8859-5 iso8859-5 iso_8859-5 cyrillic"},
    Row{icu("iso-8859-6", "ISO-8859-6"), "iso-8859-6 iso8859-6 iso_8859-6 arabic"},
    Row{icu("iso-8859-7", "ISO-8859-7"), "iso-8859-7 iso8859-7 iso_8859-7 greek"},
    Row{icu("iso-8859-8", "ISO-8859-8"), "iso-8859-8 iso8859-8 iso_8859-8 hebrew iso-8859-8-i"},
    Row{icu("iso-8859-13", "ISO-8859-13"), "iso-8859-13 iso8859-13 iso885913"},
    Row{icu("iso-8859-15", "ISO-8859-15"), "iso-8859-15 iso8859-15 iso_8859-15 l9 latin9"},
    Row{icu("koi8-r", "KOI8-R"), "koi8-r koi8 koi koi8_r cskoi8r"},
    Row{icu("koi8-u", "KOI8-U"), "koi8-u koi8-ru"},
    Row{icu("ibm866", "ibm-866_P100-1995"), "ibm866 cp866 866 csibm866"},
    Row{icu("macintosh", "macintosh"), "macintosh mac x-mac-roman csmacintosh"},
    // K-042: what the standard calls "replacement", and others in which ASCII bytes mean something
    // else. JOHAB is here because ICU cannot read it.
    Row{{"iso-2022-kr", Kind::refused, {}}, "iso-2022-kr csiso2022kr"},
    Row{{"iso-2022-cn", Kind::refused, {}}, "iso-2022-cn iso-2022-cn-ext hz-gb-2312 replacement"},
    Row{{"utf-7", Kind::refused, {}}, "utf-7 unicode-1-1-utf-7 csunicode11utf7"},
    Row{{"johab", Kind::refused, {}}, "johab ms1361 cp1361 windows-1361 ksc_5601-1992"},
};

bool is_one_of(std::string_view word, std::string_view words) {
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\n\f\r\"'";
  const auto begin = text.find_first_not_of(space);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

void require(UErrorCode status, const char* what, std::string_view name) {
  if (U_FAILURE(status))
    throw std::runtime_error(std::string(what) + " " + std::string(name) + ": " +
                             u_errorName(status));
}

// ICU's callback for what it cannot read. It may hand over bytes that only looked like the end of
// a sequence: those that are ASCII are themselves.
void replace_but_ascii(const void* context, UConverterToUnicodeArgs* args, const char* bytes,
                       std::int32_t length, UConverterCallbackReason reason, UErrorCode* status) {
  if (reason > UCNV_IRREGULAR) return;  // reset, close, clone
  ++*static_cast<std::size_t*>(const_cast<void*>(context));
  *status = U_ZERO_ERROR;
  constexpr char16_t replacement = 0xFFFD;
  ucnv_cbToUWriteUChars(args, &replacement, 1, 0, status);
  if (length > 1 && ucnv_getType(args->converter) == UCNV_MBCS) {
    for (std::int32_t i = 1; i < length; ++i) {
      const auto byte = static_cast<unsigned char>(bytes[i]);
      const auto ascii = static_cast<char16_t>(byte);
      if (byte < 0x80) ucnv_cbToUWriteUChars(args, &ascii, 1, 0, status);
    }
  }
}

}  // namespace

std::optional<Encoding> by_label(std::string_view label) {
  const std::string wanted = ascii_lower(trimmed(label));
  if (wanted.empty() || wanted.find(' ') != std::string::npos) return std::nullopt;
  for (const Row& row : rows)
    if (is_one_of(wanted, row.labels)) return row.encoding;
  return std::nullopt;
}

Decoded decode(const Encoding& encoding, std::string_view bytes) {
  struct Close {
    void operator()(UConverter* converter) const { ucnv_close(converter); }
  };
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, Close> from(
      ucnv_open(std::string(encoding.converter).c_str(), &status));
  require(status, "ICU has no converter", encoding.converter);
  const std::unique_ptr<UConverter, Close> to(ucnv_open("UTF-8", &status));
  require(status, "ICU has no converter", "UTF-8");
  Decoded out;
  ucnv_setToUCallBack(from.get(), replace_but_ascii, &out.errors, nullptr, nullptr, &status);
  require(status, "ICU cannot use", encoding.converter);

  std::array<char16_t, 4096> pivot;
  char16_t *pivot_in = pivot.data(), *pivot_out = pivot.data();
  std::array<char, 8192> piece;
  const char* source = bytes.data();
  const char* const end = bytes.data() + bytes.size();
  do {
    char* target = piece.data();
    status = U_ZERO_ERROR;
    ucnv_convertEx(to.get(), from.get(), &target, piece.data() + piece.size(), &source, end,
                   pivot.data(), &pivot_in, &pivot_out, pivot.data() + pivot.size(), false, true,
                   &status);
    out.text.append(piece.data(), target);
  } while (status == U_BUFFER_OVERFLOW_ERROR);
  require(status, "ICU cannot convert from", encoding.converter);
  return out;
}

}  // namespace sosik::charset
