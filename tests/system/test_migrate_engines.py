"""`sosik migrate --from --to`: a blog moves from SQLite to PostgreSQL and back, under read load, and nobody sees it: the same
bytes, tags, dates and ids, nothing told twice (S-035, S-096). What is interrupted leaves the target empty."""
import json
import signal
import subprocess
import threading
import unittest

from postgres import Database, Session
from sosik import PATIENCE, Receiver, post, wait_for
from test_publish import make

CODINGS = ("identity", "gzip", "br", "zstd")
GATE = 4711  # the advisory lock at which a migration waits


class Gate:
    """Holds a migration in the midst of its copy: a row of `tokens` is not taken before `open`. It waits asleep, not for a
    lock, so that no lock_timeout ends it."""

    def __init__(self, database):
        self.database = database
        database.sql(
            f"""CREATE FUNCTION waited() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
              WHILE NOT pg_try_advisory_xact_lock_shared({GATE}) LOOP PERFORM pg_sleep(0.01); END LOOP; RETURN true; END $$;
            ALTER TABLE tokens ADD CHECK (waited());"""
        )
        self.keeper = Session(database.url)
        self.keeper.run(f"SELECT pg_advisory_lock({GATE});")

    def sessions(self, more=""):
        return int(self.database.sql(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'sosik'" + more + ";"
        ))

    def wait(self):
        wait_for(lambda: self.sessions(" AND wait_event = 'PgSleep'"), "the migration to be half way")

    def open(self):
        self.keeper.run(f"SELECT pg_advisory_unlock({GATE});")
        self.keeper.close()


class Readers:
    """Readers who never stop, until they are told to, and what they got."""

    def __init__(self, sosik, wanted):
        self.sosik, self.wanted = sosik, wanted
        self.rounds, self.wrong = 0, []
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self.read) for _ in range(2)]
        for thread in self.threads:
            thread.start()

    def read(self):
        while not self.is_over.is_set():
            for (path, coding), (_, tag, date, body) in self.wanted.items():
                for fields, status in (({}, 200), ({"If-None-Match": tag}, 304)):
                    got = self.sosik.get(path, headers={"Accept-Encoding": coding, **fields})
                    if (got.status, got.headers.get("etag"), got.body) != (status, tag, body if status == 200 else b""):
                        self.wrong.append((path, coding, got.status))
            self.rounds += 1

    def stop(self):
        self.is_over.set()
        for thread in self.threads:
            thread.join()


