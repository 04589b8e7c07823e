"""What the commands print and what they leave alone."""
import json
import os
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

    def test_check_config_refuses_what_the_gate_would_refuse(self):  # F-029
        (self.sosik.folder / "feeds" / "bold.toml").write_text('title = "<b>굵은</b> 제목"\n')
        self.assertIn("feed 'bold': cannot serve as rss: line 4: channel/title: holds markup: '<b>굵은</b> 제목' (F-029)",
                      self.sosik.run("check-config", code=1).stderr)

    def test_feeds_that_moved_or_are_gone_are_shown_as_such(self):
        folder = self.sosik.folder / "feeds"
        (folder / "old.toml").write_text('moved_to = "dev"\n')
        (folder / "away.toml").write_text('title = "옛 피드"\nmoved_to = "https://elsewhere.example/피드"\n')
        (folder / "ended.toml").write_text('title = "끝"\ngone = true\n')
        self.sosik.run("migrate")
        said = {"old": "has moved to the feed 'dev'", "away": "has moved to https://elsewhere.example/%ED%94%BC%EB%93%9C",
                "ended": "is gone"}
        checked = self.sosik.run("check-config").stdout.splitlines()
        listed = self.sosik.run("feed", "list").stdout.splitlines()
        for key, words in said.items():
            name = {"old": "old", "away": "옛 피드", "ended": "끝"}[key]
            self.assertIn(f"feed      {name}: {words}; these addresses say so", checked)
            self.assertEqual([words in line for line in listed if f"/{key}/rss.xml" in line], [True])
            rendered = self.sosik.run("feed", "render", key, code=1)
            self.assertEqual((rendered.stdout, rendered.stderr),
                             ("", f"sosik: feed '{key}' {words}: there is nothing to render\n"))
        self.assertEqual(sum("has moved" in line or "is gone" in line for line in listed), 3)
        for feeds in (self.sosik.run_json("check-config")["feeds"], self.sosik.run_json("feed", "list")):
            state = {feed["feed"]: (feed["moved_to"], feed["gone"]) for feed in feeds}
            self.assertEqual(state, {"main": ("", False), "dev": ("", False), "old": ("dev", False), "ended": ("", True),
                                     "away": ("https://elsewhere.example/%ED%94%BC%EB%93%9C", False)})

    def test_json_of_any_bytes(self):
        self.sosik.run("migrate")
        self.sosik.sql("INSERT INTO posts (site_id, post_id, status, slug, title) VALUES "
                       "(1, CAST(x'61ff' AS TEXT), 'published', 'raw', 'x'),"
                       "(1, CAST(x'627f' AS TEXT), 'published', 'del', 'x'),"
                       "(1, CAST(x'63c285f3a08081' AS TEXT), 'published', 'tag', 'x');")
        ids = {p["slug"]: p["post_id"] for p in self.sosik.run_json("post", "list")}
        self.assertEqual(ids, {"raw": "a\ufffd", "del": "b\x7f", "tag": "c\x85\U000e0001"})
        self.assertEqual(self.sosik.run_json("post", "show", "raw")["post_id"], "a\ufffd")

    def test_reading_makes_no_store(self):
        for words in (("post", "list"), ("post", "show", "x"), ("post", "delete", "x"), ("events",), ("deliveries",),
                      ("feed", "list"), ("feed", "render")):
            self.assertIn("does not exist", self.sosik.run(*words, code=1).stderr)
        blog = self.sosik.folder / "blog"
        blog.mkdir()
        (blog / "a.md").write_text(post("글", "2026-11-01"))
        self.assertIn("1 created", self.sosik.run("import", "markdown", str(blog), "--dry-run").stdout)
        self.assertFalse(self.sosik.database.exists())
        self.sosik.run("import", "markdown", str(blog))
        self.assertIn("1 unchanged", self.sosik.run("import", "markdown", str(blog), "--dry-run").stdout)

    def test_feed_render_is_current_and_knows_other_spellings(self):
        for name in ("하나", "둘", "셋"):
            self.sosik.put(f"{name}.md", post(name, "2026-11-01", tags="[AI]"))
            items = json.loads(self.sosik.run("feed", "render", "main", "--format", "json").stdout)["items"]
            self.assertIn(name, [item["title"] for item in items])
        other, own = (self.sosik.run("feed", "render", f"tag/{tag}").stdout for tag in ("ai", "AI"))
        self.assertEqual(other, own)
        self.assertIn("하나", own)

    def test_events_are_the_newest(self):
        self.sosik.run("migrate")
        self.assertEqual(self.sosik.run_json("events"), [])
        for number in range(7):
            self.sosik.put(f"{number}.md", post(f"글 {number}", "2026-11-01"))
        self.sosik.run("feed", "list")
        every = [e["number"] for e in self.sosik.run_json("events", "--after", "0")]
        self.assertGreater(len(every), 6)
        self.assertEqual([e["number"] for e in self.sosik.run_json("events")], every)
        for limit in (1, 2, 3, len(every) - 1, len(every), 10**12):
            got = [e["number"] for e in self.sosik.run_json("events", "--limit", str(limit))]
            self.assertEqual(got, every[-limit:])
        self.sosik.sql(f"DELETE FROM events WHERE number IN ({every[-2]}, {every[-3]}, {every[0]});")
        got = [e["number"] for e in self.sosik.run_json("events", "--limit", "2")]
        self.assertEqual(got, [every[-4], every[-1]])

    def posts(self):
        return {p["post_id"]: p["title"] for p in self.sosik.run_json("post", "list")}

    def test_index_files_are_named_by_their_folders(self):
        self.sosik.put("x/index.md", post("엑스", "2026-11-01"))
        self.sosik.put("y/index.md", post("와이", "2026-11-01"))
        self.assertEqual(self.posts(), {"markdown:x/index": "엑스", "markdown:y/index": "와이"})

    def test_an_imported_file_is_put_in_place(self):
        for name in ("2023/three.md", "2024/four/index.md", "2024/five.md"):
            path = self.sosik.folder / "blog" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(post(name, "2026-11-01"))
        blog = str(self.sosik.folder / "blog")
        self.sosik.run("import", "markdown", blog)
        for name in ("2023/three.md", "2024/four/index.md"):
            self.assertIn("unchanged", self.sosik.run("post", "put", f"{blog}/{name}").stdout)
            self.sosik.put(f"blog/{name}", post("새 " + name, "2026-11-01"))
        self.assertEqual(self.posts(), {"markdown:2023/three": "새 2023/three.md", "markdown:2024/five": "2024/five.md",
                                        "markdown:2024/four/index": "새 2024/four/index.md"})
        self.assertIn("3 unchanged", self.sosik.run("import", "markdown", blog).stdout)
        other = self.sosik.folder / "other.md"
        other.write_text(post("남", "2026-11-01", slug="three"))
        self.assertIn("other.md", self.sosik.run("post", "put", str(other), code=1).stderr)
        self.assertEqual(len(self.posts()), 3)


if __name__ == "__main__":
    unittest.main()
