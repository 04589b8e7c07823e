"""The gate through which every document goes before it is served, beside the gzip that it gets afterwards."""
import statistics

from documents import feed_file, ours
from report import Result

TITLE = "gate: checking a document of 50 full posts"
NAMES = {"rss": "RSS", "atom": "Atom", "json": "JSON Feed"}


def measure(bench):
    file = feed_file(bench)
    for document, name in NAMES.items():
        seen = {work: [] for work in ("check", "gzip")}
        for _ in range(bench.rounds):
            for work, rounds in seen.items():
                rounds.append(ours(bench, file, document, work)[0])
        check, gzip = (statistics.median(seen[work]) for work in ("check", "gzip"))
        yield Result(name, "CPU time, gate ÷ gzip", check / gzip, most=1.0,
                     seen=f"gate {check * 1e3:.2f} ms; gzip {gzip * 1e3:.2f} ms")
