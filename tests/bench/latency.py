"""Latency while both answer the same number of requests a second: half of what nginx can."""
import functools
import statistics

import load
from pair import LARGE, SMALL, request_of, servers
from processes import fail
from report import Result

TITLE = "latency: equal load, from the moment a request was due (load by tests/bench/load.cpp)"


def measure(bench):
    with servers(bench) as field:
        for name, path, kind in (("304", SMALL, "304"), ("200, 55 KB gzip", LARGE, "gzip")):
            requests = {who: request_of(process, path, kind) for who, process in field.items()}
            most = load.own(bench, field["nginx"], *requests["nginx"], bench.seconds).rate
            load.warm(bench, load.own, bench, field["sosik"], *requests["sosik"])
            seen = load.interleaved(bench.rounds, {
                who: functools.partial(load.own, bench, process, *requests[who], bench.seconds, rate=most / 2)
                for who, process in field.items()})
            for who, costs in seen.items():
                if min(cost.rate for cost in costs) < 0.98 * most / 2:
                    fail(f"{who} did not answer {most / 2:,.0f} requests a second")
            for percentile in ("p50", "p99", "p99.9"):
                micros = {who: statistics.median(cost.latencies[percentile] for cost in costs)
                          for who, costs in seen.items()}
                yield Result(f"{name} at {most / 2:,.0f}/s", f"{percentile}, nginx ÷ sosik",
                             micros["nginx"] / micros["sosik"], least=1.0 if percentile == "p99" else None,
                             seen="; ".join(f"{who} {value:.0f} µs" for who, value in micros.items()))
