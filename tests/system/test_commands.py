"""What the commands print and what they leave alone."""
import os
import subprocess
import unittest

from sosik import Sosik, post


class Commands(unittest.TestCase):
    def setUp(self):
        self.sosik = Sosik(feeds={"dev.toml": 'title = "개발"\n'})
        self.addCleanup(self.sosik.__exit__)

    def test_a_pipe_as_configuration_or_definition_is_a_problem(self):
        os.mkfifo(self.sosik.folder / "feeds" / "pipe.toml")
        self.assertIn("pipe.toml: not a regular file", self.sosik.run("check-config", code=1).stderr)
        self.sosik.config.unlink()
        os.mkfifo(self.sosik.config)
        self.assertIn("sosik.toml: not a regular file", self.sosik.run("check-config", code=1).stderr)

    def test_check_config_prints_the_urls_of_the_feeds(self):
        feeds = {feed["feed"]: feed for feed in self.sosik.run_json("check-config")["feeds"]}
        self.assertEqual(feeds["main"]["rss"], self.sosik.url + "/rss.xml")
        self.assertEqual(feeds["main"]["negotiated"], self.sosik.url + "/feed")
        self.assertEqual(feeds["dev"]["atom"], self.sosik.url + "/dev/atom.xml")

    def test_json_of_any_bytes(self):
        self.sosik.run("migrate")
        self.sosik.sql("INSERT INTO posts (site_id, post_id, status, slug, title) VALUES "
                       "(1, CAST(x'61ff' AS TEXT), 'published', 'raw', 'x'),"
                       "(1, CAST(x'627f' AS TEXT), 'published', 'del', 'x'),"
                       "(1, CAST(x'63c285f3a08081' AS TEXT), 'published', 'tag', 'x');")
        ids = {p["slug"]: p["post_id"] for p in self.sosik.run_json("post", "list")}
        self.assertEqual(ids, {"raw": "a\ufffd", "del": "b\x7f", "tag": "c\x85\U000e0001"})
        self.assertEqual(self.sosik.run_json("post", "show", "raw")["post_id"], "a\ufffd")


if __name__ == "__main__":
    unittest.main()
