"""Bytes and time of each coding, on the large feed in its three formats, as the program itself counts them."""
import statistics

import stores
from pair import FEEDS
from report import Result
from sosik import Sosik
from wire import ask

TITLE = "compression: the large feed as RSS, Atom and JSON Feed, from /metrics"
PATHS = ["/large/rss.xml", "/large/atom.xml", "/large/feed.json"]
CODINGS = ["gzip", "br", "zstd"]


def once(ours):
    """{coding: (bytes, seconds)} of a program that has just started; no bytes: not served; no seconds: not counted."""
    seen = {}
    with ours.start():
        for path in PATHS:
            ask(ours.port, path, ["Accept-Encoding: identity"])
        for coding in CODINGS:
            label = f'{{coding="{coding}"}}'
            before = ours.metrics()
            answers = [ask(ours.port, path, [f"Accept-Encoding: {coding}"]) for path in PATHS]
            after = ours.metrics()
            took = after[f"sosik_compress_seconds_total{label}"] - before[f"sosik_compress_seconds_total{label}"]
            is_served = all(answer.field("Content-Encoding") == coding for answer in answers)
            seen[coding] = (sum(len(answer.body) for answer in answers) if is_served else 0, took)
    return seen


def measure(bench):
    ours = Sosik(bench, "compression", stores.store(bench, "two-feeds"), FEEDS)
    rounds = [once(ours) for _ in range(bench.rounds)]
    size = {coding: rounds[0][coding][0] for coding in CODINGS}
    seconds = {coding: statistics.median(seen[coding][1] for seen in rounds) for coding in CODINGS}
    for coding in CODINGS[1:]:
        bytes_name, time_name = f"bytes, {coding} ÷ gzip", f"time, {coding} ÷ gzip"
        if not size[coding]:
            yield Result(f"the large feed as {coding}", bytes_name, None, seen=f"this build serves no {coding}")
            continue
        yield Result(f"the large feed as {coding}", bytes_name, size[coding] / size["gzip"], most=1.0,
                     seen=f"gzip {size['gzip']:,}; {coding} {size[coding]:,} bytes")
        if not seconds["gzip"]:
            yield Result(f"the large feed as {coding}", time_name, None, seen="this build does not count the time")
            continue
        yield Result(f"the large feed as {coding}", time_name, seconds[coding] / seconds["gzip"],
                     seen=f"gzip {seconds['gzip'] * 1e3:.1f} ms; {coding} {seconds[coding] * 1e3:.1f} ms")
