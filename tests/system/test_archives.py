"""A client that reads a feed's whole history, as RFC 5005 and JSON Feed say, and what it sees of it later (H-200 to H-207)."""
import json
import unittest
import xml.etree.ElementTree as ElementTree

from sosik import Sosik, wait_for

ATOM = "{http://www.w3.org/2005/Atom}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
FORMS = ("rss.xml", "atom.xml", "feed.json")
POSTS = 130  # six full archives and a half


class Document:
    """What the client understands of one document: titles, marks and links."""

    def __init__(self, sosik, url):
        self.url = url
        answer = sosik.get(url.removeprefix(sosik.url))
        assert answer.status == 200, f"{url}: {answer.status}"
        self.etag = answer.headers["etag"]
        self.marks = set()
        if url.endswith(".json"):
            feed = json.loads(answer.body)
            self.titles = [item["title"] for item in feed["items"]]
            self.links = {"self": feed["feed_url"]}
            if "next_url" in feed:
                self.links["prev-archive"] = feed["next_url"]
            return
        root = ElementTree.fromstring(answer.body)
        node = root if root.tag == f"{ATOM}feed" else root.find("channel")
        title = f"{ATOM}title" if node is root else "title"
        entries = node.findall(f"{ATOM}entry") or node.findall("item")
        self.titles = [entry.findtext(title) for entry in entries]
        self.links = {each.get("rel"): each.get("href") for each in node.findall(f"{ATOM}link")}
        self.marks = {each.tag.removeprefix(HISTORY) for each in node if each.tag.startswith(HISTORY)}


def walk(sosik, form):
    """The subscription document, then the archives, newest first."""
    documents = [Document(sosik, f"{sosik.url}/{form}")]
    while older := documents[-1].links.get("prev-archive"):
        assert older not in [document.url for document in documents], f"{older} comes twice"
        documents.append(Document(sosik, older))
    return documents


def add(sosik, numbers):
    """Posts in the order of their dates, an hour apart, as another program would write them."""
    rows = ",".join(
        f"('p{n}', 'published', 'p{n}', '글 {n}', {1_700_000_000_000 + n * 3_600_000}, '<p>본문 {n}</p>')" for n in numbers
    )
    sosik.sql(f"INSERT INTO posts (post_id, status, slug, title, published_at, body) VALUES {rows};")
    wait_for(lambda: sosik.titles()[:1] == [f"글 {numbers[-1]}"], "the newest post")


def tags(documents):
    return {document.url: document.etag for document in documents}


class Archives(unittest.TestCase):
    def setUp(self):
        self.begin()

    def begin(self, **feeds):
        self.sosik = Sosik(feeds=feeds)
        self.addCleanup(self.sosik.__exit__)
        self.sosik.start()

    def fill(self, count=POSTS):
        add(self.sosik, range(1, count + 1))

    def test_every_post_is_reached_in_every_format(self):  # H-202, H-206
        self.fill()
        for form in FORMS:
            with self.subTest(form):
                documents = walk(self.sosik, form)
                self.assertEqual({t for d in documents for t in d.titles}, {f"글 {n}" for n in range(1, POSTS + 1)})
                self.assertTrue(all(d.titles for d in documents))
                for document in documents:
                    self.assertEqual(document.links["self"], document.url)

    def test_archives_lead_to_each_other_and_to_the_feed(self):  # H-202
        self.fill()
        for form in FORMS[:2]:
            with self.subTest(form):
                feed, *archives = walk(self.sosik, form)
                self.assertGreaterEqual(len(archives), 5)
                self.assertEqual(feed.marks, set())
                self.assertNotIn("next-archive", feed.links)
                for newer, older in zip(archives, archives[1:]):
                    self.assertEqual(older.links["next-archive"], newer.url)
                for archive in archives:
                    self.assertEqual(archive.marks, {"archive"})
                    self.assertEqual(archive.links["current"], feed.url)

    def test_a_feed_that_holds_everything_says_so(self):  # H-200
        self.fill(3)
        for form in FORMS:
            with self.subTest(form):
                (feed,) = walk(self.sosik, form)
                self.assertEqual(len(feed.titles), 3)
                self.assertEqual(feed.marks, set() if form == "feed.json" else {"complete"})
                self.assertFalse({"current", "next-archive", "prev-archive"} & feed.links.keys())

    def test_new_posts_leave_archives_as_they_are(self):  # H-203
        self.fill()
        before = {form: walk(self.sosik, form) for form in FORMS}
        add(self.sosik, range(POSTS + 1, POSTS + 26))
        for form in FORMS:
            with self.subTest(form):
                # The newest may get its link to the next.
                settled = tags(before[form][2:])
                self.assertGreaterEqual(len(settled), 4)
                after = tags(walk(self.sosik, form))
                self.assertEqual({url: after.get(url) for url in settled}, settled)

    def test_a_deleted_post_leaves_its_archive_and_no_other(self):  # H-203
        self.fill()
        before = {form: walk(self.sosik, form) for form in FORMS}
        gone = before["atom.xml"][3].titles[4]
        self.sosik.sql(f"DELETE FROM posts WHERE title = '{gone}';")
        holds = lambda: gone in Document(self.sosik, before["atom.xml"][3].url).titles  # noqa: E731
        wait_for(lambda: not holds(), "the archive without the post")
        for form in FORMS:
            with self.subTest(form):
                after = walk(self.sosik, form)
                self.assertNotIn(gone, [t for d in after for t in d.titles])
                old, new = tags(before[form][1:]), tags(after[1:])
                self.assertEqual(old.keys(), new.keys())
                changed = [url for url in old if old[url] != new[url]]
                self.assertEqual(changed, [d.url for d in before[form][1:] if gone in d.titles])

    def test_what_a_limit_of_bytes_leaves_out_is_reached(self):  # H-200, F-006
        self.begin(**{"main.toml": 'title = "긴 피드"\nlimit = 1000\nmax_bytes = 100000\n'})
        self.fill(600)
        for form in FORMS:
            with self.subTest(form):
                documents = walk(self.sosik, form)
                self.assertLess(len(documents[0].titles), 600)
                self.assertNotIn("complete", documents[0].marks)
                self.assertEqual({t for d in documents for t in d.titles}, {f"글 {n}" for n in range(1, 601)})

    def test_a_window_that_is_cut_leaves_no_gap_before_the_archive(self):  # H-202, F-006
        """With members outside the window besides; and every format may be cut at another place."""
        self.begin(**{"main.toml": 'title = "긴 피드"\nlimit = 500\nmax_bytes = 100000\n'})
        self.fill(650)
        for form in FORMS:
            with self.subTest(form):
                documents = walk(self.sosik, form)
                self.assertLess(len(documents[0].titles), 500)
                self.assertEqual({t for d in documents for t in d.titles}, {f"글 {n}" for n in range(1, 651)})

    def test_there_is_nothing_beyond_the_history(self):  # H-207
        self.fill()
        for form in FORMS:
            self.assertEqual(self.sosik.get(f"/archive/1/{form}").status, 200)
        for page in ("0", "8", "999999999999999999999", "-1", "x"):
            for form in FORMS:
                with self.subTest(f"{page}/{form}"):
                    self.assertEqual(self.sosik.get(f"/archive/{page}/{form}").status, 404)
        self.assertIn(self.sosik.get("/archive/01/atom.xml").status, (301, 404))


if __name__ == "__main__":
    unittest.main()
