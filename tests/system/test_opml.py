"""The list of all feeds at /opml.xml, and what a definition may ask of its documents."""
import unittest
import xml.etree.ElementTree as ElementTree

from sosik import ROOT, Sosik

DEFINITIONS = {p.name: p.read_text(encoding="utf-8") for p in (ROOT / "feeds").glob("*.toml")}


class Opml(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sosik = Sosik(feeds=DEFINITIONS)
        cls.sosik.run("import", "markdown", str(ROOT / "feeds" / "sample"))
        cls.sosik.start()

    @classmethod
    def tearDownClass(cls):
        cls.sosik.__exit__()

    def test_every_feed_of_the_list_is_there(self):  # F-200
        answer = self.sosik.get("/opml.xml")
        self.assertEqual(answer.status, 200)
        outlines = [o for o in ElementTree.fromstring(answer.body).iter("outline") if o.get("type")]
        self.assertEqual(outlines[0].get("xmlUrl"), f"{self.sosik.url}/rss.xml")
        self.assertGreater(len(outlines), len(DEFINITIONS))
        for outline in outlines:
            for name in ("xmlUrl", "htmlUrl"):
                with self.subTest(outline.get(name)):
                    got = self.sosik.get(outline.get(name).replace(self.sosik.url, ""))
                    self.assertEqual(got.status, 200)
        self.assertIn(b"/opml.xml", self.sosik.get("/").body)

    def test_the_command_prints_what_is_served(self):
        served = self.sosik.get("/opml.xml").body
        self.assertEqual(self.sosik.run("feed", "render", "opml").stdout.encode(), served)

    def test_a_newsletter_has_nothing_that_mail_drops(self):  # F-151, F-181
        body = self.sosik.get("/newsletter/rss.xml").body.decode()
        for word in ("&lt;iframe", "&lt;video", "&lt;audio", "srcset=", "src=\"http://elsewhere"):
            self.assertNotIn(word, body)
        self.assertGreater(body.count("<item>"), 20)  # more than feeds.limit: 50 is the least of a newsletter


if __name__ == "__main__":
    unittest.main()
