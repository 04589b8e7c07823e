"""Half an hour of publishing, polling and telling, with one receiver that is dead. Memory, descriptors and the size of the store
are sampled; the last third must not be above the middle one by more than a tenth. Called by scripts/soak."""
import contextlib
import csv
import http.client
import os
import pathlib
import sqlite3
import statistics
import sys
import threading
import time

from notify import Sink
from processes import fail, free_port
from sosik import Sosik

ROOT = pathlib.Path(__file__).resolve().parents[2]
EVERY = 5  # seconds between samples
POSTS, READERS = 40, 4
WATCHED = ["resident MB", "descriptors", "store MB"]


class Where:
    """What Sosik and Sink want to know of a bench."""

    quick = False
    program = ROOT / "build/release/sosik"
    programs = ROOT / "build/release/tests/bench"
    out = ROOT / "build/soak"
    work = out / "work"


def write(store, stop):
    """New posts up to a number, then edits and withdrawals of them, twice a second."""
    count = 0
    while not stop.wait(0.5):
        number = count % POSTS
        statement = ("INSERT INTO posts (post_id, status, slug, title, body, published_at) "
                     "VALUES (?1, 'published', ?1, ?2, '<p>오래 도는 글</p>', ?3) "
                     "ON CONFLICT (site_id, post_id) DO UPDATE SET title = excluded.title, status = ?4")
        status = "unpublished" if count % 7 == 0 else "published"
        with contextlib.closing(sqlite3.connect(store, timeout=60)) as db, db:
            db.execute(statement, (f"p{number}", f"글 {number}의 {count}번째", 1_790_000_000_000 + number * 60_000, status))
        count += 1


def poll(port, stop, path):
    """A reader that asks whether there is news, ten times a second, and now and then without asking."""
    tag, count = None, 0
    while not stop.is_set():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for _ in range(50):
            fields = {"If-None-Match": tag} if tag and count % 20 else {}
            connection.request("GET", path, headers={**fields, "Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            answer.read()
            if answer.status not in (200, 304):
                fail(f"a reader got {answer.status}")
            tag = answer.getheader("ETag")
            count += 1
            if stop.wait(0.1):
                break
        connection.close()


def sample(process, store):
    files = [store, store.with_name(store.name + "-wal")]
    size = sum(os.path.getsize(file) for file in files if file.exists())
    return process.resident_bytes() / 1e6, len(os.listdir(f"/proc/{process.pid}/fd")), size / 1e6


def plot(rows, file):
    """A line for each of what is watched, each on its own scale from 0."""
    width, height, colours = 900, 320, ["#1f6feb", "#bf3989", "#1a7f37"]
    end = max(row[0] for row in rows)
    lines = []
    for i, name in enumerate(WATCHED):
        values = [row[i + 1] for row in rows]
        top = max(values) * 1.1
        points = " ".join(f"{60 + row[0] / end * (width - 80):.1f},{height - 40 - value / top * (height - 80):.1f}"
                          for row, value in zip(rows, values))
        lines.append(f'<polyline fill="none" stroke="{colours[i]}" points="{points}"/>'
                     f'<text x="{70 + i * 280}" y="24" fill="{colours[i]}">{name}: {values[0]:.0f} → {values[-1]:.0f}, '
                     f'at most {max(values):.0f}</text>')
    file.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="DejaVu Sans" '
                    f'font-size="14"><rect width="{width}" height="{height}" fill="white"/>{"".join(lines)}'
                    f'<text x="60" y="{height - 12}">0 to {end / 60:.0f} minutes</text></svg>\n')


def main():
    minutes = float(sys.argv[1])
    Where.work.mkdir(parents=True, exist_ok=True)
    store = Where.work / "soak.db"
    for old in Where.work.glob("soak.db*"):
        old.unlink()
    sink, dead = Sink(Where), free_port()
    (Where.work / "soak").mkdir(exist_ok=True)
    (Where.work / "soak" / "secret").write_text("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX\n")
    hooks = "".join(f'[[publish.webhook]]\nname = "{name}"\nurl = "http://127.1.0.1:{port}/"\nallow_http = true\n'
                    'secret_file = "secret"\n' for name, port in (("good", sink.port), ("dead", dead)))
    ours = Sosik(Where, "soak", store, publish=(
        f'allow_networks = ["127.0.0.0/8"]\nallow_ports = ["{sink.port}", "{dead}"]\nhubs = ["http://127.1.0.2:{sink.port}/"]\n'
        f"keep_events = 500\nkeep_deliveries = 500\nmax_backlog = 300\n{hooks}"))
    stop = threading.Event()
    rows = []
    with ours.start(prefix=()) as process:
        tasks = [threading.Thread(target=write, args=(store, stop), daemon=True)]
        paths = ["/rss.xml", "/atom.xml", "/feed.json", "/"]
        tasks += [threading.Thread(target=poll, args=(ours.port, stop, paths[n % 4]), daemon=True) for n in range(READERS)]
        for task in tasks:
            task.start()
        begin = time.monotonic()
        with open(Where.out / "samples.csv", "w", newline="") as file:
            out = csv.writer(file)
            out.writerow(["seconds", *WATCHED])
            while (now := time.monotonic() - begin) < minutes * 60:
                rows.append((now, *sample(process, store)))
                out.writerow(f"{value:.2f}" for value in rows[-1])
                file.flush()
                time.sleep(EVERY)
        stop.set()
        for task in tasks:
            task.join(60)
        told = sink.seen()[0]
    sink.process.stop()
    plot(rows, Where.out / "soak.svg")
    third = len(rows) // 3
    is_flat = True
    for i, name in enumerate(WATCHED, 1):
        middle = statistics.median(row[i] for row in rows[third:2 * third])
        last = statistics.median(row[i] for row in rows[2 * third:])
        flat = last <= middle * 1.1
        is_flat = is_flat and flat
        print(f"{name}: middle third {middle:.1f}, last third {last:.1f}: {'flat' if flat else 'GROWS'}")
    with contextlib.closing(sqlite3.connect(store)) as db:
        counts = dict(db.execute("SELECT state, count(*) FROM deliveries GROUP BY state").fetchall())
    print(f"{told} calls received; deliveries by state at the end: {counts}")
    sys.exit(0 if is_flat else 1)


if __name__ == "__main__":
    main()
