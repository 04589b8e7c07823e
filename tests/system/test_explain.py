"""`sosik explain`: why a post is, or is not, in each feed, and who was told of it."""
import pathlib
import unittest

from sosik import Receiver, Sosik, post, wait_for

FEEDS = {
    "main.toml": "limit = 2\n",
    "dev.toml": 'title = "개발"\ncategories = ["개발"]\n',
    "open.toml": 'title = "공개"\nexclude_tags = ["비밀"]\n',
    "english.toml": 'title = "English"\nlanguages = ["en"]\n',
    "old.toml": 'title = "옛"\nmoved_to = "dev"\n',
}


class Explain(unittest.TestCase):
    def setUp(self):
        self.sosik = Sosik(feeds=FEEDS)
        self.addCleanup(self.sosik.__exit__)

    def explain(self, name):
        answer = self.sosik.run_json("explain", name)
        return answer, {feed["feed"]: feed for feed in answer["feeds"]}

    def take_in(self):
        self.sosik.run("feed", "list")

    def test_every_feed_has_an_answer(self):
        self.sosik.put("첫글.md", post("첫 글", "2024-01-01", categories="[일상]", tags="[비밀, Go]"))
        self.sosik.put("two.md", post("둘째", "2024-01-02", categories="[개발/백엔드]"))
        self.sosik.put("three.md", post("셋째", "2024-01-03"))
        self.take_in()
        answer, feeds = self.explain("첫글")
        self.assertTrue(answer["is_shown"])
        self.assertEqual((feeds["main"]["is_in"], feeds["main"]["place"], feeds["main"]["of"]), (False, 3, 3))
        self.assertIn("outside its window of 2", feeds["main"]["reason"])
        self.assertEqual(feeds["dev"]["reason"], 'categories = ["개발"]: its categories: 일상')
        self.assertEqual(feeds["open"]["reason"], 'exclude_tags = ["비밀"]: its tags: 비밀, Go')
        self.assertEqual(feeds["english"]["reason"], 'languages = ["en"]: its language is ko, the site\'s')
        self.assertEqual(feeds["old"]["reason"], "the feed has moved to the feed 'dev'")
        self.assertTrue(feeds["category/일상"]["is_in"])
        self.assertTrue(feeds["tag/Go"]["is_in"])
        _, feeds = self.explain("two")
        self.assertTrue(feeds["main"]["is_in"])
        self.assertTrue(feeds["dev"]["is_in"])
        self.assertTrue(feeds["category/개발"]["is_in"])
        text = self.sosik.run("explain", "첫글").stdout
        self.assertIn('feed       dev: not in it: categories = ["개발"]: its categories: 일상', text)
        self.assertIn("feed       category/일상: place 1 of 1", text)

    def test_a_post_is_found_by_key_slug_id_and_address(self):
        self.sosik.put("a.md", post("한글 주소", "2024-01-01", slug="한글-주소"))
        self.take_in()
        shown = self.sosik.run_json("post", "list")[0]
        names = [shown["post_id"], "한글-주소", shown["id"], self.sosik.url + "/posts/한글-주소",
                 self.sosik.url + "/posts/%ED%95%9C%EA%B8%80-%EC%A3%BC%EC%86%8C",
                 "\u1112\u1161\u11ab\u1100\u1173\u11af-주소"]  # in NFD
        for name in names:
            self.assertEqual(self.explain(name)[0]["post_id"], shown["post_id"], name)
        self.assertIn("there is no post", self.sosik.run("explain", "nothing", code=1).stderr)
        self.sosik.sql("UPDATE posts SET url = 'https://elsewhere.example/a';")
        self.assertEqual(self.explain("https://elsewhere.example/a")[0]["post_id"], shown["post_id"])

    def test_what_is_not_shown_says_why(self):
        self.sosik.run("migrate")
        self.sosik.sql(
            "INSERT INTO posts (post_id, status, slug, title, published_at) VALUES"
            " ('draft', 'draft', 'draft', '초안', NULL),"
            " ('later', 'published', 'later', '나중', 4102444800000),"
            " ('undated', 'published', 'undated', '날짜 없음', NULL),"
            " ('empty', 'published', 'empty', '', 1704067200000),"
            " ('off', 'unpublished', 'off', '내림', 1704067200000);")
        unseen, feeds = self.explain("empty")
        self.assertIn("the step has not looked at it yet", unseen["why_not_shown"])
        self.assertTrue(unseen["is_waiting_for_the_step"])
        self.take_in()
        reasons = {name: self.explain(name)[0]["why_not_shown"] for name in ("draft", "later", "undated", "empty", "off")}
        self.assertEqual(reasons, {
            "draft": "it is a draft",
            "later": "it is scheduled for 2100-01-01 09:00 (Asia/Seoul)",
            "undated": "it is held back: it is published but has no published_at",
            "empty": "it is held back: it has neither title nor text",
            "off": "it is unpublished",
        })
        _, feeds = self.explain("draft")
        self.assertEqual(feeds["main"]["reason"], "the post is not shown; it would be in it")
        self.assertFalse(any(feed["is_in"] for feed in feeds.values()))

    def test_repairs_derivation_and_what_has_gone(self):
        config = pathlib.Path(self.sosik.config)
        config.write_text(config.read_text(encoding="utf-8") + "[feeds]\nderive_tags = false\n", encoding="utf-8")
        self.sosik.put("a.md", post("제목", "2024-01-01", tags="[Go]"))
        self.sosik.sql("UPDATE posts SET title = '<b>굵은</b> 제목';")
        self.take_in()
        answer, feeds = self.explain("a")
        self.assertIn("the title held markup; shown as plain text", answer["repaired"])
        self.assertEqual(feeds["tag/Go"]["reason"], "feeds.derive_tags = false")
        self.sosik.run("post", "delete", "a")
        self.take_in()
        answer, feeds = self.explain(answer["post_id"])
        self.assertEqual(answer["why_not_shown"], "there is no such post any more")
        self.assertEqual([event["type"] for event in answer["events"]], ["post.published", "post.deleted"])

    def test_notifications_about_the_post(self):
        with Receiver() as hook:
            hooked = Sosik(publish=f'[[publish.webhook]]\nname = "build"\nurl = "{hook.url}/hook"\nallow_http = true\n'
                                   'secret_file = "secret"\n')
            self.addCleanup(hooked.__exit__)
            (hooked.folder / "secret").write_text("whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0")
            hooked.put("a.md", post("알림", "2024-01-01"))
            hooked.run("feed", "list")
            told = hooked.run_json("explain", "a")["deliveries"]
            self.assertEqual([(d["target"], d["event"], d["state"]) for d in told],
                             [("webhook:build", "post.published", "pending")])
            self.assertIn("post.published  webhook:build  pending, 0 attempts", hooked.run("explain", "a").stdout)

    def test_held_back_from_a_document(self):
        self.sosik.put("good.md", post("좋은 글", "2024-01-01"))
        self.sosik.put("bad.md", post("나쁜 글", "2024-01-02"))
        self.take_in()
        # As only damage to the program's own tables can make it: the gate finds it in the document.
        self.sosik.sql("UPDATE entries SET doc = json_set(doc, '$.url', 'https://b.example/글')"
                       " WHERE json_extract(doc, '$.title') = '나쁜 글';")
        self.sosik.start()
        rss = self.sosik.get("/rss.xml").body.decode()
        self.assertIn("좋은 글", rss)
        self.assertNotIn("나쁜 글", rss)
        held = wait_for(lambda: self.explain("bad")[0]["held_back_from"], "the reason in the store")
        self.assertEqual([(h["feed"], h["format"]) for h in held], [("main", "rss")])
        self.assertIn("item/link", held[0]["reason"])
        listed = {p["title"]: p for p in self.sosik.run_json("post", "list")}
        self.assertNotIn("held_back_from", listed["좋은 글"])
        self.assertEqual(listed["나쁜 글"]["held_back_from"], held)
        self.assertIn("held back from 1 document: item/link", self.sosik.run("post", "list").stdout)
        # The page of the archive that holds it lacks it too, and is named.
        self.assertEqual(self.sosik.get("/archive/1/rss.xml").status, 200)
        in_archive = lambda: [h for h in self.explain("bad")[0]["held_back_from"] if "archive" in h]  # noqa: E731
        held = wait_for(in_archive, "the archive's reason in the store")
        self.assertEqual([(h["feed"], h["archive"], h["format"]) for h in held], [("main", 1, "rss")])
        self.assertIn("from main, archive 1 as rss: item/link", self.sosik.run("explain", "bad").stdout)
        # The reason goes with the revision that had it. An edit leaves the date of publication alone (F-009).
        before = {item["title"]: item for item in self.sosik.feed()["items"]}
        self.sosik.sql("UPDATE posts SET title = '나은 글' WHERE title = '나쁜 글';")
        wait_for(lambda: "나은 글" in self.sosik.get("/rss.xml").body.decode(), "the post in the feed")
        self.assertEqual(self.explain("bad")[0]["held_back_from"], [])
        after = {item["title"]: item for item in self.sosik.feed()["items"]}
        self.assertEqual(before["좋은 글"], after["좋은 글"])
        self.assertEqual(after["나은 글"]["date_published"], "2024-01-02T00:00:00+09:00")


if __name__ == "__main__":
    unittest.main()
