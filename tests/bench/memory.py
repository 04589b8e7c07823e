"""What idle readers cost, and whether rendered bytes stay in their budget."""
import stores
from pair import FEEDS, SMALL, fields_of
from processes import fail
from report import Result
from sosik import Sosik
from wire import Kept

TITLE = "memory"
CONNECTIONS = 1000
BUDGET_MIB = 2


def idle_connections(bench):
    ours = Sosik(bench, "idle", stores.store(bench, "two-feeds"), FEEDS)
    with ours.start() as process:
        fields = fields_of(ours.port, SMALL, "304")
        first = Kept(ours.port)
        for _ in range(200):
            first.ask(SMALL, fields)
        before = process.resident_bytes()
        kept = [Kept(ours.port) for _ in range(CONNECTIONS)]
        for connection in kept:
            connection.ask(SMALL, fields)
        used = (process.resident_bytes() - before) / 1e6
        for connection in [first, *kept]:
            connection.close()
    return Result(f"{CONNECTIONS:,} idle connections", "added memory ÷ 16 MB", used / 16, most=1.0,
                  seen=f"{used:.1f} MB")


def rendered_bytes(bench):
    feeds = 300 if bench.quick else 3000
    ours = Sosik(bench, "budget", stores.store(bench, "feeds-20000"), memory_mib=BUDGET_MIB)
    most = 0
    with ours.start():
        kept = Kept(ours.port)
        for number in range(feeds):
            for file, coding in (("rss.xml", "identity"), ("atom.xml", "gzip")):
                answer = kept.ask(f"/tag/t{number:05}/{file}", [f"Accept-Encoding: {coding}"])
                if answer.status != 200:
                    fail(f"a feed is answered with {answer.status}")
            if number % 20 == 0:
                most = max(most, ours.metrics()["sosik_rendered_bytes"])
        seen = ours.metrics()
        kept.close()
    name, of = f"rendered bytes after {feeds:,} feeds", f"most held ÷ budget of {BUDGET_MIB} MiB"
    if most == 0:
        return Result(name, of, None, seen="this build does not count rendered bytes")
    return Result(name, of, most / (BUDGET_MIB << 20), most=1.0,
                  seen=f"{most / 1e6:.2f} MB; {seen['sosik_rendered_evictions_total']:.0f} given up")


def measure(bench):
    yield idle_connections(bench)
    yield rendered_bytes(bench)
