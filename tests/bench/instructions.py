"""Instructions in user space a 304, by callgrind: the one measure that a busy machine does not move."""
import re
import shutil

import stores
from nginx import Nginx, mirror
from pair import FEEDS, LARGE, SMALL, request_of
from report import Result
from sosik import Sosik
from wire import Kept

TITLE = "instructions: user space, callgrind"
CONNECTIONS = 8
MOST = 8000


def send(process, count):
    """`count` conditional requests, over eight connections at a time."""
    wanted = request_of(process, SMALL, "304")
    kept = [Kept(process.port) for _ in range(CONNECTIONS)]
    for _ in range(count // CONNECTIONS):
        for connection in kept:
            connection.send(*wanted)
        for connection in kept:
            connection.receive()
    for connection in kept:
        connection.close()


def by_thread(bench, server, count):
    """{thread: instructions} of a run with `count` requests."""
    folder = bench.work / "callgrind"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    prefix = ("valgrind", "--tool=callgrind", "--separate-threads=yes", f"--callgrind-out-file={folder}/out")
    with server.start(prefix=prefix) as process:
        send(process, count)
    totals = {}
    for file in folder.glob("out-*"):
        number = re.search(r"^(?:totals|summary): (\d+)", file.read_text(), re.M)
        totals[file.name.rpartition("-")[2]] = int(number.group(1)) if number else 0
    return totals


def a_request(bench, server, count):
    """Between two runs start and end fall out. Of several threads the one that grew answers: the first only starts and
    stops the others, and the rest look at the clock and the store."""
    fewer, more = by_thread(bench, server, count), by_thread(bench, server, 2 * count)
    threads = sorted(more)[1:] or sorted(more)
    return max(more[thread] - fewer.get(thread, 0) for thread in threads) / count


def measure(bench):
    count = 800 if bench.quick else 4000
    ours = Sosik(bench, "callgrind-sosik", stores.store(bench, "two-feeds"), FEEDS)
    with ours.start():
        fields = mirror(bench.work / "site", ours.port, [SMALL, LARGE])
    theirs = a_request(bench, Nginx(bench, "callgrind-nginx", bench.work / "site", fields), count)
    mine = a_request(bench, ours, count)
    seen = f"nginx {theirs:,.0f}; sosik {mine:,.0f}"
    yield Result("304", f"instructions of ours ÷ {MOST:,}", mine / MOST, most=1.0, seen=seen)
    yield Result("304", "instructions, nginx ÷ sosik", theirs / mine, seen=seen)
