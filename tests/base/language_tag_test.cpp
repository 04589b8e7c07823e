#include "sosik/base/language_tag.hpp"

#include "catch.hpp"

using namespace sosik;

TEST_CASE("A language tag is repaired, or is none", "[base][K-076]") {
  const auto [text, want] = GENERATE(table<std::string, std::string>({
      {"ko", "ko"},
      {"KO", "ko"},
      {"ko_KR", "ko-KR"},
      {"ko-kr.UTF-8", "ko-KR"},
      {"kr", "ko"},
      {"kor", "ko"},
      {"kor_KR", "ko-KR"},
      {"Korean", "ko"},
      {"zh-hant-tw", "zh-Hant-TW"},
      {"yue", "yue"},
      {"de-1996", "de-1996"},
      {"", ""},
      {"k", ""},
      {"ko-", ""},
      {"ko--KR", ""},
      {"english", ""},
      {"한국어", ""},
      {"en-" + std::string(9, 'a'), ""},
      {"en-aaaaaaaa-aaaaaaaa-aaaaaaaa-aaaaaaaa", ""},
  }));
  INFO(text);
  CHECK(repaired_language(text) == want);
}

TEST_CASE("A configured language is refused with what to write", "[base][K-076][F-045]") {
  for (const auto fine : {"ko", "ko-KR", "ko-kr", "en", "zh-Hant-TW"}) {
    INFO(fine);
    CHECK(language_problem(fine).empty());
  }
  CHECK(language_problem("kr") ==
        "language is \"kr\", which is Kanuri; Korean is \"ko\" or \"ko-KR\"");
  CHECK(language_problem("kor") == "language is \"kor\"; Korean is \"ko\" or \"ko-KR\"");
  CHECK(language_problem("ko_KR") ==
        "language is \"ko_KR\"; parts are joined by '-', as in \"ko-KR\"");
  for (const std::string bad : {"", "korean", "k", "ko-", "한국어", "ko.UTF-8"}) {
    INFO(bad);
    CHECK(language_problem(bad).find("write a tag of RFC 5646") != std::string::npos);
  }
}
