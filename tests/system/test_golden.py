"""What we render is read by python3-feedparser as the same entries, in RSS and in Atom."""
import json
import pathlib
import unicodedata
import unittest
import urllib.parse

import feedparser
from sosik import ROOT

CASES = sorted(p.parent for p in (ROOT / "tests" / "golden").glob("*/input.json"))


def as_atom(feed_id, entry_id):
    """An id that is no address is spelled as one in Atom (render/atom.cpp)."""
    is_address = (":" in entry_id and entry_id[0].isalpha() and entry_id.isascii()
                  and not set(' <>"{}|\\^`') & set(entry_id))
    if is_address:
        return entry_id
    return feed_id.split(":/")[0] + ":/guid/" + urllib.parse.quote(entry_id, safe="-._~")


def words(text):
    """As a line: feedparser trims and joins differently around breaks and zero-width characters."""
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c) != "Cf")


class Golden(unittest.TestCase):
    def read(self, case, name):
        document = (case / name).read_bytes()
        read = feedparser.parse(document, sanitize_html=False)
        self.assertFalse(read.bozo, read.get("bozo_exception"))
        return read

    def test_every_case_is_read_as_the_same_entries(self):
        self.assertGreaterEqual(len(CASES), 70)
        for case in CASES:
            ours = json.loads((case / "feed.json").read_text(encoding="utf-8"))
            items = ours["items"]
            self.is_capped = "max_bytes" in json.loads((case / "input.json").read_text(encoding="utf-8"))
            with self.subTest(case=case.name, format="rss"):
                read = self.read(case, "rss.xml")
                self.assertEqual(read.version, "rss20")
                self.assertEqual(words(read.feed.title), words(ours["title"]))
                self.assertEqual(read.feed.link, ours["home_page_url"])
                self.compare(read, items, lambda item_id: item_id)
                for entry, item in zip(read.entries, items):
                    self.assertEqual("title" in entry, "title" in item, item["id"])
                    if "title" in item:
                        self.assertEqual(words(entry.title), words(item["title"]))
            with self.subTest(case=case.name, format="atom"):
                read = self.read(case, "atom.xml")
                self.assertEqual(read.version, "atom10")
                self.compare(read, items, lambda item_id: as_atom(read.feed.id, item_id))
                for entry, item in zip(read.entries, items):
                    if "title" in item:
                        self.assertEqual(words(entry.title), words(item["title"]))

    def compare(self, read, items, spelled):
        entries = read.entries
        if self.is_capped:  # each format leaves out what it has no room for
            common = min(len(entries), len(items))
            entries, items = entries[:common], items[:common]
        self.assertEqual([e.id for e in entries], [spelled(i["id"]) for i in items])
        self.assertEqual([e.link for e in entries], [i["url"] for i in items])
        for entry, item in zip(entries, items):
            authors = [a["name"] for a in item.get("authors", []) if "name" in a]
            self.assertEqual([a.name for a in entry.get("authors", []) if "name" in a], authors)
            if read.version == "rss20":  # a term of Atom is the path, which may differ from the name
                self.assertEqual({words(t.term) for t in entry.get("tags", [])},
                                 {words(t) for t in item.get("tags", [])})
                count = item.get("_comments", {}).get("count")
                self.assertEqual(entry.get("slash_comments"), None if count is None else str(count))
            if "image" in item:
                self.assertEqual([m["url"] for m in entry.media_content], [item["image"]])


if __name__ == "__main__":
    unittest.main()
