"""The stores that are measured, kept in build/bench/stores. What the benchmarks know of the schema is here.

Posts are written as docs/post-store.md says and taken in by the program itself, silently. A store of 100,000 or a
million posts is one of 1,000 whose rows are then multiplied, the step's own tables included: the step takes 2,000 posts
a second, SQL a hundred times that. Copies are older than the originals, so the newest posts, and with them the feeds'
entries, are the same in all three. The ledger (events, deliveries) is not multiplied.
"""
import contextlib
import hashlib
import os
import pathlib
import shutil
import sqlite3
import time

from processes import fail, wait_for
from sosik import Sosik
from words import Words

ROOT = pathlib.Path(__file__).resolve().parents[2]
ORIGINALS = 1000
NEWEST = 1_704_067_200_000  # 2024-01-01; each post is a minute older than the one before
MINUTE = 60_000


@contextlib.contextmanager
def opened(file):
    """As another program opens it; each statement is a transaction of its own."""
    with contextlib.closing(sqlite3.connect(file, timeout=60, isolation_level=None)) as db:
        yield db


def insert_post(db, post_id, title, body, published, categories=(), tags=(), site=1):
    db.execute("INSERT INTO posts (site_id, post_id, status, slug, title, body, published_at) "
               "VALUES (?, ?, 'published', ?, ?, ?, ?)", (site, post_id, post_id, title, body, published))
    db.executemany("INSERT INTO post_categories (site_id, post_id, path) VALUES (?, ?, ?)",
                   [(site, post_id, c) for c in categories])
    db.executemany("INSERT INTO post_tags (site_id, post_id, tag) VALUES (?, ?, ?)", [(site, post_id, t) for t in tags])


def publish(file, title, site=1):
    """One post, now, in no category and with no tag. Returns when it is committed."""
    with opened(file) as db:
        db.execute("BEGIN IMMEDIATE")
        now = int(time.time() * 1000)
        insert_post(db, f"new-{time.time_ns()}", title, "<p>새 글</p>", now - 1000, site=site)
        db.execute("COMMIT")
        return time.monotonic()


# --- kinds of stores: posts as (post_id, title, body, published, categories, tags)

def two_feeds():
    """Feeds of about 4 KB and 55 KB as gzip, the large one 215 KB plain: categories small and large."""
    words = Words(1, vocabulary=1200)
    for i in range(20):
        yield f"small-{i}", words.line(3), f"<p>{words.line(21)}</p>", NEWEST - i * MINUTE, ["small"], []
    words = Words(2, vocabulary=450)
    for i in range(20):
        yield f"large-{i}", words.line(3), words.html(15, 76), NEWEST - i * MINUTE, ["large"], []


def many_posts():
    """Every category and tag has more posts than a feed shows, so that the feeds are of one size in every store."""
    words = Words(3, vocabulary=1200)
    for i in range(ORIGINALS):
        yield (f"post-{i:04}", words.line(4), words.html(1, 40), NEWEST - i * MINUTE, [f"c{i % 20:02}"],
               [f"t{i % 40:03}"])


