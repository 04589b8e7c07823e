#include "sosik/ingest/sanitise.hpp"

#include "catch.hpp"
#include "html_tree.hpp"

namespace sosik {
namespace {

const SanitiseOptions options{"https://blog.example/2026/first/"};

std::string clean(std::string_view html) { return sanitise_html(html, options).html; }
std::string text(std::string_view html) { return sanitise_html(html, options).text; }

TEST_CASE("HTML is written again, well-formed, with what may show", "[ingest][sanitise]") {
  const auto [dirty, want] = GENERATE(table<std::string, std::string>({
      {"<p>가<p>나", "<p>가</p><p>나</p>"},
      {"a & b < c > d \"e\"", "a &amp; b &lt; c &gt; d \"e\""},
      {"<ul><li>가<li>나</ul>", "<ul><li>가</li><li>나</li></ul>"},
      {"<b><i>가</b>나</i>", "<b><i>가</i></b><i>나</i>"},
      {"</p>가</div></b>", "가"},
      {"<P CLASS=x ID=top STYLE='color:red' data-ke-size=16>가</P>",
       "<p>가</p>"},  // [K-091] [F-156]
      {"가<br/>나<hr>", "가<br>나<hr>"},
      {"<span>가</span><font color=red>나</font>", "가나"},
      {"<center>가</center><strike>나</strike><tt>다</tt>",
       "<div>가</div><s>나</s><code>다</code>"},
      {"<table><tr><td align=center>가",
       "<table><tbody><tr><td align=\"center\">가</td></tr></tbody></table>"},
      {"<pre>\n\n  가\n</pre>", "<pre>\n\n  가\n</pre>"},
      {"<ruby>韓<rp>(</rp><rt>한</rt><rp>)</rp></ruby>",
       "<ruby>韓<rp>(</rp><rt>한</rt><rp>)</rp></ruby>"},  // [K-090]
      {"<details open><summary>가</summary>나</details>",
       "<details open=\"\"><summary>가</summary>나</details>"},
      {"<time datetime=2026-11-23>오늘</time>", "<time datetime=\"2026-11-23\">오늘</time>"},
      {"<ol start=3 type=a reversed><li value=5>가</ol>",
       "<ol start=\"3\" reversed=\"\" type=\"a\"><li value=\"5\">가</li></ol>"},
      {"<script>x</script>가<style>y</style>", "가"},
      {"<noscript><b>가</b></noscript>", "<b>가</b>"},
      {"<svg><path d=x /></svg>가", "가"},
      {"<svg><p>가", "<p>가</p>"},
      {"<object><param></object>가<object>나", "가나"},
      {"<x-card>가</x-card>", "가"},
      {"<!-- 가 -->나<!-- 다", "나"},
      {"<li><input type=\"checkbox\" checked=\"\" disabled=\"\" /> 함</li>", "<li>☑ 함</li>"},
      {"<input type=checkbox> 할 일<input type=text value=x>", "☐ 할 일"},
      {"<a name=top>가</a>", "가"},
      {"<a href=/a>가<a href=/b>나</a></a>",
       "<a href=\"https://blog.example/a\">가</a><a href=\"https://blog.example/b\">나</a>"},
      {"<a href=/a><table><tr><td><a href=/b>가</a></table></a>",
       "<a href=\"https://blog.example/a\"><table><tbody><tr><td>가</td></tr></tbody></table></a>"},
      {"&#128;&nbsp;&hearts;&#0;&#11;&#xFFFE;가", "€\u00A0♥\n가"},
      {"&#54620;&#xAE00; &amp;#54620;", "한글 &amp;#54620;"},  // [K-021]
      {"가\uE000\uFFFC나", "가\uE000\uFFFC나"},                // [K-020]
      {"가\x08나\x0B다\xED\xA0\x80", "가나\n다"},              // [K-020]
      {"\xEF\xBB\xBF가", "가"},                                // [K-022]
      {"", ""},
  }));
  INFO(dirty);
  CHECK(clean(dirty) == want);
  CHECK(clean(want) == want);
}

TEST_CASE("Addresses become absolute and ASCII", "[ingest][sanitise]") {  // [F-062] [K-060] [K-092]
  const auto [dirty, want] = GENERATE(table<std::string, std::string>({
      {"<a href='../다른 글?x=1&y=2#절'>x</a>",
       "<a "
       "href=\"https://blog.example/2026/%EB%8B%A4%EB%A5%B8%20%EA%B8%80?x=1&amp;y=2#%EC%A0%88\">x</"
       "a>"},
      {"<a href=//c.example/d>x</a>", "<a href=\"https://c.example/d\">x</a>"},
      {"<a href=HTTP://C.example/>x</a>", "<a href=\"http://c.example/\">x</a>"},
      {"<a href='/%ED%95%9C?u=https%3A%2F%2Fa'>x</a>",
       "<a href=\"https://blog.example/%ED%95%9C?u=https%3A%2F%2Fa\">x</a>"},
      {"<a href=mailto:a@b.example>x</a>", "<a href=\"mailto:a@b.example\">x</a>"},
      {"<a href=tel:+82-2-1>x</a>", "<a href=\"tel:+82-2-1\">x</a>"},
      {"<a href='제목:부제'>x</a>",
       "<a href=\"https://blog.example/2026/first/%EC%A0%9C%EB%AA%A9:%EB%B6%80%EC%A0%9C\">x</a>"},
      {"<a href=/a target=_blank rel='noopener evil'>x</a>",
       "<a href=\"https://blog.example/a\" rel=\"noopener\">x</a>"},
      {"<img src=가.png alt='가 & 나' width=10 height=20 loading=lazy>",
       "<img src=\"https://blog.example/2026/first/%EA%B0%80.png\" alt=\"가 &amp; 나\" "
       "width=\"10\" height=\"20\" loading=\"lazy\">"},
      {"<img data-src=a.png>", "<img src=\"https://blog.example/2026/first/a.png\">"},
      {"<img src='data:image/gif;base64,R0' data-lazy-src=a.png>",
       "<img src=\"https://blog.example/2026/first/a.png\">"},
      {"<img src=/blur.jpg?type=w80 data-lazy-src='https://c.example/큰.jpg?type=w966' alt=x>",
       "<img src=\"https://c.example/%ED%81%B0.jpg?type=w966\" alt=\"x\">"},
      {"<img src='data:image/gif;base64,R0' data-src=/a.png><noscript><img "
       "src=/a.png></noscript>가",
       "<img src=\"https://blog.example/a.png\">가"},
      {"<img src=/a.png data-original=12 data-src='a b'>",
       "<img src=\"https://blog.example/a.png\">"},
      {"<img src=/a.png data-lazy-srcset='b.png 2x'>",
       "<img src=\"https://blog.example/a.png\" srcset=\"https://blog.example/2026/first/b.png "
       "2x\">"},
      {"<img "
       "src='https://img1.kakaocdn.net/thumb/R1280x0/"
       "?scode=mtistory2&fname=https%3A%2F%2Fblog.kakaocdn.net%2Fdn%2Fa%2F사진.png'>",
       "<img "
       "src=\"https://img1.kakaocdn.net/thumb/R1280x0/"
       "?scode=mtistory2&amp;fname=https%3A%2F%2Fblog.kakaocdn.net%2Fdn%2Fa%2F%EC%82%AC%EC%A7%84."
       "png\">"},
      {"<img srcset='/w_424,c_limit/a.png 424w, /w_848,c_limit/a.png 848w'>",
       "<img src=\"https://blog.example/w_424,c_limit/a.png\" "
       "srcset=\"https://blog.example/w_424,c_limit/a.png 424w, "
       "https://blog.example/w_848,c_limit/a.png 848w\">"},
      {"<img srcset='/a.png, /b.png 2x'>",
       "<img src=\"https://blog.example/a.png\" "
       "srcset=\"https://blog.example/a.png, https://blog.example/b.png 2x\">"},
      {"<img srcset='a.png 1x, /b,c.png 2x, javascript:x 3x'>",
       "<img src=\"https://blog.example/2026/first/a.png\" "
       "srcset=\"https://blog.example/2026/first/a.png 1x, "
       "https://blog.example/b,c.png 2x\">"},
      {"<img src=data:image/png;base64,AAAA>가", "가"},
      {"<img>가", "가"},
      {"<img src=/p.gif width=1 height=1><img src=/q.gif style='width: 1px; height:0'>가",
       "가"},  // [F-157]
      {"<video src=/a.mp4 poster=/p.jpg autoplay onplay=x></video>",
       "<video src=\"https://blog.example/a.mp4\" poster=\"https://blog.example/p.jpg\" "
       "controls=\"\"></video>"},
      {"<audio><source src=/a.mp3 type=audio/mpeg></audio>",
       "<audio controls=\"\"><source src=\"https://blog.example/a.mp3\" "
       "type=\"audio/mpeg\"></audio>"},
      {"<video data-src=a.mp4 data-poster=p.jpg></video>",
       "<video src=\"https://blog.example/2026/first/a.mp4\" "
       "poster=\"https://blog.example/2026/first/p.jpg\" controls=\"\"></video>"},
      {"<audio><source data-src=/a.mp3></audio>",
       "<audio controls=\"\"><source src=\"https://blog.example/a.mp3\"></audio>"},
      {"<video><source src=a.mp4><track src=한글.vtt kind=captions srclang=ko></video>",
       "<video controls=\"\"><source src=\"https://blog.example/2026/first/a.mp4\"><track "
       "src=\"https://blog.example/2026/first/%ED%95%9C%EA%B8%80.vtt\" kind=\"captions\" "
       "srclang=\"ko\"></video>"},
      {"<video><a href=/a>내려받기</a></video>", "<a href=\"https://blog.example/a\">내려받기</a>"},
      {"<picture><source srcset=/b.webp type=image/webp><img src=/b.png></picture>",
       "<picture><source srcset=\"https://blog.example/b.webp\" type=\"image/webp\"><img "
       "src=\"https://blog.example/b.png\"></picture>"},
      {"<blockquote cite=/a>가</blockquote>",
       "<blockquote cite=\"https://blog.example/a\">가</blockquote>"},
  }));
  INFO(dirty);
  CHECK(clean(dirty) == want);
  CHECK(clean(want) == want);
}

TEST_CASE("Frames stay for players that are listed, others become links [F-151]",
          "[ingest][sanitise]") {
  CHECK(clean("<iframe src='//www.youtube.com/embed/a?b=1&c=2' width=560 frameborder=0 "
              "allowfullscreen>x</iframe>") ==
        "<iframe src=\"https://www.youtube.com/embed/a?b=1&amp;c=2\" width=\"560\" "
        "allowfullscreen=\"\"></iframe>");
  CHECK(clean("<iframe src=http://player.vimeo.com/1></iframe>") ==
        "<iframe src=\"https://player.vimeo.com/1\"></iframe>");
  CHECK(clean("<iframe src=https://map.example/a title=지도></iframe>가") ==
        "<a href=\"https://map.example/a\">지도</a>가");
  CHECK(clean("<iframe src=https://map.example/a></iframe>") ==
        "<a href=\"https://map.example/a\">https://map.example/a</a>");
  SanitiseOptions none = options;
  none.iframe_hosts.clear();
  // No player at all: the video's own picture leads to it.
  const auto video = sanitise_html(
      "<p>영상<iframe src=//www.youtube.com/embed/abc-DEF_123?start=3 title='첫 \"영상\"'>", none);
  CHECK(video.html ==
        "<p>영상<a href=\"https://www.youtube.com/watch?v=abc-DEF_123\"><img "
        "src=\"https://i.ytimg.com/vi/abc-DEF_123/hqdefault.jpg\" alt=\"첫 &quot;영상&quot;\" "
        "width=\"480\" height=\"360\"></a></p>");
  CHECK(video.first_image == "https://i.ytimg.com/vi/abc-DEF_123/hqdefault.jpg");
  CHECK(sanitise_html(video.html, none).html == video.html);
  CHECK(sanitise_html("<a href=/x><iframe src=https://www.youtube.com/embed/abc-DEF_123></a>", none)
            .html ==
        "<a href=\"https://blog.example/x\"><img "
        "src=\"https://i.ytimg.com/vi/abc-DEF_123/hqdefault.jpg\" alt=\"YouTube\" width=\"480\" "
        "height=\"360\"></a>");
  CHECK(sanitise_html("<iframe src=https://www.youtube.com/embed/a></iframe>", none).html ==
        "<a href=\"https://www.youtube.com/embed/a\">https://www.youtube.com/embed/a</a>");
}

TEST_CASE("Footnotes keep working on the post's page", "[ingest][sanitise]") {  // [F-156]
  SanitiseOptions both = options;
  both.page_url = "https://blog.example/posts/first";
  const std::string html =
      "글<sup class=footnote-ref><a href=#fn-%EC%A3%BC id=fnref-%EC%A3%BC>1</a></sup> 끝"
      "<ol><li id=fn-%EC%A3%BC>설명 <a href=#fnref-%EC%A3%BC>↩</a></li><li "
      "id=fn-%EC%A3%BC>둘</li></ol><h2 id=top>x</h2>";
  const CleanHtml out = sanitise_html(html, both);
  CHECK(out.html ==
        "글<sup><a href=\"https://blog.example/posts/first#fn-%EC%A3%BC\" "
        "id=\"fnref-%EC%A3%BC\">1</a></sup> 끝<ol><li "
        "id=\"fn-%EC%A3%BC\">설명 <a "
        "href=\"https://blog.example/posts/first#fnref-%EC%A3%BC\">↩</a></li><li>둘</li></ol>"
        "<h2>x</h2>");
  CHECK(out.text == "글 끝 설명 둘 x");  // neither the mark nor the way back
  CHECK(sanitise_html(out.html, both).html == out.html);
  CHECK(sanitise_html(out.html, both).text == out.text);
}

TEST_CASE("The text is what a reader reads, in one line", "[ingest][sanitise]") {
  const auto [html, want] = GENERATE(table<std::string, std::string>({
      {"<h1>제목</h1><p>가<b>나</b>다</p>라<br>마", "제목 가나다 라 마"},
      {"<table><tr><td>가<td>나<tr><td>다</table>", "가 나 다"},
      {"<pre><code>int a;\n  b &lt; c</code></pre>", "int a; b < c"},
      {"<p>가&nbsp;&nbsp;\u3000나\u200B다\n\n라</p>", "가 나다 라"},  // [K-091]
      {"<script>x</script><style>y</style><title>z</title>가<!-- w -->", "가"},
      {"<ruby>韓國<rt>한국</rt></ruby>과 <ruby>漢<rp>(</rp><rt>한</rt><rp>)</rp></ruby>",
       "韓國(한국)과 漢(한)"},
      {"<ul><li>가</li><li>나</li></ul>", "가 나"},
      {"&amp;lt;b&amp;gt;", "&lt;b&gt;"},
      {"👨‍👩‍👧 <img src=/a.png alt=그림>", "👨‍👩‍👧"},
  }));
  INFO(html);
  CHECK(text(html) == want);
}

TEST_CASE("Markup leaves titles, what only looks like it stays",
          "[ingest][sanitise]") {  // [F-029] [F-158]
  CHECK(html_to_text("<b>굵은</b> 제목 &amp; <i>부제</i>") == "굵은 제목 & 부제");
  CHECK(html_to_text("List<T>와 map<string, int>") == "List<T>와 map<string, int>");
  CHECK(html_to_text("a < b") == "a < b");
  CHECK(html_to_text("\u2000가\u2009\u205F나\u1680") == "가 나");  // all of White_Space (K-091)
  CHECK(html_to_text("가<br>나<p>다</p>라") == "가 나 다 라");
  CHECK(html_to_text("<script>x</script>가") == "가");
  CHECK(html_to_text("&amp;lt;b&amp;gt;") == "&lt;b&gt;");
  CHECK(html_to_text("<script> 태그를 아래에") == "<script> 태그를 아래에");
  CHECK(html_to_text("<script src=a.js> 태그를 아래에") == "태그를 아래에");
  CHECK(html_to_text("<plaintext>가</plaintext>나") == "가나");
  CHECK(html_to_text("if (a<b && c>d) 조건") == "if (a<b && c>d) 조건");
  CHECK(html_to_text("a<b && c>d, <b>굵게</b>") == "a<b && c>d, 굵게");
  CHECK(html_to_text("a<b 와 <div> 쓰기") == "a<b 와 <div> 쓰기");
  CHECK(html_to_text("굵은</b> 제목") == "굵은 제목");
  CHECK(html_to_text("<b>가</b> <a href=\"x 나 다") == "가 <a href=\"x 나 다");
  CHECK(html_to_text("<a href=x>가") == "가");
  CHECK(html_to_text("<b>가</b> ?a=1&copy=2 &copy; 나") == "가 ?a=1&copy=2 © 나");
}

TEST_CASE("The first image that is no pixel is named", "[ingest][sanitise]") {
  const auto out = sanitise_html(
      "<img src=/p.gif width=1 height=1><img src=data:x><img src=/a.png><img src=/b.png>", options);
  CHECK(out.first_image == "https://blog.example/a.png");
  CHECK(sanitise_html("가", options).first_image.empty());
}

TEST_CASE("The operator is told what was removed, each thing once", "[ingest][sanitise]") {
  const auto out =
      sanitise_html("<script>x</script><script>y</script><p onclick=x class=y>가", options);
  CHECK(out.notices ==
        std::vector<std::string>{"removed <script> (2 times)", "removed an event handler (on...)"});
  CHECK(sanitise_html("<p class=x>가</p>", options).notices.empty());
}

TEST_CASE("An image is found again, with what its tag says of it", "[ingest][sanitise][F-157]") {
  const std::string html = clean(
      "<p>가<img src='/a.png?x=1&y=2' alt='그림 \"하나\" & 둘' width=640 height=480>"
      "<img src=/b.png>");
  const auto first = find_image(html, "https://blog.example/a.png?x=1&y=2");
  CHECK(first.at == 6);
  CHECK(first.alt == "그림 \"하나\" & 둘");
  CHECK(first.width == 640);
  CHECK(first.height == 480);
  const auto bare = find_image(html, "https://blog.example/b.png");
  CHECK(bare.at > 6);
  CHECK(bare.alt.empty());
  CHECK(bare.width == 0);
  CHECK(find_image(html, "https://blog.example/a.png").at == -1);
  CHECK(find_image(html, "").at == -1);
  CHECK(clean(image_html("https://x.example/?a=1&b=2", "<\">", 3, 4)) ==
        image_html("https://x.example/?a=1&b=2", "<\">", 3, 4));
  CHECK(image_html("https://x.example/", "", 3, 0) == "<img src=\"https://x.example/\" alt=\"\">");
}

TEST_CASE("Text is adjusted as the operator wishes, addresses never [K-003] [K-020] [K-061]",
          "[ingest][sanitise]") {
  const std::string html =
      "<p title='\u1112\u1161\u11AB'><a href='/\u1112\u1161\u11AB'>\u1112\u1161\u11AB</a> "
      "&#4370;&#4449; \uF914\uE000 <img src=/x.png alt='\u1112\u1161\u11AB'></p>";
  CHECK(clean(html).find("\u1112\u1161\u11AB</a> \u1112\u1161 \uF914\uE000") != std::string::npos);
  SanitiseOptions adjusting = options;
  adjusting.text = {.compose_hangul = true, .drop_private_use = true};
  const auto out = sanitise_html(html, adjusting);
  CHECK(out.html ==
        "<p title=\"한\"><a href=\"https://blog.example/%E1%84%92%E1%85%A1%E1%86%AB\">한</a> 하 "
        "\uF914 <img src=\"https://blog.example/x.png\" alt=\"한\"></p>");
  CHECK(out.text == "한 하 \uF914");
  CHECK(sanitise_html(out.html, adjusting).html == out.html);
}

TEST_CASE("Without a base relative addresses go and absolute ones stay", "[ingest][sanitise]") {
  const auto out =
      sanitise_html("<a href=/a>가</a><a href=https://x.example/>나</a><img src=a.png>", {});
  CHECK(out.html == "가<a href=\"https://x.example/\">나</a>");
}

}  // namespace
}  // namespace sosik
