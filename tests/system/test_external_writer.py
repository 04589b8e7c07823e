"""Another program writes to the store with the sqlite3 command, as docs/post-store.md allows; readers see it."""
import time
import unittest

from sosik import Sosik, post, wait_for


def now_ms():
    return int(time.time() * 1000)


class ExternalWriter(unittest.TestCase):
    def setUp(self):
        self.sosik = Sosik()
        self.addCleanup(self.sosik.__exit__)
        self.sosik.start()

    def insert(self, key, title, published=None, body="<p>외부에서 쓴 글</p>"):
        self.sosik.sql(
            "INSERT INTO posts (post_id, status, slug, title, body, published_at) VALUES "
            f"('{key}', 'published', '{key}', '{title}', '{body}', {published or now_ms() - 1000});"
        )

    def titles_become(self, *titles):
        wait_for(lambda: self.sosik.titles() == list(titles), f"{titles}; last {self.sosik.titles()}")

    def test_insert_edit_unpublish_republish_delete(self):
        self.insert("hello", "안녕")
        self.titles_become("안녕")
        first = self.sosik.feed()["items"][0]
        self.sosik.sql("UPDATE posts SET title = '안녕하세요', slug = 'hi' WHERE post_id = 'hello';")
        self.titles_become("안녕하세요")
        self.assertEqual(self.sosik.feed()["items"][0]["id"], first["id"])  # F-001
        self.assertEqual(self.sosik.get("/posts/hello").status, 404)
        self.assertEqual(self.sosik.get("/posts/hi").status, 200)
        self.sosik.sql("UPDATE posts SET status = 'unpublished' WHERE post_id = 'hello';")
        self.titles_become()
        self.assertEqual(self.sosik.get("/posts/hi").status, 404)
        self.sosik.sql("UPDATE posts SET status = 'published' WHERE post_id = 'hello';")
        self.titles_become("안녕하세요")
        self.assertEqual(self.sosik.feed()["items"][0]["id"], first["id"])
        self.sosik.sql("DELETE FROM posts WHERE post_id = 'hello';")
        self.titles_become()
        kinds = [e["type"] for e in self.sosik.run_json("events") if e["type"].startswith("post.")]
        self.assertEqual(kinds, ["post.published", "post.updated", "post.unpublished", "post.published", "post.deleted"])

    def test_every_change_moves_tag_and_last_modified(self):  # H-090, H-110, H-111
        seen = []
        for number in range(3):
            self.insert(f"p{number}", f"글 {number}")
            wait_for(lambda: len(self.sosik.titles()) == number + 1, "the post")
            answer = self.sosik.get("/rss.xml")
            seen.append((answer.headers["etag"], answer.headers["last-modified"]))
        self.sosik.sql("DELETE FROM posts WHERE post_id = 'p2';")  # H-111: the newest goes, the date still moves on
        wait_for(lambda: len(self.sosik.titles()) == 2, "the deletion")
        answer = self.sosik.get("/rss.xml")
        seen.append((answer.headers["etag"], answer.headers["last-modified"]))
        self.assertEqual(len({tag for tag, _ in seen}), 4)
        self.assertEqual(len({date for _, date in seen}), 4)
        stale = self.sosik.get("/rss.xml", headers={"If-Modified-Since": seen[2][1]})
        self.assertEqual(stale.status, 200)

    def test_a_category_renamed_by_hand_shows_in_every_post_below_it(self):
        self.insert("deep", "깊은 글")
        self.sosik.sql(
            "INSERT INTO post_categories (post_id, path) VALUES ('deep', '개발/백엔드');"
            "INSERT INTO categories (path, name) VALUES ('개발', '엔지니어링');"
        )
        wait_for(lambda: "엔지니어링/백엔드" in self.sosik.get("/rss.xml").body.decode(), "the display name")
        self.sosik.sql("UPDATE categories SET name = 'Engineering' WHERE path = '개발';")
        wait_for(lambda: "Engineering/백엔드" in self.sosik.get("/rss.xml").body.decode(), "the new name")

    def test_a_scheduled_post_appears_by_itself(self):  # H-114
        self.insert("later", "예약 글", published=now_ms() + 2500)
        self.insert("now", "지금 글")
        self.titles_become("지금 글")
        self.titles_become("예약 글", "지금 글")

    def test_a_scheduled_post_appears_after_a_restart_across_its_moment(self):
        self.insert("later", "예약 글", published=now_ms() + 1500)
        wait_for(lambda: self.sosik.query("SELECT 1 FROM scheduled"), "the step to note it")
        self.sosik.kill()
        time.sleep(1.6)  # the moment passes while nothing runs
        self.sosik.start()
        self.titles_become("예약 글")

    def test_hostile_rows_never_break_a_feed(self):  # promise 1
        self.insert("bad", "제어\x08문자와 \x1f찌꺼기", body="<p>a<script>alert(1)</script><b>b</p><a href=javascript:x>c</a>")
        self.sosik.sql(
            "INSERT INTO posts (post_id, status, slug, title, body, published_at) VALUES "
            f"('raw', 'published', 'raw', CAST(x'ed959cff00ea' AS TEXT), x'3c703effeab0', {now_ms() - 5000});"
        )
        wait_for(lambda: len(self.sosik.titles()) == 2, "both posts")
        import feedparser

        for path in ("/rss.xml", "/atom.xml"):
            parsed = feedparser.parse(self.sosik.get(path).body)
            self.assertFalse(parsed.bozo, parsed.get("bozo_exception"))
            self.assertNotIn("script", str(parsed.entries))
        self.assertEqual(self.sosik.titles()[0], "제어문자와 찌꺼기")


if __name__ == "__main__":
    unittest.main()
