#include "sosik/ingest/html_check.hpp"

#include <random>

#include "catch.hpp"
#include "sosik/ingest/sanitise.hpp"

using namespace sosik;

TEST_CASE("What a strict parser reads without a fault passes the gate of bodies",
          "[html_check][F-061]") {
  const auto html = GENERATE(values<std::string>({
      "",
      "글 &amp; <b>굵게</b>",
      "<p>가 <a href=\"https://a.example/?a=1&amp;b=2\">나</a></p><p>다</p>",
      "<ul><li>하나<ul><li>둘</li></ul></li><li>셋</li></ul>",
      "<dl><dt>말</dt><dd><p>뜻</p></dd></dl>",
      "<table><thead><tr><th>가</th></tr></thead><tbody><tr><td><p>나</p></td></tr></tbody></"
      "table>",
      "<img src=\"https://a.example/1.png\" srcset=\"https://a.example/1.png 1x, "
      "https://a.example/2.png 2x\" alt=\"그림\"><br><hr>",
      "<p>가</p><blockquote><p>나</p></blockquote>",
  }));
  INFO(html);
  const auto checked = check_clean_html(html);
  INFO((checked ? "" : checked.error().detail));
  CHECK(checked.has_value());
}

TEST_CASE("What a strict parser stumbles over does not pass",
          "[html_check][F-061][F-150][F-152][F-153]") {
  const auto [html, why] = GENERATE(table<std::string, std::string>({
      {"<p>가", "at byte 6: <p> is not closed"},
      {"가</p>", "</p> closes nothing"},
      {"<b><i>가</b></i>", "</b> closes nothing"},
      {"<p><div>가</div></p>", "ends an open <p>"},
      {"<p><table></table></p>", "ends an open <p>"},
      {"<a href=\"https://a.example/\"><b><a href=\"https://a.example/\">가</a></b></a>",
       "in another <a>"},
      {"<h1>가<h2>나</h2></h1>", "in another heading"},
      {"<li><div><li>가</li></div></li>", "ends an open item"},
      {"<table>가</table>", "text between"},
      {"<table><tr><p>가</p></tr></table>", "between the cells"},
      {"<td>가</td>", "outside of its table"},
      {"<script>a</script>", "does not write"},
      {"<svg></svg>", "does not write"},
      {"<P>가</P>", "does not write"},
      {"<b onclick=\"a\">가</b>", "attribute that the sanitiser"},
      {"<b style=\"color:red\">가</b>", "attribute that the sanitiser"},
      {"<b title=가>가</b>", "not quoted"},
      {"<b title=\"가\" title=\"나\">가</b>", "twice"},
      {"<a href=\"/a\">가</a>", "not absolute"},
      {"<a href=\"//b.example/a\">가</a>", "not absolute"},
      {"<a href=\"javascript:a\">가</a>", "not absolute"},
      {"<img src=\"https://a.example/1.png\" srcset=\"/2.png 2x\">", "srcset"},  // F-214
      {"<a href=\"https://a.example/?a&copy=1\">가</a>", "bare '&'"},
      {"가 & 나", "bare '&'"},
      {"가 < 나", "does not write"},
      {std::string("가\0나", 7), "control"},
      {"<b title=\"가", "no end"},
  }));
  INFO(html);
  const auto checked = check_clean_html(html);
  REQUIRE(checked.has_error());
  CHECK_THAT(checked.error().detail, Catch::Contains(why));
}

TEST_CASE("What the sanitiser writes of random soup passes the gate of bodies",
          "[html_check][F-061][F-155]") {
  static const char* const pieces[] = {"<p>",
                                       "</p>",
                                       "<div>",
                                       "</div>",
                                       "<a href=/x>",
                                       "</a>",
                                       "<b>",
                                       "</b>",
                                       "<i>",
                                       "</i>",
                                       "<table>",
                                       "</table>",
                                       "<tr>",
                                       "</tr>",
                                       "<td>",
                                       "</td>",
                                       "<th>",
                                       "<caption>",
                                       "<col>",
                                       "<colgroup>",
                                       "<tbody>",
                                       "<ul>",
                                       "</ul>",
                                       "<li>",
                                       "</li>",
                                       "<dl>",
                                       "<dt>",
                                       "<dd>",
                                       "<h1>",
                                       "</h1>",
                                       "<h2>",
                                       "<ruby>",
                                       "<rt>",
                                       "<rp>",
                                       "</ruby>",
                                       "<pre>",
                                       "</pre>",
                                       "<blockquote>",
                                       "</blockquote>",
                                       "<img src=i.png>",
                                       "<br>",
                                       "<hr>",
                                       "<video src=v.mp4>",
                                       "</video>",
                                       "<source src=s>",
                                       "<details>",
                                       "<summary>",
                                       "</details>",
                                       "<button>",
                                       "<svg>",
                                       "<math>",
                                       "<p",
                                       "<!--",
                                       "-->",
                                       "&copy",
                                       "&amp;",
                                       "&",
                                       "<",
                                       "글",
                                       " ",
                                       "\n",
                                       "<form>",
                                       "<nobr>",
                                       "<font>",
                                       "<span>",
                                       "<figure>",
                                       "<picture>",
                                       "<iframe src=//b.example/>",
                                       "<iframe src=https://www.youtube.com/embed/a>",
                                       "</iframe>",
                                       "<code>",
                                       "</code>",
                                       "<em>",
                                       "</em>"};
  std::mt19937 random(61);
  SanitiseOptions options;
  options.base_url = "https://a.example/posts/1";
  for (int i = 0; i < 5000; ++i) {
    std::string soup;
    for (auto n = random() % 14; n > 0; --n) soup += pieces[random() % std::size(pieces)];
    const auto clean = sanitise_html(soup, options);
    const auto checked = check_clean_html(clean.html);
    if (checked) continue;
    INFO(soup << "\n" << clean.html << "\n" << checked.error().detail);
    CHECK(checked.has_value());
  }
}
