"""Judges that are not ours: html5lib's strict parser over every body, feedparser over every document (F-061, F-020)."""
import contextlib
import json
import random
import sqlite3
import unittest
import xml.etree.ElementTree

import feedparser
import html5lib

from sosik import IS_SANITIZED, Sosik

PIECES = [
    "<p>", "</p>", "<div>", "</div>", "<a href='/a?x=1&copy=2'>", "<a href=//b.example/한글>", "</a>", "<b>", "</b>", "<i>",
    "</i>", "<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<th>", "<caption>", "</caption>", "<col>", "<colgroup>",
    "<tbody>", "<thead>", "<tfoot>", "<ul>", "</ul>", "<ol start=3>", "</ol>", "<li>", "</li>", "<dl>", "<dt>", "<dd>", "</dl>",
    "<h1>", "</h1>", "<h2>", "</h3>", "<ruby>", "<rb>", "<rt>", "<rp>", "</ruby>", "<pre>", "\n", "</pre>", "<blockquote>",
    "</blockquote>", "<img src=i.png alt='a\"b' onerror=x>", "<img srcset='1.png 1x,/2.png 2x'>", "<br>", "</br>", "<hr>",
    "<video src=v.mp4 poster=p.png>", "</video>", "<audio>", "<source src=s.mp3>", "<track src=t>", "<picture>", "</picture>",
    "<details>", "<summary>", "</details>", "<button>", "<select><option>", "<svg><a>", "<math><mi>", "</svg>", "<p", "<!--",
    "-->", "<![CDATA[", "]]>", "&copy", "&amp;", "&", "&#x80;", "&#0;", "&nosuch;", "<", ">", "글", " ", "😀", "<form>",
    "<input type=checkbox checked>", "<textarea>", "<nobr>", "<font color=red>", "<span style='color:red'>", "<figure>",
    "<figcaption>", "<iframe src=https://www.youtube.com/embed/a>", "<iframe src=//b.example/>", "</iframe>", "<code>",
    "</code>", "<em>", "</em>", "<script>", "</script>", "<style>", "<xmp>", "<plaintext>", "<noscript>", "<title>", "<body>",
    "<html>", "<head>", "<frameset>", "<center>", "<strike>", "<isindex>", "<image>", "<keygen>", "<x-y>", "<o:p>", "<a:b c:d=e>",
    "<td colspan=2 colspan=3>", "<b title=a'b title=\"c\">", "\x00", "\x0b", "\ufffe", "\u0085", "<main>", "<address>", "<menu>",
    "<dir>", "<marquee>", "<object><param>", "<applet>", "<embed>", "<base href=//x>", "<meta>", "<link>", "<template>", "<q>",
]
WHOLE = [
    "<table><tr><td>가<table><tr><td>나</table>다</table>", "<b><p>가</b>나</p>", "<a>가<table><a>나</table>", "<p><b><i><u>" * 30,
    "<li>가<li>나<ul><li>다<p>라</ul>", "<h1>가<h2>나</h1></h2>", "<ruby>漢<rp>(<rt>한<rp>)</ruby>", "<p>가<table>나<tr>다<td>라</table>",
    "<dl><dd>가<dt>나<dd>다<p>라<div>마</dl>", "1 &lt; 2 && 3 > 2", "<pre>\n\n가</pre>", "<a href='http://[::1'>가</a>", "",
    "<details><summary>가<p>나</summary>다</details>", "<div>" * 600 + "깊이", "<figure><img src=a.jpg><figcaption>가</figure>",
    "&#1114112; &#xD800; &#128; &#x85;", "<p>가<p>나<div>다<p>라</div>마", "<button>가<button>나</button>", "<nobr>가<nobr>나",
]


def soup(random_):
    return "".join(random_.choice(PIECES) for _ in range(random_.randrange(1, 18)))


