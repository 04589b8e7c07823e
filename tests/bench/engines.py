"""What is served costs the same whichever engine the posts lie in: the same store in SQLite and, moved, in PostgreSQL."""
import functools
import subprocess

import load
import stores
from database import Server
from pair import FEEDS, LARGE, SMALL, fields_of
from processes import fail
from report import Result
from sosik import Sosik

TITLE = "engines: 64 connections, the store in PostgreSQL beside SQLite"
MOST = 1.05
CASES = [("304", SMALL, "304"), ("200, 4 KB gzip", SMALL, "gzip"), ("200, 55 KB gzip", LARGE, "gzip")]


def measure(bench):
    database = Server(bench)
    file = stores.store(bench, "two-feeds")
    moved = Sosik(bench, "engine-postgresql", file, FEEDS)
    done = subprocess.run([*moved.command("migrate"), "--from", f"sqlite:{file}", "--to", database.url],
                          capture_output=True, text=True)
    if done.returncode != 0:
        fail(f"the store was not moved: {done.stderr}")
    moved.configure(database.url)
    with Sosik(bench, "engine-sqlite", file, FEEDS).start() as sqlite, moved.start() as postgresql:
        programs = {"sqlite": sqlite, "postgresql": postgresql}
        for name, path, kind in CASES:
            wanted = {who: fields_of(process.port, path, kind) for who, process in programs.items()}
            if wanted["sqlite"] != wanted["postgresql"]:
                fail(f"{path} has another tag when it comes from PostgreSQL")
            measures = {}
            for who, process in programs.items():
                arguments = (bench, process, path, wanted[who])
                load.warm(bench, load.own, *arguments)
                measures[who] = functools.partial(load.own, *arguments, bench.seconds)
            seen = load.interleaved(bench.rounds, measures)
            micros = {who: load.median(costs, "micros") for who, costs in seen.items()}
            yield Result(name, "CPU a request, PostgreSQL ÷ SQLite", micros["postgresql"] / micros["sqlite"], most=MOST,
                         seen="; ".join(f"{who} {value:.2f} µs" for who, value in micros.items()))
    database.stop()
