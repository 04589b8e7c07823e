"""Many sites in one store beside one site in a small one: start, publish and read, as ratios."""
import contextlib
import itertools
import shutil
import statistics
import time

import load
import stores
from nginx import Nginx
from processes import PATIENCE, fail
from publishing import GOLDEN, IDENTITY, STORE_LOOKED_AT_EVERY, ratio_text, seconds_until_shown
from report import Result
from sosik import Sosik
from wire import Kept, ask

FEED = "/rss.xml"
TITLE = "sites: 10,000 sites of 100 posts beside one of 1,000"
MOST_START, MOST_PUBLISH, MOST_READ = 3.0, 1.5, 1.0


class Readers:
    """A running program with `sites` sites besides the first, of which those in `hosts` are read."""

    def __init__(self, bench, name, ours, process, hosts):
        self.bench, self.name, self.ours, self.process = bench, name, ours, process
        self.hosts = hosts
        self.count = 0

    def warm(self):
        """Each site that is read is adopted and rendered; what the adoption changed is news a moment later."""
        for _ in range(2):
            for host in self.hosts:
                if self.ask(host).status != 200:
                    fail(f"{self.name}: {host} is not served")
            time.sleep(1)

    def ask(self, host, fields=()):
        return ask(self.ours.port, FEED, [*IDENTITY, *fields], host=host)

    def seconds_to_publish(self):
        """From COMMIT until the site's feed shows the post; each time another site's, read before."""
        self.count += 1
        host = self.hosts[self.count * 7 % len(self.hosts)]
        site = int(host[1:].partition(".")[0]) if host != "blog.example" else 1
        known = f"If-None-Match: {self.ask(host).field('ETag')}"
        time.sleep(1.1 + STORE_LOOKED_AT_EVERY * (self.count * GOLDEN % 1))
        title = f"publication {self.count} of {self.name}"
        reader = Kept(self.ours.port, host=host)
        return seconds_until_shown(reader, FEED, known, stores.publish(self.ours.store, title, site), title, self.name)



def cpu_a_request(bench, process, asked):
    """Of a server, for feeds that are in memory: one reader asks for one (host, path) after the other."""
    count = 500 if bench.quick else 5000
    reader = Kept(process.port)
    before = process.cpu_seconds()
    for reader.host, path in itertools.islice(itertools.cycle(asked), count):
        if reader.ask(path, IDENTITY).status != 200:
            fail(f"{process.name}: {path} of {reader.host} is not served")
    used = process.cpu_seconds() - before
    reader.close()
    return used / count


def nginx_of(bench, ours, hosts):
    """nginx with what each of the sites serves, at /HOST/rss.xml."""
    site = bench.work / "sites"
    shutil.rmtree(site, ignore_errors=True)
    for host in hosts:
        (site / host).mkdir(parents=True)
        (site / host / "rss.xml").write_bytes(ask(ours.port, FEED, IDENTITY, host=host).body)
    return Nginx(bench, "sites-nginx", site, {})


def seconds_to_start(ours):
    began = time.monotonic()
    process = ours.launch()
    while time.monotonic() - began < PATIENCE:
        try:
            answer = ask(ours.port, FEED)
        except ConnectionRefusedError:
            time.sleep(0.001)
            continue
        took = time.monotonic() - began
        process.stop()
        if answer.status != 200:
            fail(f"the first answer after the start is {answer.status}")
        return took
    fail("no answer after the start")


def measure(bench):
    many = 100 if bench.quick else 10_000
    read = [stores.host_of(site) for site in range(2, many + 2, max(1, many // 1000))]
    one = Sosik(bench, "sites-one", stores.store(bench, f"posts-{stores.ORIGINALS}"))
    all_of_them = Sosik(bench, "sites-many", stores.store(bench, f"sites-{many}"))
    programs = {"one site": one, f"{many:,} sites": all_of_them}
    for ours in programs.values():  # what a first start alone has to do is done
        with ours.start():
            ask(ours.port, FEED)
    starts = {name: statistics.median(seconds_to_start(ours) for _ in range(2 * bench.rounds + 1))
              for name, ours in programs.items()}
    yield result("exec → first right answer", starts, MOST_START)
    with contextlib.ExitStack() as running:
        readers = {}
        for (name, ours), hosts in zip(programs.items(), (["blog.example"], read)):
            readers[name] = Readers(bench, name, ours, running.enter_context(ours.start()), hosts)
            readers[name].warm()
        published = load.medians(3 * bench.rounds, Readers.seconds_to_publish, readers)
        yield result("COMMIT → new bytes", published, MOST_PUBLISH)
        yield from read_in_turn(bench, all_of_them, readers[f"{many:,} sites"].process, read, running)


def read_in_turn(bench, ours, process, hosts, running):
    """Bytes that others have pressed out of the processor's caches cost every server more: how much, nginx says."""
    nginx = running.enter_context(nginx_of(bench, ours, hosts).start())
    wanted = {}
    for server, name, paths in ((process, "sosik", [(host, FEED) for host in hosts]),
                                (nginx, "nginx", [("127.0.0.1", f"/{host}{FEED}") for host in hosts])):
        wanted[f"{name}, one site"] = (server, paths[:1])
        wanted[f"{name}, {len(hosts):,} in turn"] = (server, paths)
    for server, paths in wanted.values():
        cpu_a_request(bench, server, paths)
    seen = load.medians(bench.rounds, lambda subject: cpu_a_request(bench, *subject), wanted)
    one, all_ours, theirs, all_theirs = seen.values()
    yield Result(f"{len(hosts):,} sites read in turn", "CPU a request ÷ nginx's", all_ours / all_theirs, most=MOST_READ,
                 seen=ratio_text(seen, 1e6, "µs"))
    yield Result(f"{len(hosts):,} sites read in turn", "CPU a request ÷ with one site, and that ÷ nginx's",
                 (all_ours / one) / (all_theirs / theirs), seen=f"sosik {all_ours / one:.2f}, nginx {all_theirs / theirs:.2f}")


def result(what, values, most, unit=1e3, name="ms"):
    first, second = values.values()
    return Result(f"a store of {list(values)[1]}", f"{what} ÷ with one site of 1,000 posts", second / first, most=most,
                  seen=ratio_text(values, unit, name))