class StrictReaders(unittest.TestCase):
    def setUp(self):
        self.sosik = Sosik(feeds={"main.toml": "limit = 1000\n"})
        self.addCleanup(self.sosik.__exit__)
        self.sosik.run("migrate")

    def fill(self, bodies):
        with contextlib.closing(sqlite3.connect(self.sosik.database)) as db, db:
            db.executemany(
                "INSERT INTO posts (post_id, status, slug, title, body, body_format, published_at)"
                " VALUES (?, 'published', ?, ?, ?, ?, ?)",
                [(f"p{i}", f"p{i}", f"글 {i} <&>", body, "markdown" if i % 5 == 4 else "html", 1704067200000 + i * 60000)
                 for i, body in enumerate(bodies)])

    def documents(self):
        return {name: self.sosik.run("feed", "render", "main", "--format", name) for name in ("rss", "atom", "json")}

    def assert_strict(self, html):
        try:
            html5lib.HTMLParser(strict=True).parseFragment(html)
        except html5lib.html5parser.ParseError as error:
            self.fail(f"{error!r} in {html!r}")

    # F-061; the newest first (F-005).
    def test_a_strict_parser_reads_every_body(self):
        random_ = random.Random(20261125)
        bodies = WHOLE + [soup(random_) for _ in range(150 if IS_SANITIZED else 900)]
        self.fill(bodies)
        rendered = self.documents()
        items = json.loads(rendered["json"].stdout)["items"]
        self.assertEqual(rendered["json"].stderr, "")  # nothing was held back
        self.assertEqual([item["url"].rsplit("/", 1)[1] for item in items], [f"p{i}" for i in reversed(range(len(bodies)))])
        for item in items:
            self.assert_strict(item.get("content_html", ""))
        for item in xml.etree.ElementTree.fromstring(rendered["rss"].stdout).iter("description"):
            self.assert_strict(item.text)
        for name in ("rss", "atom"):
            self.assertEqual(rendered[name].stderr, "")
            parsed = feedparser.parse(rendered[name].stdout.encode())
            self.assertEqual((parsed.bozo, len(parsed.entries)), (False, len(bodies)))

    # F-001, F-020 to F-024: feedparser reads what stands in a store of nonsense, and the same posts in each format.
    def test_feedparser_reads_what_a_store_of_nonsense_gives(self):
        random_ = random.Random(5005)
        self.fill([soup(random_) for _ in range(40)])
        text = [b"\x08", b"\xff\xfe", b"\xb0\xa1\xb3\xaa", b"\xed\xa0\x80", b"]]>", b"&#0;", b"<b>", b"</b>", b"&amp;amp;lt;", b"\x00",
                "한글".encode(), b"javascript:x", b"http://a b/", b"ko_KR", b"\xe2\x80\xae", b"\xef\xbf\xbe", b"%zz", b"\n", b"&"]
        columns = ["title", "summary", "url", "language", "slug", "image_url", "image_alt", "base_url", "guid", "source_key"]
        with contextlib.closing(sqlite3.connect(self.sosik.database)) as db:
            for _ in range(200):
                value = b"".join(random_.choice(text) for _ in range(random_.randrange(5)))
                with contextlib.suppress(sqlite3.IntegrityError), db:
                    db.execute(f"UPDATE posts SET {random_.choice(columns)} = CAST(? AS TEXT) WHERE post_id = ?",
                               (value, f"p{random_.randrange(30)}"))
        rendered = self.documents()
        ids = [item["id"] for item in json.loads(rendered["json"].stdout)["items"]]
        self.assertGreaterEqual(len(ids), 35)
        for name in ("rss", "atom"):
            parsed = feedparser.parse(rendered[name].stdout.encode())
            self.assertFalse(parsed.bozo, parsed.get("bozo_exception"))
            self.assertEqual(len(parsed.entries), len(ids))
            if name == "rss":
                self.assertEqual([entry.id for entry in parsed.entries], ids)


if __name__ == "__main__":
    unittest.main()