class Migrate(unittest.TestCase):
    def setUp(self):
        self.database = Database()
        self.addCleanup(self.database.drop)
        # The receiver takes everything but one post, which stays owed, and is not tried again during the test.
        refuses = lambda request: "아직 못 받는 글" in request["body"].decode()
        self.hub = Receiver()
        self.hook = Receiver(lambda request: (503, {"Retry-After": "3600"}, b"") if refuses(request) else (200, {}, b""))
        self.sosik = make(hub=self.hub, hook=self.hook)
        for each in (self.hub, self.hook, self.sosik):
            self.addCleanup(each.__exit__, None, None, None)

    def publish(self):
        """A blog with a past: archives, names, a picture, posts that were edited, taken back, scheduled, refused."""
        sosik = self.sosik
        sosik.start()
        sosik.sql(
            "INSERT INTO posts (post_id, status, slug, title, published_at, body) VALUES "
            + ",".join(f"('p{n}', 'published', 'p{n}', '글 {n}', {1_700_000_000_000 + n * 3_600_000}, '<p>본문 {n}</p>')" for n in range(45))
            + "; INSERT INTO post_tags (post_id, tag) VALUES ('p44', 'Go'), ('p43', 'go'), ('p1', '회고');"
            + "INSERT INTO post_categories (post_id, path) VALUES ('p44', '개발/백엔드'); INSERT INTO categories (path, name) VALUES ('개발', 'Dev');"
            + "INSERT INTO post_authors (post_id, author) VALUES ('p40', 'jieun'); INSERT INTO authors (author, name) VALUES ('jieun', '김지은');"
            + "INSERT INTO enclosures (post_id, url, type, length) VALUES ('p44', 'https://x.example/a.mp3', 'audio/mpeg', 5);"
        )
        sosik.put("later.md", post("내년에", "2099-01-01"))
        sosik.put("refused.md", post("아직 못 받는 글", "2026-11-20"))
        wait_for(lambda: "아직 못 받는 글" in sosik.titles(), "the newest post")
        sosik.sql("UPDATE posts SET title = '고친 글' WHERE post_id = 'p44'; UPDATE posts SET status = 'unpublished' WHERE post_id = 'p42';")
        sosik.run("token", "create", "--name", "ops", "--scope", "read")
        self.wait_until_told()

    def wait_until_told(self, *store):
        """All but what the receiver refuses, of all that was written."""
        if store:
            is_dirty = lambda: self.database.sql("SELECT count(*) FROM dirty_posts;") != "0"
        else:
            is_dirty = lambda: self.sosik.query("SELECT count(*) FROM dirty_posts")[0][0]

        def check():
            owed = self.sosik.run_json("deliveries", "--state", "pending", "--attempts", *store)
            return owed and all(d["attempts"] for d in owed) and not self.sosik.run_json("deliveries", "--state", "in flight", *store)

        wait_for(lambda: not is_dirty() and check(), "everything told but one")

    def documents(self, *store):
        """Every feed in every format and coding, archives included, as readers get it."""
        addresses = [feed[form] for feed in self.sosik.run_json("feed", "list", *store) for form in ("rss", "atom", "json")]
        got = {}
        for address in addresses:
            path = address.removeprefix(self.sosik.url)
            for coding in CODINGS:
                answer = self.sosik.get(path, headers={"Accept-Encoding": coding})
                assert answer.status == 200, (path, answer.status)
                got[path, coding] = (answer.status, answer.headers["etag"], answer.headers["last-modified"], answer.body)
        older = json.loads(got["/feed.json", "identity"][3])["next_url"].removeprefix(self.sosik.url)
        answer = self.sosik.get(older)
        got[older, "identity"] = (answer.status, answer.headers["etag"], answer.headers["last-modified"], answer.body)
        return got

    def ledger(self, *store):
        """Revisions, events and deliveries, as the commands show them."""
        many = ("--limit", "10000", *store)
        return (
            self.sosik.run_json("feed", "list", *store),
            self.sosik.run_json("events", *many),
            self.sosik.run_json("deliveries", "--attempts", *many),
            self.sosik.run_json("token", "list", *store),
        )

    def migrate(self, source, target, code=0):
        # Without a configuration: it is about two stores.
        done = subprocess.run(self.words(source, target), capture_output=True, encoding="utf-8", timeout=PATIENCE)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def words(self, source, target):
        return [self.sosik.command()[0], "migrate", "--from", source, "--to", target, "--json"]

    def of_sqlite(self, name="sosik.db"):
        return f"sqlite:{self.sosik.folder / name}"

    def begin(self):
        """A migration that stands half way."""
        self.database.migrate()
        gate = Gate(self.database)
        migration = subprocess.Popen(
            self.words(self.of_sqlite(), self.database.url), stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
        )
        self.addCleanup(migration.communicate)
        gate.wait()
        return gate, migration

    def test_readers_of_the_old_store_are_served_meanwhile_and_nothing_is_taken_in(self):
        self.publish()
        documents = self.documents()
        self.assertEqual(self.sosik.stop(), 0)
        told = self.told()
        self.sosik.start("--role", "serve")
        self.sosik.sql("INSERT INTO posts (post_id, status, slug, title, published_at, body) VALUES ('late', 'published', 'late', '늦은 글', 1750000000000, '<p>글</p>');")
        polls = lambda: self.sosik.metrics()["sosik_news_polls_total"]
        begun = polls()
        wait_for(lambda: polls() >= begun + 2, "two looks at the store")
        for (path, coding), (status, tag, _, body) in documents.items():
            answer = self.sosik.get(path, headers={"Accept-Encoding": coding})
            self.assertEqual((answer.status, answer.headers["etag"], answer.body), (status, tag, body), (path, coding))
        self.assertEqual(self.sosik.query("SELECT count(*) FROM dirty_posts")[0][0], 1)
        self.assertEqual(self.told(), told)

    def test_a_blog_that_moves_to_postgresql_and_back_is_the_same_for_everybody(self):  # S-035, S-096
        sosik = self.sosik
        self.publish()
        documents = self.documents()
        self.assertGreater(len(documents), 50)

        gate, migration = self.begin()
        readers = Readers(sosik, documents)
        wait_for(lambda: readers.rounds >= 4, "readers who read while it is copied")
        gate.open()
        said, complaint = migration.communicate()
        self.assertEqual((migration.returncode, complaint), (0, ""))
        readers.stop()
        self.assertEqual(readers.wrong, [])
        report = json.loads(said)
        tables = {table["table"]: table for table in report["tables"]}
        self.assertEqual((tables["posts"]["rows"], report["left_behind"], report["deliveries_in_flight"]), (47, [], 0))
        self.assertGreater(tables["events"]["rows"], 40)
        ledger = self.ledger()
        self.assertEqual(sosik.stop(), 0)

        store = ("--store", self.database.url)
        told = self.told()
        self.assertEqual(self.ledger(*store), ledger)
        self.serve_the_same(documents, store)
        self.assertEqual(self.ledger(*store), ledger)
        self.assertEqual(self.told(), told)  # by the moves so far nobody was told anything

        # It goes on: the next event has the next number, and only that is told.
        sosik.put_into(store, "more.md", post("옮긴 뒤의 글", "2026-11-21"))
        wait_for(lambda: any("옮긴 뒤의 글" in r["body"].decode() for r in self.hook.requests), "the new post at the receiver")
        self.wait_until_told(*store)
        new = self.ledger(*store)[1][len(ledger[1]):]
        self.assertEqual([event["number"] for event in new], [ledger[1][-1]["number"] + 1 + i for i in range(len(new))])
        self.assertEqual(self.ledger(*store)[1][: len(ledger[1])], ledger[1])
        fresh = self.told() - told
        self.assertTrue(fresh)
        self.assertLessEqual(fresh, {event["id"] for event in new})

        # And back.
        documents, ledger = self.documents(*store), self.ledger(*store)
        self.assertEqual(sosik.stop(), 0)
        self.migrate(self.database.url, self.of_sqlite("back.db"))
        back = ("--store", self.of_sqlite("back.db"))
        self.assertEqual(self.ledger(*back), ledger)
        self.serve_the_same(documents, back)

    def told(self):
        """The ids of what the receiver took: each once."""
        ids = [r["headers"]["webhook-id"] for r in self.hook.requests if "아직 못 받는 글" not in r["body"].decode()]
        self.assertEqual(len(ids), len(set(ids)))
        return set(ids)

    def serve_the_same(self, documents, store):
        self.sosik.start(*store)
        for (path, coding), (_, tag, date, _) in documents.items():  # first, when nothing is rendered
            for name, value in (("If-None-Match", tag), ("If-Modified-Since", date)):
                answer = self.sosik.get(path, headers={"Accept-Encoding": coding, name: value})
                self.assertEqual((answer.status, answer.headers["etag"]), (304, tag), (path, coding, name))
        self.assertEqual(self.documents(*store), documents)

    def test_what_is_written_while_it_is_copied_stays_where_it_is(self):
        self.publish()
        gate, migration = self.begin()
        self.sosik.put("meanwhile.md", post("그 사이의 글", "2026-11-22"))
        wait_for(lambda: "그 사이의 글" in self.sosik.titles(), "a post that is served while the store is copied")
        gate.open()
        migration.communicate()
        self.assertEqual(migration.returncode, 0)
        self.assertEqual(self.database.sql("SELECT count(*) FROM posts;"), "47")
        self.assertEqual(self.database.sql("SELECT count(*) FROM entries WHERE doc LIKE '%그 사이의 글%';"), "0")

    def test_a_migration_that_is_killed_leaves_an_empty_store_which_can_be_filled(self):
        self.publish()
        gate, migration = self.begin()
        migration.send_signal(signal.SIGKILL)
        migration.wait()
        gate.open()
        wait_for(lambda: not gate.sessions(), "the server to notice")
        rows = " + ".join(
            f'(SELECT count(*) FROM "{name}")'
            for name in self.database.sql("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace;").split()
            if name != "sosik_schema"
        )
        self.assertEqual(self.database.sql(f"SELECT {rows};"), "0")
        self.database.sql("INSERT INTO posts (post_id) VALUES ('x');")
        self.assertEqual(self.database.sql("SELECT post_id FROM dirty_posts;"), "x")  # the triggers are there
        self.database.sql("TRUNCATE posts, dirty_posts CASCADE;")
        self.migrate(self.of_sqlite(), self.database.url)

    def test_a_password_is_in_no_message(self):
        self.sosik.run("migrate")
        self.database.migrate()
        self.database.sql("INSERT INTO scheduled VALUES (1, 5, 'x');")
        url = self.database.url_of(user="sosik:geheim")
        said = self.migrate(self.of_sqlite(), url, code=1)
        self.assertIn("holds rows already (scheduled: 1)", said.stderr)
        self.assertNotIn("geheim", said.stderr + said.stdout)
        said = self.migrate(url, self.of_sqlite("other.db"))
        self.assertNotIn("geheim", said.stderr + said.stdout)
