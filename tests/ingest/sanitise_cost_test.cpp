// [F-159]: gumbo is superlinear in depth. What is counted here is work, never time: the guard
// bounds what gumbo does from above (sanitise_soup_test.cpp proves that it never undercounts), and
// no input gets past the bound.
#include "catch.hpp"
#include "html_cost.hpp"
#include "html_plain.hpp"
#include "html_tokens.hpp"
#include "html_tree.hpp"
#include "sosik/ingest/sanitise.hpp"

namespace sosik {
namespace {

std::string repeat(std::string_view piece, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += piece;
  return out;
}

html::ParseCost cost_of(std::string_view input) {
  html::Notices notices;
  return html::to_plain_html(input, html::Markup::all, notices).cost;
}

bool has_reason(const CleanHtml& clean) {
  for (const std::string& notice : clean.notices)
    if (notice.starts_with("took the text without its markup: ")) return true;
  return false;
}

TEST_CASE("What is nested too deeply goes in as text, with a reason [F-159]",
          "[ingest][sanitise]") {
  const std::string attack = GENERATE(values<std::string>({
      repeat("<div>", 2000) + "가",
      repeat("<b>", 2000) + "가",
      repeat("<a href=/x>", 2000) + "가",
      repeat("<b><i><u><s>", 500) + "가",
      repeat("<table><tr><td>", 1000) + "가",
      repeat("<ul><li>", 2000) + "가",
      repeat("<blockquote>", 600) + "가" + repeat("</blockquote>", 600),
      repeat("<div></span>", 2000) + "가",                  // end tags that end nothing
      repeat("<div><!--</div>-->", 2000) + "가",            // nor do these: in a comment,
      repeat("<div title='</div>'>", 2000) + "가",          // in an attribute,
      repeat("<div><script></div></script>", 2000) + "가",  // in raw text
      repeat("<div><svg></div></svg>", 2000) + "가",
      repeat("<b><div></b>", 2000) + "가",  // adoption agency
      "<p>" + repeat("<b id=fn-1><i id=fn-2>", 300) + repeat("<p>x", 20000) + "가",
  }));
  INFO(attack.substr(0, 60));
  const html::ParseCost cost = cost_of(attack);
  CHECK((cost.max_depth() > html::max_html_depth || cost.work() > html::max_html_work));
  const CleanHtml clean = sanitise_html(attack, {"https://blog.example/"});
  CHECK(has_reason(clean));
  CHECK(see_html(clean.html).max_depth <= 3);
  CHECK(clean.text.find("가") != std::string::npos);
  CHECK(sanitise_html(clean.html, {"https://blog.example/"}).html == clean.html);
}

TEST_CASE("What people write is not too deep, however long", "[ingest][sanitise]") {
  const std::string body = GENERATE(values<std::string>({
      repeat("<p>가", 5000),
      repeat("<li>가", 5000),
      repeat("<p>가 <b>나</b> <a href=/x>다</a></p>\n", 5000),
      repeat("<dt>가<dd>나", 3000),
      "<table>" + repeat("<tr><td>가<td>나", 3000) + "</table>",
      repeat("<img src=/a.png><br>", 5000),
      repeat("<span>가", 5000),  // unclosed, as word processors leave them
      repeat("<font>가", 5000),
      repeat("</div>", 5000),
      repeat("<div>", 300) + "가" + repeat("</div>", 300),
  }));
  INFO(body.substr(0, 60));
  CHECK(!has_reason(sanitise_html(body, {"https://blog.example/"})));
}

TEST_CASE("The guard's work is linear in flat input", "[ingest][sanitise]") {
  for (const char* piece : {"<p>가", "<li>가", "<p>가</p>", "<br>", "<td>x", "가<b>나</b>"}) {
    INFO(piece);
    const std::size_t small = cost_of(repeat(piece, 1000)).work();
    CHECK(cost_of(repeat(piece, 10000)).work() <= 11 * small);
  }
}

TEST_CASE("A body of more than 4 MiB is cut to text that goes in again unchanged",
          "[ingest][sanitise]") {
  const std::string piece = GENERATE(values<std::string>({"<p>가나다</p>", "&"}));
  INFO(piece);
  const std::string huge = repeat(piece, static_cast<int>((5 << 20) / piece.size()));
  const CleanHtml clean = sanitise_html(huge, {"https://blog.example/"});
  CHECK(has_reason(clean));
  CHECK(clean.html.size() < (4 << 20));
  CHECK(clean.text.ends_with("…"));
  CHECK(sanitise_html(clean.html, {"https://blog.example/"}).html == clean.html);
}

TEST_CASE("A tag keeps at most 64 attributes", "[ingest][sanitise]") {
  std::string tag = "<p";
  for (int i = 0; i < 10000; ++i) tag += " a" + std::to_string(i) + "=1";
  html::Tokens tokens(tag);
  html::Token token;
  CHECK(!tokens.next(token));  // without its > it is no tag
  tag += ">가";
  html::Tokens whole(tag);
  REQUIRE(whole.next(token));
  CHECK(token.attributes.size() == 64);
}

TEST_CASE("A forgotten end tag costs only its own tag, not the rest of the post",
          "[ingest][sanitise]") {
  const CleanHtml clean =
      sanitise_html(repeat("<object>가<select>나<svg>다", 2000), {"https://blog.example/"});
  CHECK(clean.text == repeat("가나다", 2000));
}

}  // namespace
}  // namespace sosik
