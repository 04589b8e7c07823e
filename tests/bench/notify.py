"""Telling many: ten thousand webhooks of one event, and a thousand posts at once through the API."""
import concurrent.futures
import contextlib
import http.client
import json
import os
import pathlib
import re
import sqlite3
import statistics
import subprocess
import threading
import time
import urllib.request

import load
from pair import SMALL, fields_of
from processes import Process, fail, free_port, wait_for
from report import Result
from sosik import Sosik

TITLE = "notify: many webhooks of one event; many posts at once through the API"
ENDPOINTS, ADDRESSES, CONNECTIONS = 10_000, 250, 256
POSTS, WRITERS = 1_000, 8


class Sink:
    """tests/bench/sink.cpp, on every loopback address."""

    def __init__(self, bench):
        self.port = free_port()
        self.process = Process([str(bench.programs / "sink"), str(self.port)], self.port, prefix=())
        self.process.wait_until_up()

    def seen(self):
        """(requests since it was asked last, seconds from the first to the last)"""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/") as answer:
            count, nanoseconds = answer.read().split()
        return int(count), int(nanoseconds) / 1e9


def publish(store, count, name):
    with contextlib.closing(sqlite3.connect(store, timeout=60)) as db, db:
        for number in range(count):
            db.execute(
                "INSERT INTO posts (post_id, status, slug, title, body, published_at) VALUES (?1, 'published', ?1, ?2, '<p>글</p>', ?3)",
                (f"{name}-{number}", f"글 {name} {number}", int(time.time() * 1000) - 1000))


def add_endpoints(store, port, count):
    with contextlib.closing(sqlite3.connect(store, timeout=60)) as db, db:
        db.executemany(
            "INSERT INTO endpoints (site_id, endpoint_id, description, url, events, feeds, categories, headers, is_full, "
            "generation, created_at) VALUES (1, ?1, '', ?2, '[]', '[]', '[]', '[]', 0, 1, 0)",
            ((f"ep_{n:016x}", f"http://127.1.0.{1 + n % ADDRESSES}:{port}/hook/{n}") for n in range(count)))
        db.execute("UPDATE site_state SET targets_version = targets_version + 1")


def ended(store):
    with contextlib.closing(sqlite3.connect(store, timeout=60)) as db:
        return db.execute("SELECT count(*) FROM deliveries WHERE state = 2 AND event_number > 0").fetchone()[0]


def settings(port, more=""):
    return (f'allow_networks = ["127.0.0.0/8"]\nallow_ports = ["{port}"]\nmax_in_flight = {CONNECTIONS}\n'
            f"disable_after_hours = 1\n{more}")


def wrk(bench, port, body):
    """Requests a second of wrk posting the same body over as many connections, both cores its own."""
    script = bench.work / "post.lua"
    script.write_text(f'wrk.method = "POST"\nwrk.body = [==[{body}]==]\n'
                      'wrk.headers["Content-Type"] = "application/json"\n'
                      'wrk.headers["webhook-id"] = "evt_0123456789abcdef01234567"\n'
                      'wrk.headers["webhook-timestamp"] = "1790000000"\n'
                      f'wrk.headers["webhook-signature"] = "v1,{"A" * 44}"\n')
    said = subprocess.run(["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{bench.seconds}s", "-s", str(script),
                           f"http://127.1.0.1:{port}/hook/1"], capture_output=True, text=True, check=True).stdout
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])


