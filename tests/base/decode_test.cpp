#include "sosik/base/decode.hpp"

#include <random>

#include "catch.hpp"
#include "sosik/base/text.hpp"

using namespace sosik;
using namespace std::string_literals;

namespace {

const std::string hangul = "한글 소식";
const std::string hangul_in_uhc = "\xC7\xD1\xB1\xDB \xBC\xD2\xBD\xC4";

}  // namespace

TEST_CASE("Every label of Korean text means UHC [K-040] [K-041]", "[base][text]") {
  const std::string label =
      GENERATE("euc-kr", "EUC-KR", "cseuckr", "csKSC56011987", "iso-ir-149", "korean",
               "ks_c_5601-1987", "ks_c_5601-1989", "ksc5601", "ksc_5601", "windows-949", "cp949",
               "CP949", "uhc", "ms949", " euc-kr\n", "\"euc-kr\"");
  INFO(label);
  // 똠 is in UHC, not in KS X 1001, which is what the C library calls EUC-KR.
  const auto decoded = decode_text("\xC7\xD1\xB1\xDB \x8C\x63", label).value();
  CHECK(decoded.text == "한글 똠");
  CHECK(decoded.encoding == "euc-kr");
  CHECK(decoded.errors == 0);
  CHECK(decoded.is_as_declared);
}

TEST_CASE("BOM, then the label, then UTF-8, then UHC [K-045]", "[base][text]") {
  struct Row {
    std::string bytes, label, text, encoding;
    bool is_as_declared = true;
  };
  const auto row =
      GENERATE_REF(Row{"", "", "", "utf-8"}, Row{"plain", "", "plain", "utf-8"},
                   Row{hangul, "", hangul, "utf-8"}, Row{hangul, "UTF8", hangul, "utf-8"},
                   Row{hangul_in_uhc, "", hangul, "euc-kr"},
                   // The bytes refute the label.
                   Row{hangul_in_uhc, "utf-8", hangul, "euc-kr", false},
                   Row{hangul, "euc-kr", hangul, "utf-8", false},
                   Row{hangul, "iso-8859-1", hangul, "utf-8", false},
                   Row{hangul, "ko_KR.euc", hangul, "utf-8", false},
                   Row{hangul_in_uhc, "no-such-thing", hangul, "euc-kr", false},
                   // They do not: plain ASCII is anything, and UHC without errors is UHC.
                   Row{"plain", "euc-kr", "plain", "euc-kr"},
                   Row{"\xC2\xA1", "euc-kr", "징", "euc-kr"},  // also U+00A1 in UTF-8
                   // A BOM goes before everything, and goes away. [K-022]
                   Row{"\xEF\xBB\xBF" + hangul, "", hangul, "utf-8"},
                   Row{"\xEF\xBB\xBF" + hangul, "euc-kr", hangul, "utf-8", false},
                   Row{"\xFF\xFE\x5C\xD5\x00\xAE"s, "", "한글", "utf-16le"},
                   Row{"\xFE\xFF\xD5\x5C\xAE\x00"s, "utf-16", "한글", "utf-16be"},
                   Row{"\xFF\xFE\x3D\xD8\x00\xDE"s, "utf-8", "😀", "utf-16le", false},
                   Row{"\xD5\x5C\xAE\x00"s, "utf-16be", "한글", "utf-16be"},
                   // Other labels of the WHATWG standard.
                   Row{"caf\xE9 \x80", "latin1", "café €", "windows-1252"},
                   Row{"caf\xE9", "us-ascii", "café", "windows-1252"},
                   Row{"\x93\xFA\x96\x7B", "Shift_JIS", "日本", "shift_jis"},
                   Row{"\xC6\xFC\xCB\xDC", "euc-jp", "日本", "euc-jp"},
                   Row{"\xD6\xD0\xCE\xC4", "gb2312", "中文", "gb18030"},
                   Row{"\xA4\xA4\xA4\xE5", "Big5", "中文", "big5"},
                   Row{"\xEC\xE8\xF0", "windows-1251", "мир", "windows-1251"});
  INFO(printable(row.bytes) << " as " << row.label);
  const auto decoded = decode_text(row.bytes, row.label).value();
  CHECK(decoded.text == row.text);
  CHECK(decoded.encoding == row.encoding);
  CHECK(decoded.is_as_declared == row.is_as_declared);
  CHECK(decoded.errors == 0);
}

TEST_CASE("UTF-8 with a flaw is not taken for UHC, and UHC with a flaw is [K-045]",
          "[base][text]") {
  auto [bytes, want] = GENERATE(table<std::string, std::string>({
      {"갸\xEA", "utf-8"},  // as UHC it would have no error at all
      {"가\xEA\xB0", "utf-8"},
      {"제목 A\xFF\xFE", "utf-8"},
      {"안녕하세요 \xED\xA0\xBD\xED\xB8\x80", "utf-8"},  // an emoji in surrogates
      {"caf\xE9 한글", "utf-8"},
      {"글\xC7\xD1", "utf-8"},  // half and half
      {"\xED\xA0\x80", "utf-8"},
      {"\xFF", "utf-8"},
      {"\xC7\xD1", "euc-kr"},
      {hangul_in_uhc + "\xB1", "euc-kr"},           // cut
      {"\xC7\xD1\xB1\xDB\xFF \xBC\xD2", "euc-kr"},  // a stray byte
      {"<p>\xC5\xE9 \xC7\xD1\xB1\xDB</p>", "euc-kr"},
  }));
  INFO(printable(bytes));
  CHECK(decode_text(bytes).value().encoding == want);
  CHECK(is_rather_uhc(bytes) == (want == "euc-kr"));
}