def many_feeds(tags):
    """1,000 posts with so many tags in all, twenty a post where there are enough."""
    words, each = Words(4, vocabulary=1200), max(1, tags // ORIGINALS)
    for i in range(ORIGINALS):
        yield (f"post-{i:04}", words.line(4), words.html(1, 40), NEWEST - i * MINUTE, [],
               [f"t{(i * each + j) % tags:05}" for j in range(each)])


def few_posts():
    """A hundred of them: what each of many sites has."""
    for i, post in enumerate(many_posts()):
        if i < 100:
            yield post


# --- making them

def fill(bench, file, posts):
    with Sosik(bench, "filling", file).start():
        with opened(file) as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute("UPDATE write_mode SET is_quiet = 1")
            wanted = 0
            for post in posts:
                insert_post(db, *post)
                wanted += 1
            db.execute("UPDATE write_mode SET is_quiet = 0")
            db.execute("COMMIT")

            def shown():
                return db.execute("SELECT count(*) FROM entries WHERE is_shown = 1").fetchone()[0]
            wait_for(lambda: shown() == wanted, "all posts to be taken in")
    with opened(file) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the file alone is the store


# How the row of the k-th copy of a post differs from the original's; every other column is copied.
COPIED = {
    "posts": {"post_id": "key(post_id)", "slug": "key(slug)", "published_at": "published_at - k * 60000000"},
    "post_categories": {"post_id": "key(post_id)"},
    "post_tags": {"post_id": "key(post_id)"},
    "post_identity": {"entry_id": "key(entry_id)", "source_key": "key(source_key)"},
    "entries": {"post_id": "key(post_id)", "entry_id": "key(entry_id)", "slug": "key(slug)",
                "sequence": "sequence + k * 1000", "published_at": "published_at - k * 60000000",
                "updated_at": "updated_at - k * 60000000", "body_hash": "key(body_hash)",
                "doc": "replace(doc, '/posts/', '/posts/' || key(''))"},
    "bodies": {"body_hash": "key(body_hash)"},
    "feed_entries": {"post_id": "key(post_id)", "sequence": "sequence + k * 1000",
                     "published_at": "published_at - k * 60000000"},
}


@contextlib.contextmanager
def unnoticed(file):
    """A transaction for copies, which are nobody's writing: the triggers that notice what is written come back afterwards."""
    with opened(file) as db:
        for pragma in ("journal_mode = DELETE", "synchronous = OFF", "cache_size = -2000000", "temp_store = MEMORY"):
            db.execute(f"PRAGMA {pragma}")
        db.execute("BEGIN EXCLUSIVE")
        triggers = db.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name <> 'touch'").fetchall()
        for name, _ in triggers:
            db.execute(f'DROP TRIGGER "{name}"')
        yield db
        for _, sql in triggers:
            db.execute(sql)
        db.execute("COMMIT")
        db.execute("PRAGMA journal_mode = WAL")


def multiply(file, factor):
    with unnoticed(file) as db:
        for table, changed in COPIED.items():
            names = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            if missing := set(changed) - set(names):
                fail(f"stores.py knows another schema: {table} has no {missing}")
            # key(x) puts the copy's number in front, so that rows are written in the order of their keys.
            values = [changed.get(name, name).replace("key(", "printf('copy-%04d-%s', k, ") for name in names]
            db.execute(f"CREATE TEMP TABLE original AS SELECT * FROM {table}")
            db.execute(f"INSERT INTO {table} ({', '.join(names)}) "
                       "WITH RECURSIVE copies(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM copies WHERE k + 1 < ?) "
                       f"SELECT {', '.join(values)} FROM copies CROSS JOIN temp.original", (factor,))
            db.execute("DROP TABLE temp.original")
        db.execute("UPDATE feeds SET members = members * ?1, total = total * ?1", (factor,))
        db.execute("UPDATE site_state SET next_sequence = next_sequence + ?", ((factor - 1) * ORIGINALS,))


# What a site has in the step's own tables and in its posts; every column but site_id is copied.
OF_A_SITE = ("posts", "post_categories", "post_tags", "post_identity", "entries", "bodies", "feeds", "feed_entries", "site_state")


def host_of(site):
    return f"s{site}.example"


def found_sites(file, count):
    """The first site, `count` times over: sites 2 to count + 1, each at a host of its own."""
    with unnoticed(file) as db:
        # Adopted by no plan: a site's first step would make all of its entries anew, because its address is another.
        changed = {"entry_basis": "''", "doc": "replace(doc, 'blog.example', 's' || (k + 1) || '.example')"}
        for table in OF_A_SITE:
            names = [row[1] for row in db.execute(f"PRAGMA table_info({table})") if row[1] != "site_id"]
            values = ", ".join(["k + 1", *(changed.get(name, name) for name in names)])
            db.execute(f"CREATE TEMP TABLE original AS SELECT * FROM {table} WHERE site_id = 1")
            db.execute(f"INSERT INTO {table} (site_id, {', '.join(names)}) "
                       "WITH RECURSIVE copies(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM copies WHERE k < ?) "
                       f"SELECT {values} FROM copies CROSS JOIN temp.original", (count,))
            db.execute("DROP TABLE temp.original")
    with opened(file) as db:
        db.execute("BEGIN")
        db.executemany("INSERT INTO sites (site_id, host, title) VALUES (?, ?, ?)",
                       [(site, host_of(site), f"블로그 {site}") for site in range(2, count + 2)])
        db.execute("COMMIT")


def knowledge():
    """Changes when a kept store could be another one than would be made now."""
    digest = hashlib.sha256()
    for file in sorted([*ROOT.glob("src/store/sqlite/schema*.cpp"), ROOT / "src/store/sqlite/migrations.cpp",
                        *(pathlib.Path(__file__).parent / name for name in ("stores.py", "words.py"))]):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def kept(bench, name, make):
    folder = bench.out / "stores" / knowledge()
    if not folder.exists():
        shutil.rmtree(folder.parent, ignore_errors=True)
        folder.mkdir(parents=True)
    store = folder / f"{name}.db"
    if not store.exists():
        bench.say(f"making the store {name}")
        new = folder / "new.db"
        for old in folder.glob("new.db*"):
            old.unlink()
        make(new)
        new.rename(store)
    return store


def store(bench, name):
    """A copy of a store, for a run to write to: 'two-feeds', 'posts-N', 'feeds-N', 'sites-N'."""
    kind, _, size = name.partition("-")
    if kind == "two":
        source = kept(bench, name, lambda new: fill(bench, new, two_feeds()))
    elif kind == "feeds":
        source = kept(bench, name, lambda new: fill(bench, new, many_feeds(int(size))))
    elif kind == "sites":
        def make_sites(new):
            fill(bench, new, few_posts())
            found_sites(new, int(size))
        source = kept(bench, name, make_sites)
    elif int(size) == ORIGINALS:
        source = kept(bench, name, lambda new: fill(bench, new, many_posts()))
    else:
        def make(new):
            shutil.copyfile(kept(bench, f"posts-{ORIGINALS}", lambda small: fill(bench, small, many_posts())), new)
            multiply(new, int(size) // ORIGINALS)
        source = kept(bench, name, make)
    copy = bench.work / f"{name}.db"
    for suffix in ("", "-wal", "-shm"):
        copy.with_name(copy.name + suffix).unlink(missing_ok=True)
    shutil.copyfile(source, copy)
    os.sync()  # gigabytes that are still on their way to the disk would hold up a commit that is measured
    return copy
