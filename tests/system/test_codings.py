"""gzip, br and zstd at the door: other programs decode them to the bytes that are served as they are (H-090 to H-136)."""
import gzip
import re
import subprocess
import unittest

from sosik import ROOT, Sosik, wait_for

DEFINITIONS = {p.name: p.read_text(encoding="utf-8") for p in (ROOT / "feeds").glob("*.toml")}


def piped(*command):
    def decode(body):
        done = subprocess.run(command, input=body, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    return decode


DECODERS = {"gzip": gzip.decompress, "br": piped("brotli", "-d", "-c"), "zstd": piped("zstd", "-d", "-c", "-q")}
PATHS = ["/rss.xml", "/atom.xml", "/feed.json", "/", "/feed", "/dev/rss.xml", "/dev/feed",
         "/category/%EA%B0%9C%EB%B0%9C/atom.xml"]


class Codings(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sosik = Sosik(feeds=DEFINITIONS)
        cls.sosik.run("import", "markdown", str(ROOT / "feeds" / "sample"))
        cls.sosik.start()

    @classmethod
    def tearDownClass(cls):
        cls.sosik.__exit__()

    def get(self, path, accepted, method="GET", **more):
        headers = {"Accept-Encoding": accepted, **{k.replace("_", "-"): v for k, v in more.items()}}
        return self.sosik.get(path, method, {k: v for k, v in headers.items() if v is not None})

    def test_each_coding_holds_the_same_bytes_under_a_tag_of_its_own(self):
        for path in PATHS:
            plain = self.get(path, "identity")
            self.assertGreater(len(plain.body), 1024, path)
            tags = {plain.headers["etag"]}
            for coding, decode in DECODERS.items():
                with self.subTest(path=path, coding=coding):
                    coded = self.get(path, coding)
                    self.assertEqual((coded.status, coded.headers.get("content-encoding")), (200, coding))
                    self.assertEqual(decode(coded.body), plain.body)
                    self.assertEqual(int(coded.headers["content-length"]), len(coded.body))
                    self.assertLess(len(coded.body), len(plain.body))
                    self.assertIn("Accept-Encoding", coded.headers["vary"])
                    self.assertEqual(coded.headers["last-modified"], plain.headers["last-modified"])
                    tags.add(coded.headers["etag"])
                    head = self.get(path, coding, "HEAD")
                    head.headers.pop("date"), coded.headers.pop("date")
                    self.assertEqual((head.body, head.headers), (b"", coded.headers))
            self.assertEqual(len(tags), 4, path)

    def test_a_304_carries_the_tag_that_the_reader_has(self):  # H-094
        for coding in ("identity", *DECODERS):
            tag = self.get("/rss.xml", coding).headers["etag"]
            for named in (tag, f"W/{tag}", f'"0", {tag}', tag[:-1] + '-gzip"'):
                with self.subTest(coding=coding, named=named):
                    same = self.get("/rss.xml", f"{coding}, identity", If_None_Match=named)
                    self.assertEqual((same.status, same.headers["etag"], same.body), (304, tag, b""))
                    self.assertNotIn("content-encoding", same.headers)

    def test_what_a_reader_refuses_it_does_not_get(self):
        for accepted, allowed in (
            (None, {None}), ("", {None}), ("identity", {None}),
            ("gzip", {"gzip"}), ("x-gzip", {"gzip"}), ("GZIP", {"gzip"}),
            ("br;q=0, gzip", {"gzip"}), ("gzip;q=0, zstd;q=0, *", {"br"}), ("zstd;q=0.5, br;q=1", {"br"}),
            ("br;q=0.2, zstd;q=0.9", {"zstd"}), ("deflate", {None}), ("identity;q=1, gzip;q=0.5, br;q=0.5", {None}),
            ("gzip, deflate, br, zstd", {"gzip", "br", "zstd"}), ("*", {"gzip", "br", "zstd"}),
        ):
            with self.subTest(accepted):
                answer = self.get("/atom.xml", accepted)
                self.assertEqual(answer.status, 200)
                self.assertIn(answer.headers.get("content-encoding"), allowed)
        self.assertEqual(self.get("/atom.xml", "identity;q=0").status, 406)

    def test_a_browser_gets_the_smallest(self):
        sizes = {coding: len(self.get("/", coding).body) for coding in DECODERS}
        self.assertLessEqual(len(self.get("/", "gzip, deflate, br, zstd").body), sizes["gzip"])

    def test_small_bodies_are_sent_as_they_are(self):
        answer = self.get("/nothing", "gzip, br, zstd")
        self.assertEqual((answer.status, answer.headers.get("content-encoding")), (404, None))

    def test_curl_decodes_what_it_asks_for(self):
        for path in ("/rss.xml", "/feed.json"):
            for coding in DECODERS:
                done = subprocess.run(
                    ["curl", "-sS", "--compressed", "-H", f"Accept-Encoding: {coding}", self.sosik.url + path],
                    capture_output=True, timeout=60, check=True,
                )
                self.assertEqual(done.stdout, self.get(path, None).body, coding)

    def test_tags_and_bytes_are_the_same_after_a_restart(self):  # H-091, H-096, promise 2
        asked = [(path, coding) for path in PATHS for coding in ("identity", *DECODERS)]
        before = [self.get(*ask) for ask in asked]
        self.assertEqual(self.sosik.stop(), 0)
        self.sosik.start()
        for ask, old in zip(asked, before):
            with self.subTest(ask):  # first what needs no bytes, as readers come
                same = self.get(*ask, If_None_Match=old.headers["etag"])
                self.assertEqual((same.status, same.headers["etag"]), (304, old.headers["etag"]))
        for ask, old in zip(asked, before):
            with self.subTest(ask):
                now = self.get(*ask)
                now.headers.pop("date"), old.headers.pop("date")
                self.assertEqual((now.headers, now.body), (old.headers, old.body))

    def test_documents_are_counted_by_coding(self):
        for coding in DECODERS:
            before = self.sosik.metrics()
            self.get("/dev/feed.json", coding)
            self.get("/dev/feed.json", coding)
            after = self.sosik.metrics()
            served = f'sosik_http_documents_total{{coding="{coding}",format="json"}}'
            made = f'sosik_compressions_total{{coding="{coding}"}}'
            self.assertEqual(after[served] - before.get(served, 0), 2)
            self.assertEqual(after[made] - before[made], 1)
        self.assertLessEqual(after["sosik_rendered_bytes"], after["sosik_rendered_budget_bytes"])


class Budget(unittest.TestCase):
    def test_rendered_bytes_keep_to_their_budget_while_everything_is_asked_for(self):
        with Sosik(server="memory_mib = 1", feeds=DEFINITIONS) as sosik:
            sosik.run("import", "markdown", str(ROOT / "feeds" / "sample"))
            sosik.start()
            front = sosik.get("/").body.decode()
            posts = sorted({link.replace(sosik.url, "") for link in re.findall(r'href="([^"]*/posts/[^"]+)"', front)})
            paths = [*posts, *(f"{feed}/{form}" for feed in ("", "/dev", "/english", "/lead")
                               for form in ("rss.xml", "atom.xml", "feed.json"))]
            bodies = {}
            for _ in range(2):
                for path in paths:
                    for coding in ("identity", *DECODERS):
                        answer = sosik.get(path, headers={"Accept-Encoding": coding})
                        self.assertEqual(answer.status, 200, path)
                        self.assertEqual(bodies.setdefault((path, coding), answer.body), answer.body)
            self.assertGreater(sum(map(len, bodies.values())), 2 << 20)
            metrics = sosik.metrics()
            self.assertEqual(metrics["sosik_rendered_budget_bytes"], 1 << 20)
            self.assertGreater(metrics["sosik_rendered_evictions_total"], 0)
            # What was given up goes when the last thread that served it has let go of it.
            wait_for(lambda: sosik.metrics()["sosik_rendered_bytes"] <= 1 << 20, "the rendered bytes are in their budget")


if __name__ == "__main__":
    unittest.main()