TEST_CASE("Bad UTF-8 becomes U+FFFD for each maximal subpart, as section 10 of korean.md says",
          "[base][text]") {
  auto [bytes, errors] = GENERATE(table<std::string, std::size_t>({
      {"\xED\xA0\x80", 3},
      {"\xC0\xAF", 2},
      {"\xF4\x90\x80\x80", 4},
      {"\xEA\xB0", 1},
      {"\xE0\x80\xAF", 3},
  }));
  INFO(printable(bytes));
  const auto decoded = decode_text("한" + bytes + "글", "utf-8").value();
  std::string want = "한";
  for (std::size_t i = 0; i < errors; ++i) want += "\uFFFD";
  CHECK(decoded.text == want + "글");
  CHECK(decoded.errors == errors);
}

TEST_CASE("What would change the meaning of ASCII bytes is refused by name [K-042]",
          "[base][text]") {
  const std::string label = GENERATE("ISO-2022-KR", "csiso2022kr", "hz-gb-2312", "iso-2022-cn",
                                     "utf-7", "johab", "ms1361");
  const auto decoded = decode_text("\x0E\x3C\x3E", label);
  REQUIRE(decoded.has_error());
  CHECK(decoded.error().code == Errc::invalid);
  CHECK(decoded.error().detail.find("'" + label + "'") != std::string::npos);
  // Nor are they guessed.
  CHECK(decode_text("\x1B$)C\x0E\x47\x51\x0F").value().encoding == "utf-8");
}

TEST_CASE("No encoding swallows an ASCII byte behind a broken lead byte [K-043]", "[base][text]") {
  const std::string label =
      GENERATE("euc-kr", "shift_jis", "euc-jp", "gb18030", "big5", "utf-8", "windows-1252");
  for (unsigned lead = 0x80; lead <= 0xFF; ++lead) {
    for (const char ascii : {'<', '>', '"', '\'', '&', '/', ' ', '='}) {
      const std::string bytes{'a', static_cast<char>(lead), ascii, 'z'};
      const auto text = decode_text(bytes, label).value().text;
      INFO(label << " " << printable(bytes) << " became " << printable(text));
      REQUIRE(is_valid_utf8(text));
      REQUIRE(text.find(ascii) != std::string::npos);
      REQUIRE(text.ends_with('z'));
    }
  }
}

TEST_CASE("Any bytes under any label become well-formed text or a refusal [K-043]",
          "[base][text]") {
  const std::vector<std::string> labels = {"",       "utf-8",    "euc-kr",      "utf-16le",
                                           "latin1", "gb18030",  "big5",        "shift_jis",
                                           "euc-jp", "utf-16be", "iso-2022-jp", "koi8-r"};
  std::mt19937 random(19491009);
  for (int round = 0; round < 6'000; ++round) {
    std::string bytes;
    for (auto n = random() % 40; n > 0; --n) bytes += static_cast<char>(random() % 256);
    const auto& label = labels[static_cast<std::size_t>(round) % labels.size()];
    INFO(label << " " << printable(bytes));
    const auto decoded = decode_text(bytes, label).value();
    REQUIRE(is_valid_utf8(decoded.text));
  }
}

TEST_CASE("A document's own word on its encoding is found", "[base][text]") {
  auto [bytes, want] = GENERATE(table<std::string, std::string>({
      {"<?xml version=\"1.0\" encoding=\"EUC-KR\"?><rss>", "euc-kr"},
      {"\r\n\n<?xml version=\"1.0\" encoding=\"Shift_JIS\"?>", "shift_jis"},
      {"<?xml version='1.0' encoding = 'ks_c_5601-1987' ?>", "ks_c_5601-1987"},
      {"\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?>", "utf-8"},
      {"<?xml version=\"1.0\"?><a encoding=\"euc-kr\"/>", ""},
      {"<?xml version=\"1.0\" encoding=\"UTF-16\"?>",
       "utf-8"},  // it is not, or this were unreadable
      {"<\0?\0x\0"s, "utf-16le"},
      {"\0<\0?\0x"s, "utf-16be"},
      {"<html><head><meta charset=euc-kr><title>", "euc-kr"},
      {"<META http-equiv=Content-Type content=\"text/html; charset=EUC-KR\">", "euc-kr"},
      {"<meta name=x content=y><meta charset='cp949'/>", "cp949"},
      {"<p>charset=euc-kr</p>", ""},
      {"", ""},
  }));
  INFO(printable(bytes));
  CHECK(declared_charset(bytes) == want);
}

TEST_CASE("UTF-16 with lone surrogates or an odd byte is repaired", "[base][text]") {
  CHECK(decode_text("\x00\xAC\x3D\xD8\x41\x00"s, "utf-16le").value().text == "가\uFFFDA");
  CHECK(decode_text("\x00\xAC\x00"s, "utf-16le").value().text == "가\uFFFD");
}
