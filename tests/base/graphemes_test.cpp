#include <algorithm>
#include <random>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "sosik/base/text.hpp"

using namespace sosik;

namespace {

std::vector<std::size_t> boundaries(std::string_view text) {
  std::vector<std::size_t> ends;
  for (std::size_t n = 1; ends.empty() || ends.back() < text.size(); ++n)
    ends.push_back(prefix_of_graphemes(text, n));
  return ends;
}

const std::string greeting = "안녕하세요 👨‍👩‍👧‍👦 세계";

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  while (times-- > 0) out += text;
  return out;
}

}  // namespace

TEST_CASE("Clusters end where the vectors of korean.md section 10 say [K-030]", "[base][text]") {
  CHECK(boundaries(greeting) == std::vector<std::size_t>{3, 6, 9, 12, 15, 16, 41, 42, 45, 48});
  CHECK(boundaries("\u1112\u1161\u11AB\u1100\u1173\u11AF") == std::vector<std::size_t>{9, 18});
  CHECK(boundaries("가\u11A8") == std::vector<std::size_t>{6});
}

TEST_CASE("What reads as one character is never split [K-031]", "[base][text]") {
  const std::string cluster =
      GENERATE("\u1112\u1161\u11AB", "\u1112\u119E\u11AB", "가\u11A8", "\u1112\u119E\u302E",
               "e\u0301", "❤\uFE0F", "1\uFE0F\u20E3", "👍🏽", "👨‍👩‍👧‍👦", "🇰🇷",
               "\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F", "\r\n");
  INFO(printable(cluster));
  CHECK(count_graphemes(cluster) == 1);
  const std::string text = "가" + cluster + "나";
  CHECK(boundaries(text) == std::vector<std::size_t>{3, 3 + cluster.size(), 6 + cluster.size()});
  for (std::size_t max = 3; max < 3 + cluster.size(); ++max) CHECK(prefix_of_bytes(text, max) == 3);
}

TEST_CASE("Flags pair up from the left", "[base][text]") {
  CHECK(boundaries("🇰🇷🇯🇵") == std::vector<std::size_t>{8, 16});
}

TEST_CASE("A prefix in bytes is the longest of whole clusters [K-032]", "[base][text]") {
  auto [max, want] = GENERATE(table<std::size_t, std::size_t>({{0, 0},
                                                               {2, 0},
                                                               {3, 3},
                                                               {15, 15},
                                                               {20, 16},
                                                               {40, 16},
                                                               {41, 41},
                                                               {47, 45},
                                                               {48, 48},
                                                               {99, 48}}));
  CHECK(prefix_of_bytes(greeting, max) == want);
  CHECK(prefix_of_bytes(repeated("가", 2000), 4000) == 3999);  // 1,333 syllables
}

TEST_CASE("A prefix in UTF-16 units counts two for an emoji [K-033]", "[base][text]") {
  auto [max, want] = GENERATE(table<std::size_t, std::size_t>(
      {{0, 0}, {5, 15}, {6, 16}, {16, 16}, {17, 41}, {19, 45}, {20, 48}, {99, 48}}));
  CHECK(prefix_of_utf16(greeting, max) == want);
  CHECK(prefix_of_utf16("😀", 1) == 0);
}

TEST_CASE("Marks without end are cut every 32 code points [K-036]", "[base][text]") {
  const std::string zalgo = "e" + repeated("\u0301", 100);
  CHECK(boundaries(zalgo) == std::vector<std::size_t>{63, 127, 191, 201});
  CHECK(count_graphemes(zalgo + "가") == 5);
}

TEST_CASE("Empty and ill-formed text have clusters too", "[base][text]") {
  CHECK(count_graphemes("") == 0);
  CHECK(count_graphemes({}) == 0);
  CHECK(prefix_of_graphemes("", 5) == 0);
  CHECK(count_graphemes("\xEA\xB0") == 1);
  CHECK(count_graphemes("가\xFF나") == 3);
}

TEST_CASE("An excerpt is the text itself when it fits", "[base][text]") {
  CHECK(excerpt(greeting, 10) == greeting);
  CHECK(excerpt("", 0) == "");
  CHECK(excerpt("가나다.", 4) == "가나다.");
}

TEST_CASE("A cut excerpt ends in an ellipsis within the limit [K-034] [K-035]", "[base][text]") {
  auto [text, max, want] = GENERATE(table<std::string, std::size_t, std::string>({
      {"가나다라마바사", 5, "가나다라…"},
      {"우리 팀은 작년에 배포를 멈췄다", 9, "우리 팀은…"},          // back to the last space
      {"우리 팀은 작년에 배포를 멈췄다", 10, "우리 팀은 작년에…"},  // just before a space
      {"아주긴단어하나뿐이라공백이멀리있는글", 8, "아주긴단어하나…"},
      {"가 나다라마바사아자차카타파하", 13,
       "가 나다라마바사아자차카…"},  // the space is too far back
      {"끝났다, 그리고 다음", 6, "끝났다…"},
      {"점수는 100% 그리고 더", 9, "점수는 100%…"},
      {"C# 언어의 길", 4, "C#…"},
      {"인용(괄호) 다음 말", 8, "인용(괄호)…"},
      {"👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 2,
       "👨‍👩‍👧‍👦…"},
      {"가나다", 1, "…"},
      {"가나다", 0, ""},
      {"......", 3, "..…"},  // nothing but punctuation
  }));
  INFO(text << " in " << max);
  CHECK(excerpt(text, max) == want);
  CHECK(count_graphemes(excerpt(text, max)) <= max);
}

