#include <iconv.h>

#include <set>

#include "catch.hpp"
#include "sosik/base/text.hpp"

using namespace sosik;

TEST_CASE("UHC text becomes UTF-8 [K-040]", "[base][text]") {
  auto [bytes, want] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {"plain \\ ~", "plain \\ ~"},  // [K-049]
      {"\xC7\xD1\xB1\xDB", "한글"},
      {"\xC7\xD1\xB1\xDB \x8C\x63", "한글 똠"},
      {"\x8C\x63\xB9\xE6\xB0\xA2\xC7\xCF \xBC\x84\xBD\xC3 \x94\xEE", "똠방각하 펲시 뷁"},
      {"\xA4\xBB\xA4\xBB\xA4\xBB", "ㅋㅋㅋ"},
      {"\xD1\xE2", "\uF914"},
      {"\xA1\xAA\xA3\xDC", "―￦"},
      {"\xA2\xE6\xA2\xE7\xA2\xE2", "€®™"},
      {"\xA3\xC1\xA3\xC2\xA3\xC3\xA1\xA1\xA3\xB1", "ＡＢＣ　１"},
      {"\xA1\x41", "좥"},
      {"\xA4\xD4\xA4\xB2\xA4\xCE\xA4\xAA", "ㅤㅂㅞㄺ"},  // [K-046]
  }));
  CHECK(decode_uhc(bytes) == want);
}

TEST_CASE("A broken UHC pair never swallows ASCII [K-043] [K-044]", "[base][text]") {
  auto [bytes, want] = GENERATE(table<std::string, std::string>({
      {"\xB0\xA1\">", "가\">"},
      {"\xB0\">", "\uFFFD\">"},
      {"\xB0<b>", "\uFFFD<b>"},
      {"\xC9\xA1"
       "A",
       "\uFFFDA"},  // user-defined rows
      {"\xFE\xA1"
       "A",
       "\uFFFDA"},
      {"\x80"
       "A",
       "\uFFFDA"},
      {"\xFF"
       "A",
       "\uFFFDA"},
      {"\xB0", "\uFFFD"},
      {"\xB0\xFF", "\uFFFD"},
      {"\xC9"
       "A",
       "\uFFFDA"},
  }));
  INFO(printable(bytes));
  CHECK(decode_uhc(bytes) == want);
}

TEST_CASE("What UHC has not comes out of no pair [K-048] [K-049]", "[base][text]") {
  std::set<std::string> known;
  for (int lead = 0x81; lead <= 0xFE; ++lead)
    for (int trail = 0x41; trail <= 0xFE; ++trail) {
      const char pair[] = {static_cast<char>(lead), static_cast<char>(trail)};
      known.insert(decode_uhc({pair, 2}));
    }
  for (const std::string absent : {"—", "–", "•", "\u00A0", "₩", "©", "〜", "😀", "\u1112", "㉾"}) {
    INFO(absent);
    CHECK(known.count(absent) == 0);
  }
  for (const std::string present : {"―", "…", "·", "∼", "￦", "€", "®", "™"}) {
    INFO(present);
    CHECK(known.count(present) == 1);
  }
  CHECK(decode_uhc("\\ ~") == "\\ ~");
}

TEST_CASE("Which of its double ideographs a text had is known until it is made NFC [K-051]",
          "[base][text]") {
  CHECK(decode_uhc("\xD1\xE2") == "\uF914");
  CHECK(decode_uhc("\xE4\xC5") == "\u6A02");
  CHECK(nfc(decode_uhc("\xD1\xE2")) == decode_uhc("\xE4\xC5"));
}

TEST_CASE("All 17,048 pairs of UHC are as the C library has them, there and back [K-050]",
          "[base][text]") {
  const iconv_t converter = iconv_open("UTF-8", "UHC");
  REQUIRE(converter != reinterpret_cast<iconv_t>(-1));
  const iconv_t back = iconv_open("UHC", "UTF-8");
  REQUIRE(back != reinterpret_cast<iconv_t>(-1));
  std::size_t pairs = 0, different = 0;
  for (int lead = 0x81; lead <= 0xFE; ++lead) {
    for (int trail = 0x41; trail <= 0xFE; ++trail) {
      char pair[] = {static_cast<char>(lead), static_cast<char>(trail)}, utf8[8];
      char *in = pair, *out = utf8;
      std::size_t in_left = sizeof pair, out_left = sizeof utf8;
      iconv(converter, nullptr, nullptr, nullptr, nullptr);
      const bool is_known = iconv(converter, &in, &in_left, &out, &out_left) == 0 && in_left == 0;
      const auto ours = decode_uhc({pair, 2});
      if (is_known) {
        ++pairs;
        if (ours != std::string_view(utf8, sizeof utf8 - out_left)) ++different;
        std::string again = ours;
        char encoded[4], *from = again.data(), *to = encoded;
        std::size_t from_left = again.size(), to_left = sizeof encoded;
        iconv(back, nullptr, nullptr, nullptr, nullptr);
        const bool is_back = iconv(back, &from, &from_left, &to, &to_left) == 0;
        if (!is_back || std::string_view(encoded, sizeof encoded - to_left) !=
                            std::string_view(pair, sizeof pair))
          ++different;
      } else if (!ours.starts_with("\uFFFD")) {
        ++different;
      }
    }
  }
  iconv_close(converter);
  iconv_close(back);
  CHECK(pairs == 17'048);
  CHECK(different == 0);
}
