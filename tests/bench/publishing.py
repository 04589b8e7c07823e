"""From another program's COMMIT to new bytes: the two measures that `publish` and `feeds` share."""
import time

import stores
from pair import SMALL
from processes import PATIENCE, fail
from wire import Kept, ask

IDENTITY = ["Accept-Encoding: identity"]
ASK_EVERY = 0.004
STORE_LOOKED_AT_EVERY = 0.25  # by the program
GOLDEN = 0.618034


def seconds_until_shown(reader, path, known, committed, title, name):
    """From `committed` until the feed is new to a reader who has the one that is `known`, and asks again and again."""
    while True:
        answer = reader.ask(path, [*IDENTITY, known])
        now = time.monotonic()
        if answer.status == 200:
            break
        if now - committed > PATIENCE:
            fail(f"{name}: the post is not served")
        time.sleep(ASK_EVERY)
    reader.close()
    if title.encode() not in answer.body:
        fail(f"{name}: the feed changed, but does not show the post")
    return now - committed


class Publication:
    """A running program and its store, to publish into again and again."""

    def __init__(self, bench, name, ours, process):
        self.name, self.ours, self.process = name, ours, process
        self.count = 0

    def rest(self):
        """A feed changes at most once a second. Beyond that, posts come at moments spread evenly between two looks at
        the store, or the median would be a matter of luck."""
        time.sleep(1.1 + STORE_LOOKED_AT_EVERY * (self.count * GOLDEN % 1))

    def publish(self):
        self.count += 1
        return stores.publish(self.ours.store, self.title())

    def title(self):
        return f"publication {self.count} of {self.name}"

    def ask(self):
        return ask(self.ours.port, SMALL, IDENTITY)

    def seconds(self):
        """Until the feed shows the post, as a reader sees it that keeps asking whether it changed."""
        known = f"If-None-Match: {self.ask().field('ETag')}"
        self.rest()
        return seconds_until_shown(Kept(self.ours.port), SMALL, known, self.publish(), self.title(), self.name)

    def cpu_seconds(self):
        """Of the program for one post and the feed's new bytes; nobody asks meanwhile. Without what it takes as long
        when nothing happens: it looks at the store four times a second."""
        self.ask()
        self.rest()
        idle = self.process.cpu_seconds()
        time.sleep(1.0)
        idle = self.process.cpu_seconds() - idle
        before = self.process.cpu_seconds()
        self.publish()
        time.sleep(1.0)
        if self.title().encode() not in self.ask().body:
            fail(f"{self.name}: the post is not served after a second")
        return self.process.cpu_seconds() - before - idle


def ratio_text(values, unit=1e3, name="ms"):
    return "; ".join(f"{key} {value * unit:.1f} {name}" for key, value in values.items())
