#include "sosik/ingest/markdown.hpp"

#include "catch.hpp"
#include "markdown_cost.hpp"

namespace sosik {
namespace {

std::string repeat(std::string_view piece, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += piece;
  return out;
}

TEST_CASE("Markdown is read as GitHub reads it", "[ingest][markdown]") {
  const auto [markdown, want] = GENERATE(table<std::string, std::string>({
      {"# 제목\n\n가 *나* **다** ~~라~~",
       "<h1>제목</h1>\n<p>가 <em>나</em> <strong>다</strong> <del>라</del></p>\n"},
      {"가\n나", "<p>가\n나</p>\n"},
      {"<details>\n날것\n</details>", "<details>\n날것\n</details>\n"},
      {"가 <script>x</script>", "<p>가 <script>x</script></p>\n"},  // for the sanitiser to judge
      {"https://한글.kr/가",
       "<p><a href=\"https://%ED%95%9C%EA%B8%80.kr/%EA%B0%80\">https://한글.kr/가</a></p>\n"},
      {"- [x] 함",
       "<ul>\n<li><input type=\"checkbox\" checked=\"\" disabled=\"\" /> 함</li>\n</ul>\n"},
      {"a|b\n-|-\n1|2",
       "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</"
       "td>\n"
       "<td>2</td>\n</tr>\n</tbody>\n</table>\n"},
      {"\xEF\xBB\xBF# 가\r\n\r\n나\x08\xFF", "<h1>가</h1>\n<p>나</p>\n"},
      // As docs/importing-markdown.md says.
      {"**\"따옴표\"**입니다", "<p>**&quot;따옴표&quot;**입니다</p>\n"},
      {"\"**따옴표**\"입니다", "<p>&quot;<strong>따옴표</strong>&quot;입니다</p>\n"},
      {"", ""},
  }));
  INFO(markdown);
  CHECK(markdown_to_html(markdown).value() == want);
}

TEST_CASE("A bare address ends before the particle that follows its host", "[ingest][markdown]") {
  const auto [markdown, want] = GENERATE(table<std::string, std::string>({
      {"www.naver.com에서 본다", "<a href=\"http://www.naver.com\">www.naver.com</a>에서 본다"},
      {"가 https://naver.com은", "가 <a href=\"https://naver.com\">https://naver.com</a>은"},
      {"https://a.co.kr:8080입니다.",
       "<a href=\"https://a.co.kr:8080\">https://a.co.kr:8080</a>입니다."},
      {"https://naver.com의/가", "<a href=\"https://naver.com\">https://naver.com</a>의/가"},
      {"(https://naver.com)에서", "(<a href=\"https://naver.com\">https://naver.com</a>)에서"},
      {"*www.naver.com을*", "<em><a href=\"http://www.naver.com\">www.naver.com</a>을</em>"},
      {"https://naver.com/가에서",
       "<a href=\"https://naver.com/%EA%B0%80%EC%97%90%EC%84%9C\">https://naver.com/가에서</a>"},
      {"https://한글.kr", "<a href=\"https://%ED%95%9C%EA%B8%80.kr\">https://한글.kr</a>"},
      {"https://www.한글.kr",
       "<a href=\"https://www.%ED%95%9C%EA%B8%80.kr\">https://www.한글.kr</a>"},
      {"https://a.abc가.kr/", "<a href=\"https://a.abc%EA%B0%80.kr/\">https://a.abc가.kr/</a>"},
      {"https://a.abc가.한국",
       "<a href=\"https://a.abc%EA%B0%80.%ED%95%9C%EA%B5%AD\">https://a.abc가.한국</a>"},
      {"<https://naver.com가>",
       "<a href=\"https://naver.com%EA%B0%80\">https://naver.com가</a>"},  // said on purpose
      {"[https://naver.com가](https://naver.com가)",
       "<a href=\"https://naver.com%EA%B0%80\">https://naver.com가</a>"},
      {"hong@example.kr로", "<a href=\"mailto:hong@example.kr\">hong@example.kr</a>로"},
  }));
  INFO(markdown);
  CHECK(markdown_to_html(markdown).value() == "<p>" + want + "</p>\n");
}

TEST_CASE("Footnotes get numbers and a way back", "[ingest][markdown]") {
  const std::string html = markdown_to_html("글[^주]\n\n[^주]: 설명").value();
  CHECK(html.find("href=\"#fn-%EC%A3%BC\" id=\"fnref-%EC%A3%BC\"") != std::string::npos);
  CHECK(html.find("<li id=\"fn-%EC%A3%BC\">") != std::string::npos);
}

TEST_CASE("What would keep cmark busy for minutes is refused with a reason",
          "[ingest][markdown]") {  // [F-159]
  const std::string attack = GENERATE(values<std::string>({
      repeat("a|", 5000) + "\n" + repeat("-|", 5000) + "\nx|y",
      repeat("a|", 201) + "\n" + repeat("-|", 201) + "\nx|y",
      repeat("a|", 200) + "\n" + repeat("-|", 200) + "\n" + repeat("x\n", 40000),
      "a|b\n-|-\n" + repeat("|", 40000),
      repeat("a|b|c\n-|-\n", 10000),
      repeat("a\n", 200000) + "-|-\n",
      repeat("![[]()", 100000),
      repeat("a <?", 40000),
      repeat("a <!A ", 100000),
      repeat("a <![CDATA[", 100000),
      repeat(">", 10000) + repeat("a\n", 100000),
      repeat("- ", 10000) + repeat("a\n", 100000),
      repeat("www.a_", 40000),
      "www.a.b/" + repeat(")", 200000),
      "[a]: " + repeat("x", 100000) + "\n\n" + repeat("[a] ", 100000),
      repeat("가", 2 << 20),
      repeat("a@b.kr ", 200000),
      repeat("가@b.kr, ", 200000),
      repeat("*_", 2 << 20),
      repeat("~*_", 1 << 20),
      repeat("_a ", 1'390'000),
  }));
  INFO(attack.substr(0, 40));
  const auto html = markdown_to_html(attack);
  REQUIRE(!html);
  CHECK(html.error().code == Errc::too_large);
  CHECK(html.error().detail.starts_with("Markdown: "));
}

TEST_CASE("A table that is too wide is named by its line", "[ingest][markdown]") {
  const auto html =
      markdown_to_html("가\n\n" + repeat("a|", 300) + "\r\n" + repeat("-|", 300) + "\n");
  REQUIRE(!html);
  CHECK(html.error().detail == "Markdown: line 4: a table of more than 200 columns");
}

TEST_CASE("What people write is not refused, however long", "[ingest][markdown]") {
  const std::string text = GENERATE(values<std::string>({
      repeat("가나다 라마바 ", 100000),
      repeat("문단 [링크](https://a.example/b?c=d&e=f) ![그림](a.png)\n\n", 5000),
      "| a | b | c |\n|---|---|---|\n" + repeat("| 1 | 2 | 3 |\n", 5000),
      repeat("a|", 200) + "\n" + repeat("-|", 200) + "\n" + repeat(repeat("1|", 200) + "\n", 50),
      "```\n" + repeat("|", 1000) + "\n```\n",
      "```\n" + repeat("----------\n| a | b |\n", 300) + "```\n",
      repeat("> > - 1. 깊이\n", 3000),
      repeat("가<!-- 나 -->\n", 300),
      repeat("[1]: https://a.example/long/address\n", 500) + "\n" + repeat("[글][1] ", 500),
      "![그림](data:image/png;base64," + repeat("iVBORw0KGgo+/", 20000) + ")",
      repeat("https://a.example/a/b/c?d=e&f=g#h\n", 5000),
      repeat("---\n\n", 5000),
      repeat("hong@example.kr, ", 5000),
      repeat("hong@example.kr\n\n", 100000),
      repeat("**가** _나_ ~~다~~ ", 20000),
      repeat("*", 100000),
  }));
  INFO(text.substr(0, 40));
  CHECK(!reason_against_parsing(text));
}

}  // namespace
}  // namespace sosik
