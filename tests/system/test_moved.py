"""Feeds that have moved (301) or are gone (410): what programs make of them, and the way back (H-230 to H-233, H-060)."""
import contextlib
import http.server
import json
import os
import sqlite3
import subprocess
import threading
import unicodedata
import unittest
from urllib.parse import quote

import feedparser
from sosik import ROOT, RecordingProxy, Sosik, wait_for

FORMS = ("rss.xml", "atom.xml", "feed.json")
DEV = (ROOT / "feeds" / "dev.toml").read_text(encoding="utf-8")


class Elsewhere:
    """Another site that serves the feed which has moved there."""

    FEED = ('<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>새 집</title>'
            "<link>http://127.0.0.1/</link><description>x</description><item><title>이사했습니다</title>"
            "<guid>moved-1</guid></item></channel></rss>").encode()

    def __enter__(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
                self.send_header("Content-Length", str(len(Elsewhere.FEED)))
                self.end_headers()
                self.wfile.write(Elsewhere.FEED)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/새/feed.xml"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Moved(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.elsewhere = cls.enterClassContext(Elsewhere())
        cls.sosik = cls.enterClassContext(Sosik(feeds={
            "dev.toml": DEV,
            "old.toml": 'moved_to = "dev"\n',
            "예전.toml": 'moved_to = "dev"\n',
            "away.toml": f'moved_to = "{cls.elsewhere.url}"\n',
            "ended.toml": "gone = true\n",
        }))
        cls.sosik.run("import", "markdown", str(ROOT / "feeds" / "sample"))
        cls.sosik.start()

    def curl(self, path, *words):
        """Follows redirects; gives the status, how many redirects, where it ended, and the body."""
        done = subprocess.run(
            ["curl", "-sS", "-L", "--max-redirs", "5", "-w", "\\n%{http_code} %{num_redirects} %{url_effective}", *words,
             self.sosik.url + path],
            capture_output=True, timeout=60, check=True,
        )
        body, _, said = done.stdout.rpartition(b"\n")
        status, redirects, url = said.decode().split()
        return int(status), int(redirects), url, body

    def run_newsboat(self, *urls):
        folder = self.sosik.folder / f"newsboat-{abs(hash(urls))}"
        folder.mkdir()
        (folder / "urls").write_text("".join(url + "\n" for url in urls))
        (folder / "config").write_text("")
        done = subprocess.run(
            ["newsboat", "-u", f"{folder}/urls", "-c", f"{folder}/cache.db", "-C", f"{folder}/config", "-x", "reload"],
            capture_output=True, encoding="utf-8", timeout=120,
            env={**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(folder)},
        )
        with contextlib.closing(sqlite3.connect(folder / "cache.db")) as cache:
            titles = [row[0] for row in cache.execute("SELECT title FROM rss_item")]
        return done, titles

    def test_each_format_leads_to_its_own(self):  # H-230
        for form in FORMS:
            answer = self.sosik.get(f"/old/{form}")
            self.assertEqual((answer.status, answer.headers["location"]), (301, f"{self.sosik.url}/dev/{form}"))
            self.assertNotIn("etag", answer.headers)
            self.assertNotIn("last-modified", answer.headers)
            self.assertIn("max-age=", answer.headers["cache-control"])
            self.assertEqual(self.curl(f"/old/{form}")[:3], (200, 1, f"{self.sosik.url}/dev/{form}"))

    def test_a_negotiated_address_leads_to_what_was_negotiated(self):
        for accept, form in (("*/*", "rss.xml"), ("application/atom+xml", "atom.xml"), ("application/feed+json", "feed.json"),
                             ("text/html", "feed")):
            answer = self.sosik.get("/old/feed", headers={"Accept": accept})
            self.assertEqual((answer.status, answer.headers["location"]), (301, f"{self.sosik.url}/dev/{form}"))
            self.assertIn("Accept", answer.headers["vary"])  # a cache may not give one reader the other's

    def test_every_format_leads_to_a_url(self):
        for form in (*FORMS, "feed"):
            answer = self.sosik.get(f"/away/{form}")
            self.assertEqual(answer.status, 301)
            location = answer.headers["location"]
            self.assertTrue(location.isascii())  # H-275
            self.assertEqual(location, quote(self.elsewhere.url, safe=":/"))
            self.assertEqual(self.curl(f"/away/{form}"), (200, 1, location, Elsewhere.FEED))

    def test_conditions_and_codings_change_nothing(self):  # H-060
        tag = self.sosik.get("/dev/rss.xml").headers
        for headers in ({"If-None-Match": tag["etag"]}, {"If-None-Match": "*"}, {"If-Modified-Since": tag["date"]},
                        {"If-Match": '"0"'}, {"Accept-Encoding": "gzip, br"}, {"Range": "bytes=0-9"}):
            self.assertEqual(self.sosik.get("/old/rss.xml", headers=headers).status, 301, headers)
            self.assertEqual(self.sosik.get("/ended/rss.xml", headers=headers).status, 410, headers)

    def test_head_says_the_same(self):
        for path in ("/old/rss.xml", "/away/feed", "/ended/atom.xml"):
            get, head = self.sosik.get(path), self.sosik.get(path, "HEAD")
            get.headers.pop("date"), head.headers.pop("date")
            self.assertEqual((head.status, head.headers, head.body), (get.status, get.headers, b""))

    def test_other_spellings_take_one_step(self):  # H-231
        for spelling in (
            quote("/예전/rss.xml"), quote("/예전/rss.xml").replace("%EC", "%ec"),
            quote(unicodedata.normalize("NFD", "/예전/rss.xml")), quote("/예전/rss.xml".encode("cp949")),
            "/./old/rss.xml", "/o%6Cd/rss.xml",
        ):
            self.assertEqual(self.curl(spelling, "--path-as-is")[:3], (200, 1, f"{self.sosik.url}/dev/rss.xml"), spelling)

    def test_gone_is_410_in_short_text(self):  # H-233, H-181
        for form in (*FORMS, "feed"):
            answer = self.sosik.get(f"/ended/{form}", headers={"Accept": "text/html, */*"})
            self.assertEqual(answer.status, 410)
            self.assertLess(len(answer.body), 1000)
            self.assertNotIn("etag", answer.headers)
            age = int(answer.headers["cache-control"].partition("max-age=")[2].partition(",")[0])
            self.assertTrue(60 <= age <= 300, age)

    def test_feedparser_takes_the_new_address_over(self):
        parsed = feedparser.parse(self.sosik.url + "/old/rss.xml")
        self.assertEqual((parsed.status, parsed.href), (301, self.sosik.url + "/dev/rss.xml"))
        self.assertTrue(parsed.entries)
        parsed = feedparser.parse(self.sosik.url + "/away/atom.xml")
        self.assertEqual((parsed.status, parsed.feed.title), (301, "새 집"))
        parsed = feedparser.parse(self.sosik.url + "/ended/rss.xml")
        self.assertEqual((parsed.status, parsed.entries), (410, []))

    def test_newsboat_follows_and_says_what_is_gone(self):
        done, titles = self.run_newsboat(self.sosik.url + "/old/atom.xml")
        want = [item["title"] for item in json.loads(self.sosik.get("/dev/feed.json").body)["items"] if "title" in item]
        self.assertTrue(want and set(want) <= set(titles), titles)
        done, titles = self.run_newsboat(self.sosik.url + "/away/rss.xml")
        self.assertEqual(titles, ["이사했습니다"])
        with RecordingProxy(self.sosik.port) as proxy:
            done, titles = self.run_newsboat(proxy.url + "/ended/rss.xml")
            self.assertEqual((proxy.count(410), titles), (1, []))

    def test_rss2email_changes_its_subscription(self):
        folder = self.sosik.folder / "r2e"
        folder.mkdir()
        r2e = ["r2e", "-c", f"{folder}/config", "-d", f"{folder}/data.json"]
        run = lambda *words: subprocess.run(
            [*r2e, *words], check=True, capture_output=True, timeout=120, encoding="utf-8",
            env={**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(folder)},
        )
        run("new", "reader@example.org")
        run("add", "old", self.sosik.url + "/old/atom.xml")
        run("run", "--no-send")
        self.assertIn(self.sosik.url + "/dev/atom.xml", (folder / "config").read_text())


class ThereAndBack(unittest.TestCase):
    def test_a_feed_goes_and_comes_back_without_a_wrong_304(self):
        with Sosik(feeds={"dev.toml": DEV, "other.toml": 'title = "다른 피드"\n'}) as sosik:
            sosik.run("import", "markdown", str(ROOT / "feeds" / "sample"))
            sosik.start()
            before = {path: sosik.get(path) for path in ("/dev/rss.xml", "/rss.xml", "/other/atom.xml")}
            known = before["/dev/rss.xml"].headers
            conditions = ({"If-None-Match": known["etag"]}, {"If-Modified-Since": known["last-modified"]})
            file = sosik.folder / "feeds" / "dev.toml"
            for text, status in (('moved_to = "main"\n', 301), ("gone = true\n", 410), (DEV, 200)):
                file.write_text(text)
                sosik.hang_up("configuration reread")
                wait_for(lambda: sosik.get("/dev/rss.xml").status == status, f"{status}")
                for condition in conditions:
                    answer = sosik.get("/dev/rss.xml", headers=condition)
                    self.assertEqual(answer.status, status, condition)
                for path in ("/rss.xml", "/other/atom.xml"):  # nobody else has changed
                    self.assertEqual(sosik.get(path).headers["etag"], before[path].headers["etag"])
            after = sosik.get("/dev/rss.xml")
            self.assertEqual(feedparser.parse(after.body).entries[0].id,
                             feedparser.parse(before["/dev/rss.xml"].body).entries[0].id)

    def test_the_page_stays_when_the_main_feed_is_gone(self):
        with Sosik(feeds={"main.toml": "gone = true\n", "dev.toml": DEV}) as sosik:
            sosik.run("import", "markdown", str(ROOT / "feeds" / "sample"))
            sosik.start()
            for path in ("/rss.xml", "/atom.xml", "/feed.json", "/feed/", "/index.xml"):
                self.assertEqual(sosik.get(path).status, 410, path)
            self.assertEqual((sosik.get("/").status, sosik.get("/dev/rss.xml").status), (200, 200))


if __name__ == "__main__":
    unittest.main()
