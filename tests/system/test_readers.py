"""Real feed readers subscribe, and the second time are told "nothing new" (304)."""
import contextlib
import os
import sqlite3
import subprocess
import unittest

from sosik import ROOT, RecordingProxy, Sosik


class Readers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # The feeds name the address that the readers use, the proxy's, as a public address would be.
        cls.sosik = Sosik()
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


if __name__ == "__main__":
    unittest.main()
