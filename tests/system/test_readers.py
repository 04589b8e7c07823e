"""Real feed readers subscribe, and the second time are told "nothing new" (304)."""
import contextlib
import json
import os
import sqlite3
import subprocess
import unittest

import feedparser
from sosik import ROOT, RecordingProxy, Sosik

DEFINITIONS = {p.name: p.read_text(encoding="utf-8") for p in (ROOT / "feeds").glob("*.toml")}
NEGOTIATED = ["/feed"] + [f"/{name.removesuffix('.toml')}/feed" for name in sorted(DEFINITIONS) if name != "main.toml"]


class Readers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # The feeds name the address that the readers use, the proxy's, as a public address would be.
        cls.sosik = Sosik(feeds=DEFINITIONS)
        cls.sosik.run("import", "markdown", str(ROOT / "feeds" / "sample"))
        cls.sosik.start()

    @classmethod
    def tearDownClass(cls):
        cls.sosik.__exit__()

    def run_reader(self, *words, **environment):
        done = subprocess.run(
            words, capture_output=True, encoding="utf-8", timeout=120,
            env={**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(self.sosik.folder), **environment},
        )
        self.assertEqual(done.returncode, 0, f"{words}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def test_newsboat(self):
        for path in ("/rss.xml", "/atom.xml"):
            with self.subTest(path), RecordingProxy(self.sosik.port) as proxy:
                folder = self.sosik.folder / f"newsboat{path.replace('/', '-')}"
                folder.mkdir()
                (folder / "urls").write_text(proxy.url + path + "\n")
                (folder / "config").write_text("")
                reload = ["newsboat", "-u", f"{folder}/urls", "-c", f"{folder}/cache.db", "-C", f"{folder}/config",
                          "-x", "reload"]
                self.run_reader(*reload)
                with contextlib.closing(sqlite3.connect(folder / "cache.db")) as cache:
                    titles = [row[0] for row in cache.execute("SELECT title FROM rss_item ORDER BY pubDate DESC")]
                self.assertEqual(len(titles), 20)
                self.assertTrue(set(t for t in self.sosik.titles() if t) <= set(titles), titles)
                self.assertEqual(proxy.count(200), 1)
                # newsboat 2.21 keeps a feed's validators only once it knows the feed, so from the second time on.
                self.run_reader(*reload)
                self.run_reader(*reload)
                self.assertEqual((proxy.count(200), proxy.count(304)), (2, 1), proxy.requests)

    def test_rss2email(self):
        with RecordingProxy(self.sosik.port) as proxy:
            folder = self.sosik.folder / "r2e"
            folder.mkdir()
            r2e = ["r2e", "-c", f"{folder}/config", "-d", f"{folder}/data.json"]
            self.run_reader(*r2e, "new", "reader@example.org")
            self.run_reader(*r2e, "add", "blog", proxy.url + "/atom.xml")
            self.run_reader(*r2e, "run", "--no-send")
            self.assertEqual(proxy.count(200), 1)
            self.run_reader(*r2e, "run", "--no-send")
            self.assertEqual((proxy.count(200), proxy.count(304)), (1, 1), proxy.requests)

    def entries(self, path):
        """Ids of the feed behind a negotiated address, as its JSON form has them."""
        return [item["id"] for item in json.loads(self.sosik.get(path + ".json").body)["items"]]

    def test_newsboat_negotiates_every_feed(self):
        for path in NEGOTIATED:  # a folder each: newsboat keeps an entry of several feeds once
            folder = self.sosik.folder / f"newsboat{path.replace('/', '-')}"
            folder.mkdir()
            (folder / "urls").write_text(self.sosik.url + path + "\n")
            (folder / "config").write_text("")
            self.run_reader("newsboat", "-u", f"{folder}/urls", "-c", f"{folder}/cache.db", "-C", f"{folder}/config",
                            "-x", "reload")
            with contextlib.closing(sqlite3.connect(folder / "cache.db")) as cache:
                found = {row[0] for row in cache.execute("SELECT guid FROM rss_item")}
            self.assertEqual(found, set(self.entries(path)), path)

    def test_rss2email_negotiates_every_feed(self):
        folder = self.sosik.folder / "r2e-negotiated"
        folder.mkdir()
        r2e = ["r2e", "-c", f"{folder}/config", "-d", f"{folder}/data.json"]
        self.run_reader(*r2e, "new", "reader@example.org")
        for number, path in enumerate(NEGOTIATED):
            self.run_reader(*r2e, "add", f"feed{number}", self.sosik.url + path)
        self.run_reader(*r2e, "run", "--no-send")
        seen = {feed["name"]: set(feed["seen"]) for feed in json.loads((folder / "data.json").read_text())["feeds"]}
        for number, path in enumerate(NEGOTIATED):
            self.assertEqual(seen[f"feed{number}"], set(self.entries(path)), path)

    def test_feedparser_negotiates_every_feed(self):
        for path in NEGOTIATED:
            parsed = feedparser.parse(self.sosik.url + path)
            self.assertFalse(parsed.bozo, parsed.get("bozo_exception"))
            self.assertEqual([entry.id for entry in parsed.entries], self.entries(path), path)
            self.assertEqual(feedparser.parse(self.sosik.url + path, etag=parsed.etag).status, 304)

    def test_curl_gets_what_it_accepts(self):  # H-151, H-152, H-154, H-155, H-157
        for path in NEGOTIATED:
            fixed = self.sosik.url + path.removesuffix("feed")
            for accept, kind, location in (
                ("*/*", "application/rss+xml; charset=utf-8", fixed + "rss.xml"),
                ("application/atom+xml", "application/atom+xml; charset=utf-8", fixed + "atom.xml"),
                ("application/feed+json, */*;q=0.1", "application/feed+json", fixed + "feed.json"),
                ("application/json", "application/feed+json", fixed + "feed.json"),
                ("application/rss+xml;q=0, */*", "application/atom+xml; charset=utf-8", fixed + "atom.xml"),
            ):
                with self.subTest(path=path, accept=accept):
                    said = self.run_reader("curl", "-sS", "-o", "/dev/null", "-D", "-", "-H", f"Accept: {accept}",
                                           self.sosik.url + path).lower()
                    self.assertIn(f"\ncontent-type: {kind}\n", said)
                    self.assertIn(f"\ncontent-location: {location}\n", said)
                    self.assertIn("\nvary: accept, accept-encoding\n", said)
                    self.assertIn(f'\nlink: <{location}>; rel="self"\n', said)
            html = self.run_reader("curl", "-sS", "-H", "Accept: text/html,application/xml;q=0.9,*/*;q=0.8", self.sosik.url + path)
            self.assertIn("<html", html)
            status = self.run_reader("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Accept: */*;q=0",
                                     self.sosik.url + path)
            self.assertEqual(status, "406")


if __name__ == "__main__":
    unittest.main()
