"""Many feeds: what 20,000 derived feeds cost when a post is published that is in none of them, or another is read."""
import contextlib
import functools

import load
import stores
from pair import SMALL, fields_of
from processes import fail
from publishing import Publication, ratio_text
from report import Result
from sosik import Sosik
from wire import Kept

TITLE = "feeds: 20,000 derived feeds beside 10, all asked for once"
FEW, MANY = "10 feeds", "20,000 feeds"


def ask_each(bench, ours, tags):
    reader = Kept(ours.port)
    for number in range(0, tags, 20 if bench.quick else 1):
        status = reader.ask(f"/tag/t{number:05}/rss.xml", ["Accept-Encoding: identity"]).status
        if status != 200:
            fail(f"a feed is answered with {status}")
    reader.close()


def measure(bench):
    with contextlib.ExitStack() as running:
        publications = {}
        for name, tags in ((FEW, 10), (MANY, 20_000)):
            ours = Sosik(bench, f"feeds-{tags}", stores.store(bench, f"feeds-{tags}"))
            process = running.enter_context(ours.start())
            ask_each(bench, ours, tags)
            publications[name] = Publication(bench, name, ours, process)
            publications[name].seconds()
        for of, method in (("time", Publication.seconds), ("CPU time", Publication.cpu_seconds)):
            medians = load.medians(3 * bench.rounds, method, publications)
            yield Result("publish a post that is in none", f"{of}, {MANY} ÷ {FEW}", medians[MANY] / medians[FEW],
                         most=1.5, seen=ratio_text(medians))
        measures = {}
        for name, publication in publications.items():
            fields = fields_of(publication.ours.port, SMALL, "304")
            load.warm(bench, load.wrk, publication.process, SMALL, fields)
            measures[name] = functools.partial(load.wrk, publication.process, SMALL, fields, bench.seconds)
        seen = load.interleaved(bench.rounds, measures)
        micros = {name: load.median(costs, "micros") for name, costs in seen.items()}
        yield Result("304 of another feed", f"CPU time, {MANY} ÷ {FEW}", micros[MANY] / micros[FEW], most=1.1,
                     seen=ratio_text(micros, 1, "µs"))