def fan_out(bench):
    endpoints = 500 if bench.quick else ENDPOINTS
    sink = Sink(bench)
    store = bench.work / "fan-out.db"
    for old in bench.work.glob("fan-out.db*"):
        old.unlink()
    ours = Sosik(bench, "fan-out", store, publish=settings(sink.port))
    with ours.start(prefix=()):
        pass
    add_endpoints(store, sink.port, endpoints)
    rates, theirs, most, body = [], [], 0, None
    with ours.start(prefix=()) as process:
        for number in range(bench.rounds):
            sink.seen()
            before = ended(store)
            publish(store, 1, f"round{number}")

            def is_done():
                nonlocal most
                time.sleep(0.2)  # to count rows takes the processor from what is measured
                most = max(most, process.resident_bytes())
                return ended(store) - before >= endpoints

            wait_for(is_done, "every delivery on record")
            count, seconds = sink.seen()
            if count != endpoints:
                fail(f"{count} requests for {endpoints} endpoints")
            rates.append(count / seconds)
            with contextlib.closing(sqlite3.connect(store)) as db:
                data = db.execute("SELECT data FROM events WHERE kind = 0 ORDER BY number DESC LIMIT 1").fetchone()[0]
            body = f'{{"type":"post.published","timestamp":"2026-11-28T00:00:00Z","data":{data}}}'
            theirs.append(wrk(bench, sink.port, body))
            sink.seen()
    sink.process.stop()
    rate, anchor = statistics.median(rates), statistics.median(theirs)
    yield Result(f"{endpoints:,} webhooks of one event, {len(body.encode())} bytes", "rate, sosik ÷ wrk", rate / anchor,
                 least=0.5, seen=f"sosik {rate:,.0f}/s, wrk {anchor:,.0f}/s, every outcome on record")
    yield Result(f"{endpoints:,} webhooks of one event", "memory at most, ÷ 200 MB", most / 200e6, most=1.0,
                 seen=f"{most / 1e6:.0f} MB")


def put_all(port, token, count, name):
    """Seconds for `count` posts over a few connections."""
    numbers = iter(range(count))
    lock = threading.Lock()

    def work():
        # Writers sit on other machines: here they must not take the processor from the readers that are measured.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            post = {"title": f"{name} {number}", "slug": f"{name}-{number}", "status": "published",
                    "body": "<p>한 번에 많은 글</p>",
                    "published_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
            connection.request("PUT", f"/api/v1/posts/{name}-{number}", json.dumps(post).encode(),
                               {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
            answer = connection.getresponse()
            said = answer.read()
            if answer.status != 201:
                fail(f"PUT of a post: {answer.status} {said[:300]}")

    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(WRITERS) as pool:
        for done in [pool.submit(work) for _ in range(WRITERS)]:
            done.result()
    return time.monotonic() - begin


def burst(bench):
    """Readers' latency while a thousand posts come through the API, beside the same when nothing happens."""
    posts = 100 if bench.quick else POSTS
    sink = Sink(bench)
    store = bench.work / "burst.db"
    for old in bench.work.glob("burst.db*"):
        old.unlink()
    hub = f"http://127.1.0.1:{sink.port}/hub"
    ours = Sosik(bench, "burst", store, publish=settings(sink.port, f'hubs = ["{hub}"]\npings = ["{hub}"]\n'))
    with ours.start(prefix=()):
        pass
    made = subprocess.run([str(bench.program), "token", "create", "--name", "bench", "--scope", "publish", "--json",
                           "--config", str(ours.config)], capture_output=True, text=True, check=True).stdout
    token = json.loads(made)["token"]
    publish(store, 30, "first")
    quiet, busy, taken, calls = [], [], [], []
    with ours.start(prefix=()) as process:
        wait_for(lambda: fields_of(process.port, SMALL, "304"), "a feed")
        rate = 2000
        for number in range(bench.rounds):
            path, fields = SMALL, ["Accept-Encoding: gzip"]
            seconds = max(2, bench.seconds)
            quiet.append(load.own(bench, process, path, fields, seconds, rate=rate).latencies["p99"])
            time.sleep(4)  # what the last round owed has left
            sink.seen()
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                writing = pool.submit(put_all, ours.admin_port, token, posts, f"burst{number}")
                busy.append(load.own(bench, process, path, fields, seconds, rate=rate).latencies["p99"])
                taken.append(writing.result())
            time.sleep(5)
            calls.append(sink.seen()[0])
    sink.process.stop()
    yield Result(f"{posts:,} posts through the API", "p99 of readers, busy ÷ idle",
                 statistics.median(busy) / statistics.median(quiet), most=1.5,
                 seen=f"idle {statistics.median(quiet):.0f} µs, busy {statistics.median(busy):.0f} µs, "
                      f"written in {statistics.median(taken):.2f} s")
    # Three formats of the main feed for each window of two seconds, and retries; a ping.
    yield Result(f"{posts:,} posts through the API", "outbound calls ÷ posts", statistics.median(calls) / posts,
                 most=0.05, seen=f"{statistics.median(calls):.0f} calls to a hub and a ping service")


def measure(bench):
    yield from fan_out(bench)
    yield from burst(bench)
