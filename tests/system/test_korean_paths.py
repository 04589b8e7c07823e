"""Korean names in paths: every spelling that readers send leads to the one feed (H-021, H-270 to H-273)."""
import subprocess
import unicodedata
import unittest
from urllib.parse import quote, unquote

from sosik import ROOT, Sosik, send_raw

FEEDS = ["/category/개발/rss.xml", "/category/개발/백엔드/atom.xml", "/author/한민서/feed.json", "/예전/rss.xml"]


class KoreanPaths(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sosik = cls.enterClassContext(Sosik(feeds={"예전.toml": 'title = "예전 글"\n'}))
        cls.sosik.run("import", "markdown", str(ROOT / "feeds" / "sample"))
        cls.sosik.start()

    def follow(self, target):
        """(status, redirects, body) of curl, which sends the bytes of its argument."""
        done = subprocess.run(
            [b"curl", b"-sS", b"-L", b"--path-as-is", b"-w", b"\n%{http_code} %{num_redirects}", self.sosik.url.encode() + target],
            capture_output=True, timeout=60, check=True,
        )
        body, _, said = done.stdout.rpartition(b"\n")
        return (*map(int, said.split()), body)

    def test_the_canonical_spelling_is_answered_in_place(self):
        for path in FEEDS:
            answer = self.sosik.get(quote(path))
            self.assertEqual(answer.status, 200, path)
            # H-210, H-213: self is ASCII and canonical, whatever Host was sent.
            self.assertIn(f'<{self.sosik.url}{quote(path)}>; rel="self"', answer.headers["link"])

    def test_every_other_spelling_is_one_redirect_away(self):  # H-270, H-271, H-272
        for path in FEEDS:
            want = self.sosik.get(quote(path)).body
            nfd = unicodedata.normalize("NFD", path)
            for name, target in {
                "NFD": quote(nfd).encode(),
                "lower-case hex": quote(path).replace("%EA", "%ea").replace("%ED", "%ed").replace("%EC", "%ec").encode(),
                "CP949": quote(path.encode("cp949")).encode(),
                "dots": ("/x/.." + quote(path)).encode(),
            }.items():
                with self.subTest(name, path=path):
                    self.assertEqual(self.follow(target), (200, 1, want))

    def test_octets_that_nobody_encoded(self):  # H-021; a program that follows redirects encodes some itself, so by hand
        for path in FEEDS:
            canonical = f"\r\nLocation: {self.sosik.url}{quote(path)}\r\n".encode()
            for target in (path, unicodedata.normalize("NFD", path)):
                answer = send_raw(self.sosik.port, f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
                self.assertEqual(int(answer.split()[1]), 301)
                self.assertIn(canonical, answer)
            answer = send_raw(self.sosik.port, b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n" % path.encode("cp949"))
            self.assertEqual(int(answer.split()[1]), 400)

    def test_a_post_is_found_in_every_spelling(self):
        slug = next(i["url"] for i in self.sosik.feed()["items"] if "%" in i["url"]).replace(self.sosik.url, "")
        want = self.sosik.get(slug).body
        for target in (unicodedata.normalize("NFD", unquote(slug)), unquote(slug).encode("cp949")):
            self.assertEqual(self.follow(quote(target).encode()), (200, 1, want))

    def test_what_names_nothing_is_no_redirect(self):  # H-273
        for target, statuses in (
            (quote("/category/없는 것/rss.xml"), {404}),
            (quote("/category/없는 것/rss.xml".encode("cp949")), {404}),
            ("/category/%C7%FF/rss.xml", {404}),  # neither UTF-8 nor CP949
            ("/category/%C0%AE%C0%AE/rss.xml", {400, 404}),  # ".." in overlong form, which CP949 reads as two letters
            ("/category/%ED%A0%80/rss.xml", {400, 404}),  # a lone surrogate
            ("/category/%25EA%25B0%259C%25EB%25B0%259C/rss.xml", {404}),  # encoded twice
            ("/category%2F" + quote("개발") + "/rss.xml", {404}),  # %2F separates nothing
            ("/category/%00/rss.xml", {400}),
            ("/category/%/rss.xml", {400}),
        ):
            with self.subTest(target):
                answer = send_raw(self.sosik.port, f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
                self.assertIn(int(answer.split()[1]), statuses)


if __name__ == "__main__":
    unittest.main()
