// The vectors of korean.md section 10, from the bytes that come in to the bytes that go out.
#include <nlohmann/json.hpp>

#include "../support/feed_json.hpp"
#include "catch.hpp"
#include "escape.hpp"
#include "korean_locale.hpp"
#include "sosik/base/text.hpp"
#include "sosik/render/render.hpp"

using namespace sosik;
using namespace std::string_literals;

namespace {

Feed korean_feed() {
  Feed feed = testing::feed_from(nlohmann::json::parse(R"({"entries":[{}]})"));
  feed.title = "한글 블로그";
  Entry& entry = feed.entries.at(0);
  entry.title = "똠방각하 & <b>";
  entry.summary = "ㅋㅋㅋ";
  entry.content_html = "<p>펲시 뷁 \u1112\u119E\u11AB</p>";
  return feed;
}

}  // namespace

TEST_CASE("The vectors of korean.md section 10 are written as it says [K-005] [K-020] [F-025]",
          "[render][korean]") {
  struct Row {
    std::string name, in, xml;
  };
  const auto row = GENERATE(
      Row{"plain", "\xED\x95\x9C\xEA\xB8\x80", "한글"},
      Row{"NFD", "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB\xE1\x84\x80\xE1\x85\xB3\xE1\x86\xAF",
          "\u1112\u1161\u11AB\u1100\u1173\u11AF"},
      Row{"old Hangul", "\xE1\x84\x92\xE1\x86\x9E\xE1\x86\xAB", "\u1112\u119E\u11AB"},
      Row{"laugh", "\xE3\x85\x8B\xE3\x85\x8B\xE3\x85\x8B", "ㅋㅋㅋ"},
      Row{"markup", "AT&T <b>", "AT&amp;T &lt;b&gt;"},
      Row{"controls", "\xEA\xB0\x80\x0B\xEB\x82\x98\0\xEB\x8B\xA4\x1F\x7F\xEB\x9D\xBC"s,
          "가\n나다\x7F라"},
      Row{"nonchars", "\xEA\xB0\x80\xEF\xBF\xBE\xEB\x82\x98\xEF\xBF\xBF", "가나"},
      Row{"CR", "가\r\n나\r다", "가\n나\n다"},
      Row{"ZWJ family",
          "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7\xE2\x80\x8D"
          "\xF0\x9F\x91\xA6",
          "👨‍👩‍👧‍👦"},
      Row{"flag", "\xF0\x9F\x87\xB0\xF0\x9F\x87\xB7", "🇰🇷"},
      Row{"Hanja dup", "\xEF\xA4\x94", "\uF914"}, Row{"won", "\xE2\x82\xA9\xEF\xBF\xA6", "₩￦"},
      Row{"dashes", "\xE2\x80\x94\xE2\x80\x93\xE2\x80\x95", "—–―"},
      Row{"UHC ext", "\xEB\x98\xA0\xEB\xB0\xA9\xEA\xB0\x81\xED\x95\x98", "똠방각하"},
      Row{"euro reg tm", "\xE2\x82\xAC\xC2\xAE\xE2\x84\xA2", "€®™"},
      Row{"full-width", "\xEF\xBC\xA1\xEF\xBC\xA2\xEF\xBC\xA3\xE3\x80\x80\xEF\xBC\x91",
          "ＡＢＣ　１"});
  INFO(row.name);
  CHECK(escape(clean_text(row.in), EscapeFor::text) == row.xml);
}

TEST_CASE("In RSS titles markup is written as character data [F-026]", "[render][korean]") {
  CHECK(escape(clean_text("AT&T <b>"), EscapeFor::rss_plain) == "AT&#x26;T &#x3C;b>");
}

TEST_CASE(
    "Documents say that they are UTF-8, and Hangul stands in them as itself [K-021] [K-023] "
    "[K-047] [F-020] [F-027]",
    "[render][korean]") {
  for (const Format format : {Format::rss, Format::atom}) {
    const std::string document = render_checked(korean_feed(), format).value();
    CHECK(document.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"));
    CHECK(is_valid_utf8(document));
    CHECK(document.find("한글 블로그") != std::string::npos);
    CHECK(document.find("펲시 뷁 \u1112\u119E\u11AB") != std::string::npos);
    CHECK(document.find("&#5") == std::string::npos);  // 한 would be &#54620;
    CHECK(document.find("<![CDATA[") == std::string::npos);
    CHECK(media_type(format).ends_with("charset=utf-8"));
  }
  const std::string json = render_checked(korean_feed(), Format::json).value();
  CHECK(is_valid_utf8(json));
  CHECK(json.find("\\u") == std::string::npos);
  CHECK(json.find("한글 블로그") != std::string::npos);
}

TEST_CASE("JSON text is the same however it was escaped [K-080]", "[render][korean]") {
  CHECK(nlohmann::json::parse(R"("\uD55C\uAE00 \uD83D\uDE00")").get<std::string>() == "한글 😀");
  CHECK(nlohmann::json::parse(R"("\ud55c\uae00 \ud83d\ude00")").dump() == "\"한글 😀\"");
  CHECK_FALSE(nlohmann::json::accept(R"("\uD83D")"));  // half a pair is no text
}

TEST_CASE("A process in Korean renders the same bytes [K-070]", "[render][korean]") {
  Feed feed = korean_feed();
  feed.total = 12'345;  // a locale would group it
  feed.entries.at(0).enclosures = {{"https://x.example/a.mp3", "audio/mpeg", 1'234'567, "", 61}};
  std::vector<std::string> documents;
  for (const Format format : {Format::rss, Format::atom, Format::json, Format::html})
    documents.push_back(render_checked(feed, format).value());
  const KoreanLocale locale;
  if (!KoreanLocale::is_korean()) WARN("no Korean locale here and no way to make one");
  std::size_t i = 0;
  for (const Format format : {Format::rss, Format::atom, Format::json, Format::html})
    CHECK(render_checked(feed, format).value() == documents.at(i++));
}
