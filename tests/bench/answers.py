"""What readers get most: CPU time of an answer, nginx's divided by ours. The bars are PRODUCT.md's, section 5."""
import functools

import load
from pair import LARGE, SMALL, compare, fields_of, servers
from report import Result

# wrk takes longer for a request than the servers for an answer, and a server that waits for work is woken for every
# request; so our own generator is used where connections are kept. It keeps none for one request.
TITLE = "answers: 64 connections (load by tests/bench/load.cpp; by wrk where each request has a connection)"
CLOSING = ("Connection: close",)
# name, path, kind, the bar, further fields
CASES = [
    ("304", SMALL, "304", 1.3, ()),
    ("200, 4 KB gzip", SMALL, "gzip", 1.6, ()),
    ("200, 55 KB gzip", LARGE, "gzip", 1.15, ()),
    ("200, 215 KB identity", LARGE, "identity", 1.0, ()),
    ("304, a connection a request", SMALL, "304", 1.0, CLOSING),
]


def generator(bench, more_fields):
    return load.wrk if more_fields == CLOSING else functools.partial(load.own, bench)


def of_coding(bench, sosik, coding):
    """A coding that nginx does not have, beside our gzip."""
    name, of = f"200, the 55 KB feed as {coding}", f"CPU time, our gzip ÷ our {coding}"
    fields = {kind: fields_of(sosik.port, LARGE, kind) for kind in ("gzip", coding)}
    if not fields[coding]:
        return Result(name, of, None, seen=f"this build serves no {coding}")
    for wanted in fields.values():
        load.warm(bench, load.own, bench, sosik, LARGE, wanted)
    seen = load.interleaved(bench.rounds, {kind: functools.partial(load.own, bench, sosik, LARGE, wanted, bench.seconds)
                                           for kind, wanted in fields.items()})
    micros = {kind: load.median(costs, "micros") for kind, costs in seen.items()}
    return Result(name, of, micros["gzip"] / micros[coding],
                  seen="; ".join(f"{kind} {value:.2f} µs" for kind, value in micros.items()))


def measure(bench):
    with servers(bench) as field:
        for name, path, kind, least, more in CASES:
            yield compare(bench, field, name, path, kind, least, generator(bench, more), more)
        for coding in ("br", "zstd"):
            yield of_coding(bench, field["sosik"], coding)
    with servers(bench, logging=True) as field:
        for name, path, kind, least, more in CASES[:1] if bench.quick else CASES:
            yield compare(bench, field, f"{name}, access log on", path, kind, least, generator(bench, more), more)