TEST_CASE("A text is as wide as it looks in a column of Hangul", "[base][text]") {
  auto [text, want] = GENERATE(table<std::string, std::size_t>({
      {"", 0},
      {"abc", 3},
      {"한글", 4},
      {"\u1112\u1161\u11AB", 2},
      {"\u1112\u119E\u11AB", 2},
      {"ㅋㅋ", 4},
      {"ＡＢ", 4},
      {"ﾊﾝ", 2},
      {"e\u0301", 1},
      {"👨‍👩‍👧‍👦", 2},
      {"🇰🇷", 2},
      {"❤\uFE0F", 2},
      {"1\uFE0F\u20E3", 2},
      {"樂", 2},
      {"…·", 2},
      {"\u200B", 0},
      {"가 b", 4},
  }));
  INFO(text);
  CHECK(display_width(text) == want);
}

TEST_CASE("A cut counts what its channel counts, and the ellipsis with it [K-032] [K-033] [K-034]",
          "[base][text]") {
  const std::string text = "우리 팀은 👨‍👩‍👧‍👦 작년에 배포를 멈췄다";
  auto [measure, max, want] = GENERATE(table<Measure, std::size_t, std::string>({
      {Measure::columns, 100,
       "우리 팀은 👨‍👩‍👧‍👦 작년에 배포를 멈췄다"},
      {Measure::columns, 10, "우리 팀은…"},
      {Measure::columns, 11, "우리 팀은…"},
      {Measure::columns, 13, "우리 팀은 👨‍👩‍👧‍👦…"},
      {Measure::columns, 5, "우리…"},
      {Measure::columns, 1, "…"},
      {Measure::columns, 0, ""},
      {Measure::utf8_bytes, 16, "우리 팀은…"},
      {Measure::utf8_bytes, 41, "우리 팀은…"},
      {Measure::utf8_bytes, 42, "우리 팀은 👨‍👩‍👧‍👦…"},
      {Measure::utf8_bytes, 3, "…"},
      {Measure::utf8_bytes, 2, ""},
      {Measure::utf16_units, 6, "우리 팀은…"},
      {Measure::utf16_units, 17, "우리 팀은…"},
      {Measure::utf16_units, 18, "우리 팀은 👨‍👩‍👧‍👦…"},
      {Measure::utf16_units, 1, "…"},
  }));
  INFO(max);
  CHECK(excerpt(text, max, measure) == want);
}

TEST_CASE("Whatever the text and limit, a cut fits and splits no character [K-030] [K-031]",
          "[base][text]") {
  const std::vector<std::string> pieces = {
      "가", "\u1112\u1161\u11AB",        "가\u11A8",      "\u1112\u119E\u302E", " ", "a", "e\u0301",
      "🇰🇷", "👨‍👩‍👧‍👦", "1\uFE0F\u20E3", "👍🏽",           "&", ".", ", ",
      "ㅋ"};
  std::mt19937 random(11172);
  for (int round = 0; round < 5'000; ++round) {
    std::string text;
    for (auto n = random() % 30; n > 0; --n) text += pieces[random() % pieces.size()];
    const std::size_t max = random() % 40;
    INFO(printable(text) << " in " << max);
    const auto ends = boundaries(text);
    const auto size = [](std::string_view cut, Measure measure) {
      switch (measure) {
        case Measure::columns:
          return display_width(cut);
        case Measure::utf8_bytes:
          return cut.size();
        case Measure::utf16_units:
          return cut.size() -
                 static_cast<std::size_t>(std::count_if(
                     cut.begin(), cut.end(), [](char c) { return (c & 0xC0) == 0x80; })) +
                 static_cast<std::size_t>(std::count_if(cut.begin(), cut.end(),
                                                        [](char c) { return (c & 0xF8) == 0xF0; }));
        default:
          return count_graphemes(cut);
      }
    };
    for (const auto measure :
         {Measure::graphemes, Measure::columns, Measure::utf8_bytes, Measure::utf16_units}) {
      const std::string cut = excerpt(text, max, measure);
      REQUIRE(size(cut, measure) <= max);
      if (cut == text || cut.empty()) continue;
      REQUIRE(cut.ends_with("…"));
      const std::size_t kept = cut.size() - 3;
      REQUIRE(text.starts_with(cut.substr(0, kept)));
      REQUIRE((kept == 0 || std::find(ends.begin(), ends.end(), kept) != ends.end()));
    }
  }
}

TEST_CASE("Threads cut text at the same time", "[base][text][threads]") {
  std::vector<std::size_t> counts(4);
  {
    std::vector<std::jthread> threads;
    for (auto& count : counts)
      threads.emplace_back([&count] {
        for (int i = 0; i < 200; ++i) count += count_graphemes(greeting);
      });
  }
  CHECK(counts == std::vector<std::size_t>(4, 2000));
}
