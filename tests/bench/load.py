"""Load from the other core, and what it cost the server: wrk, or our own generator (load.cpp)."""
import functools
import json
import re
import statistics
import subprocess

from processes import LOAD_CORE, fail
from wire import request

CONNECTIONS = 64


class Cost:
    """Microseconds of CPU time a request, requests a second, the part of the time that the server was busy."""

    def __init__(self, cpu, requests, rate, latencies=None):
        self.micros = cpu / requests * 1e6
        self.rate = rate
        self.busy = cpu / (requests / rate)
        self.latencies = latencies or {}


def run(process, command, read):
    before = process.cpu_seconds()
    done = subprocess.run(["taskset", "-c", LOAD_CORE, *command], capture_output=True, text=True)
    cpu = process.cpu_seconds() - before
    if done.returncode != 0:
        fail(f"{process.name} under load: {done.stderr}{done.stdout}")
    return read(cpu, done.stdout)


def wrk(process, path, fields, seconds, connections=CONNECTIONS):
    def read(cpu, out):
        if "Non-2xx or 3xx" in out or "Socket errors" in out:
            fail(f"{process.name}: errors under load:\n{out}")
        requests = int(re.search(r"(\d+) requests in", out).group(1))
        return Cost(cpu, requests, float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)))

    headers = [word for field in fields for word in ("-H", field)]
    url = f"http://127.0.0.1:{process.port}{path}"
    return run(process, ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *headers, url], read)


def own(bench, process, path, fields, seconds, connections=CONNECTIONS, pipeline=1, rate=0):
    def read(cpu, out):
        seen = json.loads(out)
        if not seen["requests"]:
            fail(f"{process.name} answered nothing")
        return Cost(cpu, seen["requests"], seen["rate"], seen)

    file = bench.work / "request"
    file.write_bytes(request(path, fields))
    return run(process, [str(bench.programs / "load"), str(process.port), str(connections), str(seconds), str(pipeline),
                         str(rate), str(file)], read)


def warm(bench, generate, *arguments):
    """The same load, not measured: caches fill, a feed gets its bytes."""
    if not bench.quick:
        generate(*arguments, 1)


def interleaved(rounds, measures):
    """{who: [value a round]} of {who: function}; all of them in each round, so that what disturbs one disturbs all."""
    seen = {who: [] for who in measures}
    for _ in range(rounds):
        for who, measure in measures.items():
            seen[who].append(measure())
    return seen


def medians(rounds, measure, subjects):
    """{name: median of measure(subject)} of {name: subject}."""
    seen = interleaved(rounds, {name: functools.partial(measure, subject) for name, subject in subjects.items()})
    return {name: statistics.median(values) for name, values in seen.items()}


def median(costs, what):
    return statistics.median(getattr(cost, what) for cost in costs)
