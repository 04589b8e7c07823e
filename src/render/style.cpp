#include "sosik/render/html.hpp"

namespace sosik {

// Korean breaks between words only (K-077); long URLs and code break or scroll inside their own
// box, never the page.
std::string_view style_sheet() {
  return R"css(:root {
  color-scheme: light dark;
  --text: #1f2328; --quiet: #59636e; --line: #d8dee4; --back: #fdfdfc; --box: #f3f4f1;
  --link: #0b5c46; --mark: #cfe8dd;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e4e6e3; --quiet: #a3aaa6; --line: #3a403d; --back: #171a19; --box: #202524;
    --link: #7fd1b3; --mark: #24453a;
  }
}
* { box-sizing: border-box; }
html { font-size: 106.25%; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 0 1.25rem 3rem; max-width: 44rem;
  color: var(--text); background: var(--back);
  font-family: system-ui, -apple-system, "Apple SD Gothic Neo", "Noto Sans KR", "Noto Sans CJK KR",
    "Malgun Gothic", sans-serif;
  line-height: 1.75; word-break: keep-all; overflow-wrap: anywhere;
}
a { color: var(--link); text-decoration-thickness: .06em; text-underline-offset: .2em; }
a:hover { background: var(--mark); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: .5rem; padding: .25rem .75rem; background: var(--back); }
header { padding-top: 2.5rem; }
h1, h2, h3, h4 { line-height: 1.4; margin: 2.2em 0 .6em; text-wrap: balance; }
h1 { font-size: 1.9rem; margin: .4rem 0; letter-spacing: -.01em; }
h2 { font-size: 1.3rem; }
h3 { font-size: 1.12rem; }
p { margin: .8em 0; }
.lead { color: var(--quiet); margin: .2rem 0 0; }
.small { font-size: 1rem; }
.subscribe { margin-top: 2rem; padding: .2rem 1.25rem 1rem; background: var(--box); border-radius: .6rem; }
.subscribe h2 { margin-top: 1rem; font-size: 1.05rem; }
.subscribe p { font-size: .92rem; margin: .4rem 0 .8rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1rem; margin: 0; font-size: .92rem; }
dt { color: var(--quiet); }
dd { margin: 0; }
dd code { user-select: all; padding: 0; background: none; }
.posts { list-style: none; margin: 0; padding: 0; }
.posts li > article { padding: 1.1rem 0; border-top: 1px solid var(--line); }
.posts h3 { margin: 0; }
.posts h3 a { text-decoration: none; }
.posts p { margin: .35rem 0 0; color: var(--quiet); font-size: .95rem; }
.meta, .tags { font-size: .88rem; color: var(--quiet); }
.posts .meta { display: flex; flex-wrap: wrap; gap: 0 .9rem; margin-top: .15rem; }
.meta p { margin: .2rem 0; }
.meta ul, .tags { display: inline-flex; flex-wrap: wrap; gap: 0 .8rem; list-style: none; margin: 0 .9rem 0 0; padding: 0; }
.posts .meta ul, .posts li { margin: 0; }
.tags { margin-top: 2rem; }
.tags a::before { content: "#"; }
.content { margin-top: 2rem; }
.content img, .content video { max-width: 100%; height: auto; border-radius: .3rem; }
.content iframe { max-width: 100%; border: 0; }
figure { margin: 1.5rem 0; }
figcaption { color: var(--quiet); font-size: .88rem; }
code, pre, kbd { font-family: ui-monospace, D2Coding, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .92em; }
code { padding: .1em .3em; background: var(--box); border-radius: .25rem; }
pre { padding: 1rem; overflow-x: auto; background: var(--box); border-radius: .5rem; line-height: 1.55; word-break: normal; overflow-wrap: normal; }
pre code { padding: 0; background: none; }
blockquote { margin: 1.2rem 0; padding: .1rem 0 .1rem 1.1rem; border-left: .25rem solid var(--line); color: var(--quiet); }
table { display: block; max-width: 100%; overflow-x: auto; border-collapse: collapse; margin: 1.2rem 0; font-size: .95rem; }
th, td { padding: .4rem .8rem; border: 1px solid var(--line); text-align: left; vertical-align: top; }
th { background: var(--box); }
hr { border: 0; border-top: 1px solid var(--line); margin: 2.5rem 0; }
footer { margin-top: 3.5rem; border-top: 1px solid var(--line); font-size: .85rem; color: var(--quiet); }
.status { margin: 4rem 0 0; font-size: 3rem; line-height: 1; color: var(--quiet); }
)css";
}

}  // namespace sosik
