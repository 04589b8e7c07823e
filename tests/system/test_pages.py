"""The pages in a real browser: they look like something, and nothing on them is refused or scripted."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from sosik import ROOT, Sosik

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sosik = Sosik(feeds={p.name: p.read_text(encoding="utf-8") for p in (ROOT / "feeds").glob("*.toml")})
        cls.sosik.run("import", "markdown", str(ROOT / "feeds" / "sample"))
        cls.sosik.start()

    @classmethod
    def tearDownClass(cls):
        cls.sosik.__exit__()

    def browse(self, path, *flags):
        with tempfile.TemporaryDirectory() as profile:
            done = subprocess.run(
                [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 "--enable-logging=stderr", f"--user-data-dir={profile}", "--virtual-time-budget=5000", *flags,
                 self.sosik.url + path],
                capture_output=True, encoding="utf-8", errors="replace", timeout=180,
            )
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        return done

    def test_the_front_page_and_a_post_render_without_complaint(self):
        link = next(i["url"] for i in self.sosik.feed()["items"]).replace(self.sosik.url, "")
        for path in ("/", link):
            done = self.browse(path, "--dump-dom")
            self.assertIn("</main>", done.stdout)
            self.assertNotIn("<script", done.stdout)
            complaints = [line for line in done.stderr.splitlines() if "CONSOLE" in line and "Refused" in line]
            self.assertEqual(complaints, [], path)

    def test_the_negotiated_address_of_every_feed_is_a_page_to_a_browser(self):  # H-154
        for definition in (ROOT / "feeds").glob("*.toml"):
            path = "/feed" if definition.stem == "main" else f"/{definition.stem}/feed"
            done = self.browse(path, "--dump-dom")
            self.assertIn("</main>", done.stdout, path)
            self.assertIn('type="application/rss+xml"', done.stdout, path)  # it says where the feed is

    def test_a_screenshot_is_not_blank(self):
        with tempfile.TemporaryDirectory() as folder:
            shot = pathlib.Path(os.environ.get("SOSIK_SCREENSHOTS", folder)) / "front.png"
            self.browse("/", f"--screenshot={shot}", "--window-size=900,1400")
            self.assertGreater(shot.stat().st_size, 20_000)


if __name__ == "__main__":
    unittest.main()
