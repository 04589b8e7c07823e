"""How readers come: few connections, many, pipelined."""
import functools

import load
from pair import SMALL, compare, servers

TITLE = "shapes: how requests come (load by tests/bench/load.cpp)"


def measure(bench):
    with servers(bench) as field:
        for connections, least in ((64, 1.3), (1000, 1.0)):
            generate = functools.partial(load.own, bench, connections=connections)
            yield compare(bench, field, f"304, {connections:,} connections", SMALL, "304", least, generate)
        generate = functools.partial(load.own, bench, pipeline=16)
        yield compare(bench, field, "304, pipelined by 16", SMALL, "304", 1.0, generate)
        yield compare(bench, field, "200, 4 KB gzip, pipelined by 16", SMALL, "gzip", 1.0, generate)
