"""Publish to served, by size of the store: one more post must not cost more because there are many."""
import contextlib

import load
import stores
from publishing import Publication, ratio_text
from report import Result
from sosik import Sosik

MOST = 1.5
TITLE = "publish: COMMIT by another program → new bytes of /rss.xml (stores: 1,000 posts taken in, multiplied by SQL)"


def sizes(bench):
    return [1000, 10_000] if bench.quick else [1000, 100_000, 1_000_000]


def measure(bench):
    with contextlib.ExitStack() as running:
        publications = {}
        for size in sizes(bench):
            ours = Sosik(bench, f"publish-{size}", stores.store(bench, f"posts-{size}"))
            process = running.enter_context(ours.start())
            publications[f"{size:,}"] = Publication(bench, f"{size:,} posts", ours, process)
        for publication in publications.values():
            publication.seconds()  # the first one renders and prepares
        for of, method in (("time", Publication.seconds), ("CPU time", Publication.cpu_seconds)):
            medians = load.medians(3 * bench.rounds, method, publications)
            first, *others = medians
            for size in others:
                yield Result(f"a store of {size} posts", f"{of} ÷ with {first}", medians[size] / medians[first],
                             most=MOST, seen=ratio_text(medians))
