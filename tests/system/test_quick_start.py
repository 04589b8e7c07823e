"""The quick start as a newcomer sees it: the sample blog imported, served, read."""
import gzip
import html
import re
import unittest
import xml.etree.ElementTree as ET

import feedparser
from sosik import ROOT, Sosik

SAMPLE = str(ROOT / "feeds" / "sample")
DEFINITIONS = {p.name: p.read_text(encoding="utf-8") for p in (ROOT / "feeds").glob("*.toml")}


class QuickStart(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sosik = Sosik(feeds=DEFINITIONS)
        cls.imported = cls.sosik.run("import", "markdown", SAMPLE)
        cls.sosik.start()

    @classmethod
    def tearDownClass(cls):
        cls.sosik.__exit__()

    def test_three_formats_hold_the_same_twenty_entries(self):
        rss = ET.fromstring(self.sosik.get("/rss.xml").body)
        atom = ET.fromstring(self.sosik.get("/atom.xml").body)
        feed = self.sosik.feed()
        ns = "{http://www.w3.org/2005/Atom}"
        ids = [item.findtext("guid") for item in rss.iter("item")]
        self.assertEqual(len(ids), 20)
        self.assertEqual(ids, [entry.findtext(ns + "id") for entry in atom.iter(ns + "entry")])
        self.assertEqual(ids, [item["id"] for item in feed["items"]])
        self.assertEqual(len(set(ids)), 20)

    def test_media_types(self):  # H-257
        for path, kind in (
            ("/rss.xml", "application/rss+xml; charset=utf-8"),
            ("/atom.xml", "application/atom+xml; charset=utf-8"),
            ("/feed.json", "application/feed+json"),
            ("/", "text/html; charset=utf-8"),
        ):
            answer = self.sosik.get(path)
            self.assertEqual((answer.status, answer.headers["content-type"]), (200, kind), path)

    def test_not_modified_by_tag_and_by_date(self):  # H-062, H-068, H-079
        for path in ("/rss.xml", "/atom.xml", "/feed.json", "/", "/dev/rss.xml", "/feed"):
            full = self.sosik.get(path)
            self.assertEqual(full.status, 200, path)
            tag = self.sosik.get(path, headers={"If-None-Match": full.headers["etag"]})
            date = self.sosik.get(path, headers={"If-Modified-Since": full.headers["last-modified"]})
            other = self.sosik.get(
                path, headers={"If-None-Match": '"0"', "If-Modified-Since": full.headers["last-modified"]}
            )
            self.assertEqual((tag.status, tag.body, date.status, other.status), (304, b"", 304, 200), path)
            self.assertEqual(tag.headers["etag"], full.headers["etag"])

    def test_gzip_holds_the_same_bytes_under_another_tag(self):  # H-092, H-170
        plain = self.sosik.get("/atom.xml")
        coded = self.sosik.get("/atom.xml", headers={"Accept-Encoding": "gzip"})
        self.assertEqual(coded.headers["content-encoding"], "gzip")
        self.assertEqual(gzip.decompress(coded.body), plain.body)
        self.assertNotEqual(coded.headers["etag"], plain.headers["etag"])
        self.assertIn("Accept-Encoding", plain.headers["vary"])

    def test_head_has_the_headers_of_get(self):  # H-050
        for path in ("/rss.xml", "/feed.json", "/"):
            get, head = self.sosik.get(path), self.sosik.get(path, "HEAD")
            get.headers.pop("date"), head.headers.pop("date")
            self.assertEqual(head.body, b"")
            self.assertEqual(get.headers, head.headers)

    def test_derived_feeds_with_korean_paths(self):
        from urllib.parse import quote

        for path in ("/category/개발/rss.xml", "/category/개발/백엔드/atom.xml", "/author/한민서/feed.json"):
            answer = self.sosik.get(quote(path))
            self.assertEqual(answer.status, 200, path)
        self.assertEqual(self.sosik.get(quote("/category/없는 것/rss.xml")).status, 404)

    def test_nothing_hidden_shows_anywhere(self):  # F-008
        store = self.sosik.run_json("post", "list", "--limit", "200")
        hidden = [p["title"] for p in store if not p["is_shown"]]
        self.assertEqual(len(store), 60)
        self.assertEqual(len(hidden), 3)  # the draft, the unpublished and the scheduled one
        everywhere = b"".join(
            self.sosik.get(p).body for p in ("/", "/rss.xml", "/dev/rss.xml", "/lead/atom.xml", "/english/feed.json")
        ).decode()
        for title in hidden:
            self.assertNotIn(title, everywhere)

    def test_front_page_lists_every_post_with_a_page(self):
        page = self.sosik.get("/").body.decode()
        self.assertIn("57", page)
        links = set(re.findall(r'href="([^"]*/posts/[^"]+)"', page))
        self.assertEqual(len(links), 57)
        for link in sorted(links):
            answer = self.sosik.get(link.replace(self.sosik.url, ""))
            self.assertEqual(answer.status, 200, link)
            self.assertNotIn(b"<script", answer.body.lower(), link)

    def test_feedparser_reads_korean_titles_and_dates(self):
        feed = self.sosik.feed()
        for path in ("/rss.xml", "/atom.xml"):
            parsed = feedparser.parse(self.sosik.url + path)
            self.assertFalse(parsed.bozo, parsed.get("bozo_exception"))
            self.assertEqual(parsed.feed.title, feed["title"])
            self.assertEqual([e.id for e in parsed.entries], [i["id"] for i in feed["items"]])
            for entry, item in zip(parsed.entries, feed["items"]):
                if "title" in item:
                    self.assertEqual(html.unescape(entry.title), item["title"])
                self.assertEqual(entry.link, item["url"])
                self.assertTrue(entry.published_parsed)

    def test_import_again_changes_nothing(self):
        before = self.sosik.get("/rss.xml")
        again = self.sosik.run("import", "markdown", SAMPLE)
        self.assertIn("60 unchanged", again.stdout)
        after = self.sosik.get("/rss.xml")
        self.assertEqual((before.headers["etag"], before.body), (after.headers["etag"], after.body))

    def test_feed_render_prints_the_served_bytes(self):  # promise 2
        for form, path in (("rss", "/rss.xml"), ("atom", "/atom.xml"), ("json", "/feed.json")):
            rendered = self.sosik.run("feed", "render", "main", "--format", form).stdout
            self.assertEqual(rendered.encode(), self.sosik.get(path).body, form)


if __name__ == "__main__":
    unittest.main()
