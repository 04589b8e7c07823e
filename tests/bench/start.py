"""From exec to the first right answer, and what a feed that nobody asked for yet costs, by size of the store."""
import statistics
import time

import load
import stores
from processes import PATIENCE, fail
from publish import sizes
from publishing import ratio_text
from report import Result
from sosik import Sosik
from wire import Kept, ask

MOST = 3.0
COLD = [f"/tag/t{number:03}/rss.xml" for number in range(10)]
TITLE = "start: exec → first right answer (large stores as in publish)"


class Started:
    def __init__(self, bench, size):
        self.ours = Sosik(bench, f"start-{size}", stores.store(bench, f"posts-{size}"))
        with self.ours.start():  # what a first start alone has to do is done, and what is right is known
            self.body = ask(self.ours.port, "/rss.xml").body
            self.tags = {path: ask(self.ours.port, path).field("ETag") for path in ["/rss.xml", *COLD]}

    def first_answer(self, is_right, fields=()):
        """Seconds, and the process, which is still running."""
        began = time.monotonic()
        process = self.ours.launch()
        while time.monotonic() - began < PATIENCE:
            try:
                answer = ask(self.ours.port, "/rss.xml", fields)
            except ConnectionRefusedError:
                time.sleep(0.001)
                continue
            if is_right(answer):
                return time.monotonic() - began, process
            fail(f"the first answer after the start is {answer.status}, and not what was served before")
        fail("no answer after the start")

    def seconds_to_200(self):
        seconds, process = self.first_answer(lambda answer: answer.status == 200 and answer.body == self.body)
        process.stop()
        return seconds

    def seconds_to_304(self):
        known = f"If-None-Match: {self.tags['/rss.xml']}"
        seconds, process = self.first_answer(lambda answer: answer.status == 304, [known])
        process.stop()
        return seconds

    def cold_304(self):
        """Of one feed of several, none of which was asked for since the start."""
        with self.ours.start():
            reader, took = Kept(self.ours.port), []
            reader.ask("/rss.xml")
            for path in COLD:
                began = time.monotonic()
                answer = reader.ask(path, [f"If-None-Match: {self.tags[path]}"])
                took.append(time.monotonic() - began)
                if answer.status != 304:
                    fail(f"{path} is not 304 after a start")
            reader.close()
        return statistics.median(took)


def measure(bench):
    started = {f"{size:,}": Started(bench, size) for size in sizes(bench)}
    for what, method in (("first 200 of /rss.xml", Started.seconds_to_200),
                         ("first 304 of /rss.xml", Started.seconds_to_304),
                         ("first 304 of a cold feed", Started.cold_304)):
        medians = load.medians(bench.rounds, method, started)
        first, *others = medians
        for size in others:
            yield Result(f"{what}, {size} posts", f"time ÷ with {first}", medians[size] / medians[first],
                         most=MOST, seen=ratio_text(medians))
