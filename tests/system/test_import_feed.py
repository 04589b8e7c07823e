"""A blog moves in from its own feed: over HTTP with its pages, from a file, and from a feed of ours."""
import gzip
import http.server
import threading
import unittest

from sosik import ROOT, Sosik, wait_for

FEEDS = ROOT / "tests" / "ingest" / "feeds"


def rss(items, generator="https://wordpress.org/?v=6.6"):
    return (f'<?xml version="1.0" encoding="euc-kr"?><rss version="2.0"><channel><title>옛 블로그</title>'
            f"<generator>{generator}</generator>{items}</channel></rss>").encode("cp949")


def item(number):
    return (f"<item><title>글 {number} 똠</title><link>http://old.example/?p={number}</link>"
            f'<guid isPermaLink="false">http://old.example/?p={number}</guid>'
            f"<pubDate>Thu, {number + 1:02} Oct 2026 09:00:00 +0900</pubDate>"
            f"<description>&lt;p&gt;본문 {number}&lt;/p&gt;</description></item>")


class OldBlog:
    """A server with pages: WordPress's ?paged=2, in EUC-KR, behind a redirect, once too busy."""

    def __init__(self, pages):
        self.asked, self.was_busy = [], False
        blog = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                blog.asked.append(self.path)
                if self.path == "/old":
                    return self.answer(301, b"", {"Location": "/feed/"})
                if self.path == "/feed/?paged=2" and not blog.was_busy:
                    blog.was_busy = True
                    return self.answer(503, b"", {"Retry-After": "0"})
                body = pages.get(self.path)
                if body is None:
                    return self.answer(404, b"no more")
                coding = {"Content-Encoding": "gzip"} if body.startswith(b"\x1f\x8b") else {}
                return self.answer(200, body, {"Content-Type": "application/rss+xml; charset=EUC-KR", **coding})

            def answer(self, status, body, fields=()):
                self.send_response(status)
                for name, value in dict(fields).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class ImportFeed(unittest.TestCase):
    def blog(self, pages):
        blog = OldBlog(pages)
        self.addCleanup(blog.stop)
        return blog

    def sosik(self, **options):
        sosik = Sosik(**options)
        self.addCleanup(sosik.__exit__)
        return sosik

    def test_a_blog_moves_in_over_http_with_all_its_pages(self):
        blog = self.blog({"/feed/": rss(item(3) + item(2)), "/feed/?paged=2": rss(item(2) + item(1))})
        sosik = self.sosik(publish=f'allow_networks = ["127.0.0.0/8"]\nallow_ports = ["{blog.port}"]')
        rehearsal = sosik.run_json("import", "feed", f"{blog.url}/old", "--dry-run")
        self.assertEqual((rehearsal["created"], rehearsal["dry_run"]), (3, True))
        done = sosik.run_json("import", "feed", f"{blog.url}/old")
        self.assertEqual((done["created"], done["problems"], done["notices"]), (3, [], []))
        self.assertIn("/feed/?paged=3", blog.asked)  # until there is no more
        again = sosik.run_json("import", "feed", f"{blog.url}/old")
        self.assertEqual((again["created"], again["updated"], again["unchanged"]), (0, 0, 3))
        sosik.start()
        items = wait_for(lambda: sosik.feed()["items"], "the posts")
        self.assertEqual([i["id"] for i in items], [f"http://old.example/?p={n}" for n in (3, 2, 1)])  # F-003
        self.assertEqual(items[0]["title"], "글 3 똠")
        self.assertEqual(items[0]["url"], "http://old.example/?p=3")
        self.assertEqual(items[0]["date_published"], "2026-10-04T09:00:00+09:00")
        events = [e for e in sosik.run_json("events") if e["type"] == "post.published"]
        self.assertTrue(all(e["quiet"] for e in events), events)

    def test_an_older_page_that_fails_fails_the_import_and_loses_nothing(self):
        older = '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="next" href="/2"/>'
        blog = self.blog({"/feed/": rss(older + item(2), generator="")})
        sosik = self.sosik(publish=f'allow_networks = ["127.0.0.0/8"]\nallow_ports = ["{blog.port}"]')
        done = sosik.run("import", "feed", f"{blog.url}/feed/", code=1)
        self.assertIn("1 created", done.stdout)
        self.assertIn(f"older entries could not be read: {blog.url}/2: HTTP 404", done.stderr)

    def test_gzip_that_nobody_asked_for_is_read_and_a_bomb_of_it_refused(self):
        bomb = gzip.compress(b" " * (65 << 20))
        blog = self.blog({"/feed/": gzip.compress(rss(item(1), generator="")), "/bomb": bomb})
        sosik = self.sosik(publish=f'allow_networks = ["127.0.0.0/8"]\nallow_ports = ["{blog.port}"]')
        self.assertEqual(sosik.run_json("import", "feed", f"{blog.url}/feed/")["created"], 1)
        self.assertEqual(sosik.query("SELECT title FROM posts"), [("글 1 똠",)])
        self.assertIn("the unpacked body has more than", sosik.run("import", "feed", f"{blog.url}/bomb", code=1).stderr)

    def test_private_addresses_need_leave(self):
        blog = self.blog({"/feed/": rss(item(1))})
        sosik = self.sosik(publish=f'allow_ports = ["{blog.port}"]')
        done = sosik.run("import", "feed", f"{blog.url}/feed/", code=1)
        self.assertIn("allow_networks", done.stderr)
        self.assertEqual(blog.asked, [])

    def test_bad_sources_are_named(self):
        sosik = self.sosik()
        page = sosik.folder / "page.html"
        page.write_text("<html><body>블로그</body></html>", encoding="utf-8")
        self.assertIn("give the address of its feed", sosik.run("import", "feed", str(page), code=1).stderr)
        self.assertIn("nowhere.xml", sosik.run("import", "feed", str(sosik.folder / "nowhere.xml"), code=1).stderr)

    def test_files_of_other_engines_are_read_together(self):
        sosik = self.sosik()
        files = [str(path) for path in sorted(FEEDS.iterdir())]
        done = sosik.run_json("import", "feed", *files)
        self.assertEqual(done["problems"], [])
        self.assertGreaterEqual(done["created"], 9)
        sosik.start()
        titles = wait_for(sosik.titles, "the posts")
        self.assertIn("똠방각하를 읽다 &bomb;", titles)
        self.assertIn("회고는 왜 어려운가 – 첫 번째", titles)

    def test_posts_that_end_alike_get_pages_of_their_own(self):
        sosik = self.sosik()
        feed = sosik.folder / "feed.xml"
        feed.write_text("<rss><channel>" + "".join(
            f"<item><link>https://old.example/202{n}/notes</link><title>{n}</title>"
            f"<pubDate>2026-01-0{n}T00:00:00Z</pubDate></item>" for n in (1, 2)) + "</channel></rss>")
        self.assertEqual(sosik.run_json("import", "feed", str(feed), "--own-pages")["created"], 2)
        self.assertEqual(sosik.run_json("import", "feed", str(feed), "--own-pages")["unchanged"], 2)
        sosik.start()
        newer, older = [i["url"] for i in wait_for(lambda: sosik.feed()["items"], "the posts")]
        self.assertTrue(older.endswith("/notes"), older)
        self.assertRegex(newer, "/notes-[0-9a-f]{8}$")

    def test_what_we_serve_moves_in_as_it_was(self):
        first = self.sosik(site="", feeds={"main.toml": 'title = "시험 블로그"\nlimit = 1000\n'})
        first.run("import", "markdown", str(ROOT / "feeds" / "sample"))
        first.start()
        before = wait_for(lambda: first.feed()["items"], "the sample blog")
        for name in ("rss.xml", "atom.xml", "feed.json"):
            with self.subTest(format=name):
                document = first.folder / name
                document.write_bytes(first.get(f"/{name}").body)
                second = self.sosik(feeds={"main.toml": 'title = "시험 블로그"\nlimit = 1000\n'})
                done = second.run_json("import", "feed", str(document))
                self.assertEqual((done["created"], done["problems"]), (len(before), []))
                second.start()
                after = wait_for(lambda: second.feed()["items"], "the blog that moved")
                same = ("id", "url", "title", "content_html", "date_published", "summary")
                for old, new in zip(before, after, strict=True):
                    self.assertEqual([old.get(k) for k in same], [new.get(k) for k in same])
                    self.assertEqual({a["name"] for a in old.get("authors", [])}, {a["name"] for a in new.get("authors", [])})


if __name__ == "__main__":
    unittest.main()
