#include "catch.hpp"
#include "sosik/base/text.hpp"
#include "utf8.hpp"

using namespace sosik;

TEST_CASE("All 11,172 syllables compose from their jamo by arithmetic [K-004]", "[base][text]") {
  std::size_t wrong = 0;
  for (char32_t l = 0; l < 19; ++l) {
    for (char32_t v = 0; v < 21; ++v) {
      for (char32_t t = 0; t < 28; ++t) {
        std::string jamo, syllable;
        utf8::append(jamo, 0x1100 + l);
        utf8::append(jamo, 0x1161 + v);
        if (t > 0) utf8::append(jamo, 0x11A7 + t);
        utf8::append(syllable, 0xAC00 + (l * 21 + v) * 28 + t);
        if (nfc(jamo) != syllable || nfc(syllable) != syllable) ++wrong;
        if (compose_hangul(jamo) != syllable || compose_hangul(syllable) != syllable) ++wrong;
      }
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("Hangul alone is composed where the operator wishes it [K-003]", "[base][text]") {
  auto [text, want] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {"plain 한글", "plain 한글"},
      {"\u1112\u1161\u11AB\u1100\u1173\u11AF", "한글"},
      {"가\u11A8", "각"},
      {"\u1100\u1161\u11A8\u11A8", "각\u11A8"},  // one final, not two
      {"각\u11A8", "각\u11A8"},
      {"\u1112\u119E\u11AB", "\u1112\u119E\u11AB"},  // [K-005]
      {"\u1100 \u1161", "\u1100 \u1161"},
      {"\u1161\u11A8", "\u1161\u11A8"},
      {"\u1100", "\u1100"},
      {"ㄱㅏㄱ", "ㄱㅏㄱ"},                                  // [K-006]
      {"\uF914 e\u0301 \u1112\u1161", "\uF914 e\u0301 하"},  // [K-001]
      {"\u1100\u1161\u302E", "가\u302E"},
      {"\u1100\xE1\x85", "\u1100\xE1\x85"},
  }));
  INFO(printable(text));
  CHECK(compose_hangul(text) == want);
  CHECK(compose_hangul(want) == want);
}

TEST_CASE("Private use characters go where the operator wishes it, and stay otherwise [K-020]",
          "[base][text]") {
  const std::string text = "가\uE000나\uF8FF\uFFFC다\U000F0000라\U0010FFFD";
  CHECK(adjusted(text, {}) == text);
  CHECK(adjusted(text, {.compose_hangul = true}) == text);
  CHECK(adjusted(text, {.drop_private_use = true}) == "가나다라");
}

TEST_CASE("NFC changes what it must and nothing else", "[base][text]") {
  auto [text, want] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {"plain", "plain"},
      {"\u1112\u1161\u11AB\u1100\u1173\u11AF", "한글"},
      {"\u1112\u119E\u11AB", "\u1112\u119E\u11AB"},  // [K-005]
      {"ㅋㅋㅏ", "ㅋㅋㅏ"},                          // [K-006]
      {"㈜①Ａ　￦", "㈜①Ａ　￦"},                    // [K-007]
      {"\uF914\uF95C\uF9BF", "\u6A02\u6A02\u6A02"},  // [K-001]
      {"e\u0301", "\u00E9"},
      {"가\xEA\xB0나", "가\xEA\xB0나"},
  }));
  CHECK(nfc(text) == want);
}

TEST_CASE("Marks without end are normalised in linear time, and only there in pieces",
          "[base][text]") {
  std::string marks = "e";
  for (int i = 0; i < 100; ++i)
    marks += "\u0301\u0323";  // acute above, dot below: the dot sorts first
  CHECK(nfc(marks).starts_with("\u1EB9\u0323"));
  CHECK(nfc(nfc(marks)) == nfc(marks));

  std::string many = marks;
  for (int i = 0; i < 11; ++i) many += many.substr(1);  // 800 KB; quadratic time would be a minute
  CHECK(count_graphemes(nfc(many)) > 1000);
  CHECK(compare_key(many).size() > 100'000);
}

TEST_CASE("Keys are equal for texts that readers take for the same [K-002] [K-008] [K-084]",
          "[base][text]") {
  auto [one, other] = GENERATE(table<std::string, std::string>({
      {"C++", "C＋＋"},
      {"C++", "ｃ＋＋"},
      {"한글", "\u1112\u1161\u11AB\u1100\u1173\u11AF"},
      {"AI", "ai"},
      {"AI 도구", "ＡＩ　도구"},
      {"Straße", "STRASSE"},
      {"Éclair", "e\u0301clair"},
  }));
  INFO(one << " / " << other);
  CHECK(compare_key(one) == compare_key(other));
  CHECK(compare_key(compare_key(one)) == compare_key(one));
}

TEST_CASE("Keys differ for texts that are not the same", "[base][text]") {
  CHECK(compare_key("C") != compare_key("C++"));
  CHECK(compare_key("①") != compare_key("1"));  // no compatibility folding
  CHECK(compare_key("ㄱ") != compare_key("\u1100"));
  CHECK(compare_key("팀") != compare_key("팀 "));
}

TEST_CASE("Folding is not Turkish in any locale", "[base][text]") {
  CHECK(compare_key("TITLE") == "title");
}

TEST_CASE("A slug keeps letters and digits of any script [K-065]", "[base][text]") {
  auto [title, want] = GENERATE(table<std::string, std::string>({
      {"첫 온콜", "첫-온콜"},
      {"\u1112\u1161\u11AB\u1100\u1173\u11AF 소식", "한글-소식"},
      {"  공백   여러 개 ", "공백-여러-개"},
      {"전각\u3000공백\u00A0도", "전각-공백-도"},
      {"std::vector, 다시 보기!", "stdvector-다시-보기"},
      {"Node.js_v22~rc-1", "Node.js_v22~rc-1"},
      {"樂(낙)", "樂낙"},
      {"회의 없는 목요일 👨‍👩‍👧 ❤️", "회의-없는-목요일"},
      {"a\u200B\u3164\u202E"
       "b",
       "ab"},
      {"1️⃣ 순위", "1-순위"},
      {"- 목록 -", "목록"},
      {"a - b", "a-b"},
      {"..", ""},
      {"../../etc", "etc"},
      {"끝...", "끝"},
      {"!?", ""},
      {"", ""},
      {"\xFF\xFE", ""},
      {"가/나?다#라%마", "가나다라마"},
  }));
  INFO(title);
  CHECK(slug_from(title) == want);
}

TEST_CASE("A slug has at most 100 bytes of whole characters", "[base][text]") {
  std::string title;
  for (int i = 0; i < 60; ++i) title += "가";
  CHECK(slug_from(title) == title.substr(0, 99));
  CHECK(slug_from("1" + title) == "1" + title.substr(0, 99));
  CHECK(slug_from(std::string(99, 'a') + " b") == std::string(99, 'a'));
}

TEST_CASE("Jamo that meet when what parted them goes become a syllable", "[base][K-065]") {
  const std::string slug = slug_from("\u1112\\\u1161\u11AB");
  CHECK(slug == "한");
  CHECK(slug_from(slug) == slug);
  CHECK(slug_from("-\u0301가") == "가");  // no mark is left without what it stood on
}
