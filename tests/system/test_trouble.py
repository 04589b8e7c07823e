"""The store in trouble: readers go on being served the last good bytes, /readyz says why, and it heals by itself."""
import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest
from email.utils import parsedate_to_datetime

from sosik import Sosik, post, wait_for

NOBODY = 65534
CAN_BE_NOBODY = os.geteuid() != 0 or shutil.which("setpriv")


def as_nobody():
    """What a command is run by so that permissions hold: root may write everywhere."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]


class Trouble(unittest.TestCase):
    """Each starts with one post, read once as RSS in two codings; nobody has asked for its tag's feed yet."""

    UNREAD = "/tag/first/rss.xml"

    def setUp(self):
        self.sosik = Sosik()
        self.addCleanup(self.sosik.__exit__)
        self.sosik.put("a.md", post("첫 글", "2026-11-01", body="가나다라 마바사 " * 300, tags="[first]"))

    def start(self, **more):
        self.sosik.start(**more)
        self.good = {coding: self.sosik.get("/rss.xml", headers={"Accept-Encoding": coding}) for coding in ("", "gzip")}
        for answer in self.good.values():
            self.assertEqual(answer.status, 200)
        self.assertEqual(self.ready(), "ready")

    def ready(self):
        answer = self.sosik.operator("/readyz")
        said = answer.body.decode().strip()
        self.assertEqual((answer.status, said == "ready"), (200, True) if said == "ready" else (503, False))
        return said

    def becomes_unready(self, why):
        said = wait_for(lambda: (r := self.ready()) != "ready" and r, "/readyz says that something is wrong")
        self.assertRegex(said, why)
        self.assertEqual(self.sosik.metrics()["sosik_ready"], 0)
        self.assertEqual(self.sosik.operator("/healthz").status, 200)  # alive: a restart would not help

    def becomes_ready(self):
        wait_for(lambda: self.ready() == "ready", "/readyz is content again")

    def serves_the_last_good_bytes(self):
        """Exactly what was served before, with its headers, and 304s for it (H-234)."""
        for coding, good in self.good.items():
            now = self.sosik.get("/rss.xml", headers={"Accept-Encoding": coding})
            self.assertEqual((now.status, now.body), (200, good.body))
            now.headers.pop("date"), (before := dict(good.headers)).pop("date")
            self.assertEqual(now.headers, before)
            for condition in ({"If-None-Match": good.headers["etag"]},
                              {"If-Modified-Since": good.headers["last-modified"]}):
                same = self.sosik.get("/rss.xml", headers={"Accept-Encoding": coding, **condition})
                self.assertEqual((same.status, same.headers["last-modified"]), (304, good.headers["last-modified"]))
        self.assertEqual(self.good[""].headers["etag"],
                         self.sosik.get("/rss.xml", "HEAD").headers["etag"])

    def publish_elsewhere(self, key, title):
        """Another program commits a post."""
        self.sosik.sql(
            "INSERT INTO posts (post_id, status, slug, title, body, published_at) "
            f"VALUES ('{key}', 'published', '{key}', '{title}', '<p>외부</p>', 1793500000000);"
        )

    def titles_become(self, *titles):
        wait_for(lambda: set(self.sosik.titles()) == set(titles), f"{titles}")
        self.assertEqual(self.sosik.query("PRAGMA integrity_check"), [("ok",)])

    def test_locked_by_another_program(self):  # H-234
        self.start()
        with contextlib.closing(sqlite3.connect(self.sosik.database, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            self.becomes_unready("another program holds it locked")
            self.serves_the_last_good_bytes()
            self.assertEqual(self.sosik.get(self.UNREAD).status, 200)  # WAL: readers do not wait for writers
            other.execute("ROLLBACK")
        self.becomes_ready()
        self.publish_elsewhere("b", "둘째 글")
        self.titles_become("첫 글", "둘째 글")

    def test_locked_while_a_publication_waits_to_be_noticed(self):
        self.start()
        with contextlib.closing(sqlite3.connect(self.sosik.database, isolation_level=None)) as other:
            self.publish_elsewhere("b", "둘째 글")
            other.execute("PRAGMA busy_timeout = 30000")
            other.execute("BEGIN EXCLUSIVE")
            self.becomes_unready("locked")
            other.execute("ROLLBACK")
        self.becomes_ready()
        self.titles_become("첫 글", "둘째 글")

    def test_moved_away(self):
        self.start()
        away = self.sosik.folder / "away.db"
        os.rename(self.sosik.database, away)
        self.becomes_unready("the file was moved")
        self.serves_the_last_good_bytes()
        self.assertFalse(self.sosik.database.exists())  # nobody made an empty one in its place
        os.rename(away, self.sosik.database)
        self.becomes_ready()
        self.publish_elsewhere("b", "둘째 글")
        self.titles_become("첫 글", "둘째 글")

    def test_moved_away_before_anybody_asked(self):
        self.sosik.start()
        self.assertEqual(self.ready(), "ready")  # the start is over: it needs the store
        away = self.sosik.folder / "away.db"
        os.rename(self.sosik.database, away)
        self.assertEqual(self.sosik.get("/atom.xml").status, 503)
        self.assertFalse(self.sosik.database.exists())  # an empty store would be an empty feed
        os.rename(away, self.sosik.database)
        wait_for(lambda: self.sosik.get("/atom.xml").status == 200, "the feed")
        self.assertEqual(self.sosik.titles(), ["첫 글"])

    def test_replaced_by_a_backup_that_only_a_restart_reads(self):
        self.start()
        copy = self.sosik.folder / "copy.db"
        self.sosik.sql(f".backup {copy}")
        os.replace(copy, self.sosik.database)
        self.becomes_unready("restart")
        self.serves_the_last_good_bytes()
        self.assertEqual(self.sosik.stop(), 0)
        self.sosik.start()
        self.becomes_ready()
        self.assertEqual(self.sosik.get("/rss.xml").body, self.good[""].body)

    def test_damaged_and_restored_from_a_backup(self):  # H-234
        self.start()
        backup = self.sosik.folder / "backup.db"
        self.sosik.sql(f".backup {backup}")
        self.sosik.sql("PRAGMA wal_checkpoint(TRUNCATE);")
        with open(self.sosik.database, "r+b") as file:  # the first page stays: it looks like a store
            size = os.fstat(file.fileno()).st_size
            file.seek(4096)
            file.write(b"\xde" * (size - 4096))
        self.becomes_unready("the file is damaged; restore it from a backup")
        self.serves_the_last_good_bytes()
        answer = self.sosik.get(self.UNREAD)  # there are no last good bytes of this one
        self.assertEqual((answer.status, answer.headers["cache-control"]), (503, "no-store"))
        self.assertGreater(int(answer.headers["retry-after"]), 0)
        self.assertNotIn("etag", answer.headers)
        self.assertNotIn(b"sqlite", answer.body.lower())
        self.assertNotIn(str(self.sosik.folder).encode(), answer.body)
        self.sosik.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "configuration not taken over" in self.sosik.said(), "the complaint")
        self.serves_the_last_good_bytes()
        self.sosik.sql(f".restore {backup}")
        self.becomes_ready()
        wait_for(lambda: self.sosik.get(self.UNREAD).status == 200, "the tag's feed")
        self.publish_elsewhere("b", "둘째 글")
        self.titles_become("첫 글", "둘째 글")

    def test_a_restored_backup_gives_no_wrong_304(self):  # H-111, H-117
        """Who knows a feed by its date has seen a later one than the backup's: operating.md's second statement."""
        self.start()
        paths = ("/rss.xml", "/tag/%EC%9E%A5%EC%95%A0/atom.xml")
        first = self.sosik.get(paths[0]).headers["etag"]
        backup = self.sosik.folder / "backup.db"
        self.sosik.sql(f".backup {backup}")
        self.publish_elsewhere("b", "둘째 글")
        self.sosik.sql("INSERT INTO post_tags (post_id, tag) VALUES ('b', '장애');")
        self.titles_become("첫 글", "둘째 글")
        wait_for(lambda: self.sosik.get(paths[1]).status == 200, "the tag's feed")
        dates = [self.sosik.get(path).headers["last-modified"] for path in paths]
        # The backup does not know which second the latest revision owned; a restoration takes longer than the rest of it.
        wait_for(lambda: time.time() >= parsedate_to_datetime(dates[0]).timestamp() + 1, "the second after")
        self.sosik.sql(f".restore {backup}\nUPDATE feeds SET definition_hash = '';")
        self.sosik.hang_up("configuration reread")
        self.titles_become("첫 글")
        asked = lambda: self.sosik.get(paths[0], headers={"If-Modified-Since": dates[0]})
        self.assertEqual(asked().status, 200)
        # The second may be used up by the revision before: then this one's is the next, and is said once it has come.
        after = wait_for(lambda: (answer := asked()) and "last-modified" in answer.headers and answer, "a date")
        self.assertEqual(after.status, 200)
        self.assertGreater(parsedate_to_datetime(after.headers["last-modified"]), parsedate_to_datetime(dates[0]))
        self.assertNotEqual(after.headers["etag"], first)  # its date shows in it
        self.assertEqual(self.sosik.get(paths[1]).status, 404)  # its only post is gone
        self.assertEqual(self.sosik.stop(), 0)
        self.sosik.start()
        again = self.sosik.get(paths[0], headers={"If-Modified-Since": dates[0]})
        self.assertEqual((again.status, again.headers["etag"]), (200, after.headers["etag"]))

    @unittest.skipUnless(CAN_BE_NOBODY, "root may write everywhere")
    def test_made_read_only_while_running(self):
        """The program keeps the files that it has open, so that publications still come through."""
        self.sosik.config.chmod(0o644)
        if os.geteuid() == 0:
            for path in (self.sosik.folder, *self.sosik.folder.iterdir()):
                os.chown(path, NOBODY, NOBODY)
        self.start(wrapper=as_nobody())
        stores = [p for p in self.sosik.folder.iterdir() if p.name.startswith("sosik.db")]
        for path in stores:
            path.chmod(0o444)
        self.sosik.folder.chmod(0o555)
        try:
            self.serves_the_last_good_bytes()
            said = self.ready()
            if said != "ready":
                self.assertRegex(said, "cannot be written: check the permissions")
        finally:
            self.sosik.folder.chmod(0o755)
            for path in stores:
                path.chmod(0o644)
        self.becomes_ready()
        self.publish_elsewhere("b", "둘째 글")
        self.titles_become("첫 글", "둘째 글")
        self.assertEqual(self.sosik.get(self.UNREAD).status, 200)

    def limit_files_to(self, size):
        """Writes beyond `size` fail from now on, as on a full disk; the other programs' do not."""
        subprocess.run(["prlimit", "--pid", str(self.sosik.process.pid), f"--fsize={size}:"], check=True)

    def test_disk_full(self):
        self.start()
        limit = 65536  # less than the store, its log and its journal have already
        self.limit_files_to(limit)
        self.publish_elsewhere("b", "둘째 글")
        self.becomes_unready("disk")
        self.serves_the_last_good_bytes()
        self.assertIsNone(self.sosik.process.poll())
        self.limit_files_to("unlimited")
        self.becomes_ready()
        self.titles_become("첫 글", "둘째 글")
        published = [e for e in self.sosik.run_json("events") if e["type"] == "post.published"]
        self.assertEqual(len(published), 2)  # told of once

    def test_disk_full_then_killed(self):
        self.start()
        self.limit_files_to(65536)
        self.publish_elsewhere("b", "둘째 글")
        self.becomes_unready("disk")
        self.sosik.kill()
        self.sosik.start()
        self.titles_become("첫 글", "둘째 글")


class Starting(unittest.TestCase):
    """Without a store that can be used `serve` does not start: exit code 1, one line that names the file and why."""

    def complaint(self, sosik, wrapper=()):
        done = subprocess.run(
            [*wrapper, *sosik.command("serve")], capture_output=True, encoding="utf-8", timeout=120
        )
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertIn("sosik.db", done.stderr)
        return done.stderr

    def test_a_folder(self):
        with Sosik() as sosik:
            sosik.database.mkdir()
            self.assertIn("a folder", self.complaint(sosik))

    @unittest.skipUnless(CAN_BE_NOBODY, "root may read everything")
    def test_a_file_that_may_not_be_read(self):
        with Sosik() as sosik:
            sosik.run("migrate")
            sosik.database.chmod(0)
            sosik.folder.chmod(0o755)
            self.assertIn("permissions", self.complaint(sosik, as_nobody()))

    def test_a_locked_file(self):
        with Sosik() as sosik:
            sosik.run("migrate")
            with contextlib.closing(sqlite3.connect(sosik.database, isolation_level=None)) as other:
                other.execute("BEGIN EXCLUSIVE")
                self.assertIn("locked", self.complaint(sosik))
                other.execute("ROLLBACK")

    def test_half_a_file(self):
        with Sosik() as sosik:
            sosik.run("migrate")
            os.truncate(sosik.database, sosik.database.stat().st_size // 2)
            self.assertRegex(self.complaint(sosik), "damaged|not a SQLite database")


if __name__ == "__main__":
    unittest.main()
