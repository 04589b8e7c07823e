"""The pair that most sections measure: our program and nginx on the same bytes, the anchor beside them."""
import contextlib
import functools
import shutil

import load
import stores
from nginx import Nginx, mirror, path_of
from processes import Process, fail, free_port
from report import Result
from sosik import Sosik
from wire import ask

SMALL, LARGE = "/rss.xml", "/large/rss.xml"
FEEDS = {"main": 'title = "벤치"\ncategories = ["small"]\n',
         "large": 'title = "큰 벤치"\ncategories = ["large"]\n'}
SIZES = [(SMALL, "gzip", 4_000), (LARGE, "gzip", 55_000), (LARGE, "identity", 215_000)]


def check_sizes(port):
    for path, coding, wanted in SIZES:
        size = len(ask(port, path, [f"Accept-Encoding: {coding}"]).body)
        if not 0.85 < size / wanted < 1.15:
            fail(f"{path} as {coding} has {size} bytes, far from {wanted}")


def fields_of(port, path, kind):
    """What makes the server at `port` answer so: 'gzip', 'identity', 'br', 'zstd' or '304'; None when it does not."""
    coding = "gzip" if kind == "304" else kind
    fields = [f"Accept-Encoding: {coding}"]
    answer = ask(port, path, fields)
    if answer.field("Content-Encoding") != ("" if coding == "identity" else coding):
        return None
    if kind != "304":
        return fields
    fields.append(f"If-None-Match: {answer.field('ETag')}")
    if ask(port, path, fields).status != 304:
        fail(f"no 304 for {path}")
    return fields


def request_of(process, path, kind):
    """(path, fields) of one kind of answer at a server, ours or nginx."""
    path = path_of(path, kind) if process.name == "nginx" else path
    return path, fields_of(process.port, path, kind)


@contextlib.contextmanager
def servers(bench, logging=False):
    """{'nginx': Process, 'sosik': Process}, both running and warm."""
    logs = {who: str(bench.work / f"{who}.access.log") if logging else "" for who in ("nginx", "sosik")}
    ours = Sosik(bench, "two-feeds", stores.store(bench, "two-feeds"), FEEDS, access_log=logs["sosik"])
    with ours.start() as sosik:
        check_sizes(ours.port)
        site = bench.work / "site"
        shutil.rmtree(site, ignore_errors=True)
        fields = mirror(site, ours.port, [SMALL, LARGE])
        with Nginx(bench, "nginx", site, fields, access_log=logs["nginx"]).start() as nginx:
            yield {"nginx": nginx, "sosik": sosik}
    for log in filter(None, logs.values()):
        (bench.work / log).unlink(missing_ok=True)


def start_anchor(bench, port, path, fields, is_closing=False):
    """The anchor, with the response that ours gives."""
    raw = ask(port, path, fields).raw
    if not is_closing:
        raw = raw.replace(b"Connection: close\r\n", b"", 1)
    file = bench.work / "response"
    file.write_bytes(raw)
    own = free_port()
    return Process([str(bench.programs / "anchor"), str(own), str(file)], own).wait_until_up()


def compare(bench, field, name, path, kind, least, generate=load.wrk, more_fields=()):
    """One answer by nginx, ours and the anchor, in interleaved rounds, as a Result."""
    requests = {who: request_of(process, path, kind) for who, process in field.items()}
    requests["anchor"] = requests["sosik"]
    is_closing = "Connection: close" in more_fields
    with start_anchor(bench, field["sosik"].port, *requests["sosik"], is_closing) as anchor:
        measures = {}
        for who, process in {**field, "anchor": anchor}.items():
            at, fields = requests[who]
            arguments = (process, at, [*fields, *more_fields])
            load.warm(bench, generate, *arguments)
            measures[who] = functools.partial(generate, *arguments, bench.seconds)
        seen = load.interleaved(bench.rounds, measures)
    micros = {who: load.median(costs, "micros") for who, costs in seen.items()}
    text = "; ".join(f"{who} {micros[who]:.2f} µs, {load.median(costs, 'rate'):,.0f}/s, "
                     f"{load.median(costs, 'busy'):.0%} busy" for who, costs in seen.items())
    return Result(name, "CPU time, nginx ÷ sosik", micros["nginx"] / micros["sosik"], least=least,
                  possible=micros["nginx"] / micros["anchor"], seen=text)
