"""The fields of real answers: what each kind of document is served with, and what no answer may have."""
import http.client
import re
import unittest
from urllib.parse import quote

from sosik import ROOT, Answer, Sosik

SAMPLE = str(ROOT / "feeds" / "sample")
DEFINITIONS = {p.name: p.read_text(encoding="utf-8") for p in (ROOT / "feeds").glob("*.toml")}
HUB = "https://hub.example/"
TYPES = {
    "/rss.xml": "application/rss+xml; charset=utf-8",
    "/atom.xml": "application/atom+xml; charset=utf-8",
    "/feed.json": "application/feed+json",
    "/": "text/html; charset=utf-8",
}


class HttpFields(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sosik = Sosik(publish='hubs = ["%s"]' % HUB, feeds=DEFINITIONS)
        cls.sosik.run("import", "markdown", SAMPLE)
        cls.sosik.start()
        # Addresses of every kind that is served: the main feed, a definition, a derived feed with a Korean name.
        entry = cls.sosik.feed()["items"][0]
        category = next(t for item in cls.sosik.feed()["items"] for t in item["tags"] if "/" in t)
        cls.places = ["", "/dev", "/category/" + quote(category)]
        cls.post = re.sub(r"^https?://[^/]+", "", entry["url"])

    @classmethod
    def tearDownClass(cls):
        cls.sosik.__exit__()

    def ask(self, path, method="GET", headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.sosik.port, timeout=60)
        try:
            connection.request(method, path, headers=headers or {})
            response = connection.getresponse()
            answer = Answer(response, response.read())
            lines = ", ".join(value for name, value in response.getheaders() if name.lower() == "link")
            answer.links = re.findall(r'<([^>]*)>; rel="([^"]*)"', lines)  # (url, rel) of each
            return answer
        finally:
            connection.close()

    def everything(self):
        for place in self.places:
            for name, kind in TYPES.items():
                yield place + name, kind

    def test_validators_type_and_caching(self):  # H-090, H-097, H-172, H-173, H-175, H-257, H-258, H-260
        ages = set()
        for path, kind in self.everything():
            for coding in ("identity", "gzip"):
                answer = self.ask(path, headers={"Accept-Encoding": coding})
                self.assertEqual((answer.status, answer.headers["content-type"]), (200, kind), path)
                self.assertRegex(answer.headers["etag"], r'^"[\x21\x23-\x7e]{1,62}"$')
                self.assertIn("last-modified", answer.headers, path)
                age = re.fullmatch(
                    r"public, max-age=(\d+), stale-while-revalidate=\d+, stale-if-error=\d+",
                    answer.headers["cache-control"],
                )
                self.assertTrue(age, answer.headers["cache-control"])
                ages.add(age.group(1))
                self.assertEqual(int(answer.headers["content-length"]), len(answer.body))
                self.assertEqual(answer.headers["vary"], "Accept-Encoding")  # H-170, H-171
                for name in ("expires", "set-cookie", "server", "transfer-encoding", "surrogate-key", "cache-tag"):
                    self.assertNotIn(name, answer.headers, path)  # H-175, H-177, H-182, H-261
                self.assertNotIn("x-robots-tag", answer.headers)  # H-256: off by default
                self.assertNotIn("cdn-cache-control", answer.headers)  # H-176: off by default
        self.assertEqual(len(ages), 1)  # H-173: a constant
        self.assertIn(int(ages.pop()), range(300, 901))

    def test_declared_encoding_is_the_one_of_the_type(self):  # H-260
        for path, kind in self.everything():
            if "xml" in kind:
                self.assertTrue(self.ask(path).body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>'), path)

    def test_security_and_scripts(self):  # H-250, H-252, H-253, H-254
        for path, kind in self.everything():
            headers = self.ask(path).headers
            self.assertEqual(headers["x-content-type-options"], "nosniff")
            self.assertEqual(headers["access-control-allow-origin"], "*")
            self.assertEqual(headers["access-control-expose-headers"], "ETag, Link, Retry-After")
            policy = headers["content-security-policy"]
            self.assertTrue(policy.startswith("default-src 'none'"), path)
            self.assertEqual("sandbox" in policy, "html" not in kind, path)
            if "html" in kind:
                self.assertIn("frame-ancestors 'none'", policy)
                self.assertEqual(headers["referrer-policy"], "strict-origin-when-cross-origin")

    def test_ranges_are_not_served(self):  # H-220, H-222
        for path, _ in self.everything():
            whole = self.ask(path)
            part = self.ask(path, headers={"Range": "bytes=0-1", "If-Range": whole.headers["etag"]})
            self.assertEqual((part.status, part.body), (200, whole.body), path)
            self.assertEqual(part.headers["accept-ranges"], "none", path)

    def test_one_self_and_the_hub_on_get_head_and_304(self):  # H-210, H-211, H-212
        for path, kind in self.everything():
            if "html" in kind:
                continue
            whole = self.ask(path)
            answers = [
                whole,
                self.ask(path, "HEAD"),
                self.ask(path, headers={"If-None-Match": whole.headers["etag"]}),
            ]
            self.assertEqual([a.status for a in answers], [200, 200, 304])
            for answer in answers:
                links = answer.links
                selves = [url for url, rel in links if rel == "self"]
                self.assertEqual(len(selves), 1, path)
                self.assertTrue(selves[0].endswith(path) and selves[0].isascii(), selves)
                self.assertEqual([url for url, rel in links if rel == "hub"], [HUB])
                self.assertIn(('"%s"' % selves[0]).encode(), whole.body.replace(b"\\/", b"/"), path)

    def test_siblings_and_canonical_are_told(self):  # H-214
        rels = [rel for _, rel in self.ask("/rss.xml").links]
        self.assertGreaterEqual(rels.count("alternate"), 2)
        self.assertIn("canonical", [rel for _, rel in self.ask(self.post).links])

    def test_no_byte_depends_on_who_is_asked_by_which_name(self):  # H-213, H-158
        for path, _ in self.everything():
            want = self.ask(path)
            for headers in ({"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}, {"Forwarded": "host=evil.example"}):
                got = self.ask(path + "?utm_source=x", headers=headers)
                self.assertEqual((got.status, got.body, got.headers["etag"]), (200, want.body, want.headers["etag"]))
                self.assertEqual(got.links, want.links)

    def test_anybody_may_ask(self):  # H-056
        for agent in ("", "Mailchimp", "curl/7.88.1", "python-requests/2.28", "Mozilla/5.0"):
            for method in ("GET", "HEAD"):
                self.assertEqual(self.ask("/rss.xml", method, headers={"User-Agent": agent}).status, 200, agent)


if __name__ == "__main__":
    unittest.main()
