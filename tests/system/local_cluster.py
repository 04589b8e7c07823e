"""A PostgreSQL primary with a streaming standby, nodes on both, HAProxy in front: for the tests of faults, and shown by
scripts/cluster."""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request

from nodes import ENOUGH, Nodes, Reader, Told, all_answered, published, settings, wait_long
from postgres import Session, psql
from sosik import ROOT, Receiver, free_port, wait_for

HAPROXY = shutil.which("haproxy", path=os.environ.get("PATH", "") + ":/usr/sbin") or "haproxy"


class Servers:
    """The primary and its standby, asynchronous: what is committed last may be lost with the primary."""

    def __init__(self, flags="", standby=True):
        self._folder = tempfile.TemporaryDirectory(prefix="sosik-servers-")
        self.folder = pathlib.Path(self._folder.name)
        self.folder.chmod(0o755)  # the servers' own user goes through it
        self.flags = flags
        self.urls = {"one": self._run("start", "one")}
        self.primary = "one"
        if standby:
            self.urls["two"] = self._run("standby", "two", self.folder / "one")
            wait_for(lambda: self.sql("SELECT count(*) FROM pg_stat_replication;") == "1", "the standby to stream")

    def _run(self, command, name, *more):
        done = subprocess.run(
            [ROOT / "scripts" / "postgres", command, self.folder / name, *more],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env={**os.environ, "SOSIK_POSTGRES_FLAGS": self.flags},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    @property
    def url(self):
        """As a node has it: whichever of the two can be written."""
        places = ",".join(url.split("@")[1].split("/")[0] for url in self.urls.values())
        return f"postgresql://sosik@{places}/sosik?target_session_attrs=read-write&connect_timeout=2"

    def sql(self, script, name=None):
        said, code = psql(self.urls[name or self.primary], script)
        assert code == 0, said
        return said

    def restart(self, mode="fast"):
        self._run("restart", self.primary, mode)

    def cut_standby(self):
        """From now on nothing reaches it."""
        self.sql("ALTER SYSTEM SET primary_conninfo = '';", "two")
        self.sql("SELECT pg_reload_conf();", "two")
        wait_for(lambda: self.sql("SELECT count(*) FROM pg_stat_wal_receiver;", "two") == "0", "the standby to be cut off")

    def has_replayed(self, condition):
        wait_for(lambda: self.sql(f"SELECT {condition};", "two") == "t", f"the standby to have: {condition}")

    def halt(self, mode="immediate"):
        self._run("halt", self.primary, mode)

    def promote(self):
        self._run("promote", "two")
        self.primary = "two"

    def lose_a_step(self, number):
        """Publishes two posts and fails over: of the first the standby has the row but not the step that told of it, of
        the second nothing. `told` is asked until receivers have heard of both."""
        step = Session(self.urls["one"])
        step.run("BEGIN; SELECT sosik_begin_alone();")
        self.sql(published(number))
        self.has_replayed(f"EXISTS (SELECT FROM posts WHERE post_id = 'p{number}')")
        self.cut_standby()
        step.run("COMMIT;")
        step.close()
        self.sql(published(number + 1))

    def close(self):
        for name in reversed(self.urls):
            self._run("stop", name)
        self._folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Balancer:
    """HAProxy before the nodes. Its health check is a feed, not /readyz: a node whose store is away serves what it has."""

    def __init__(self, nodes):
        self.port = free_port()
        self._folder = tempfile.TemporaryDirectory(prefix="sosik-haproxy-")
        servers = "\n".join(f"  server n{i} 127.0.0.1:{node.port}" for i, node in enumerate(nodes, 1))
        config = pathlib.Path(self._folder.name) / "haproxy.cfg"
        config.write_text(f"""
global
  maxconn 2000
defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 30s
  retries 3
  option redispatch 1
  retry-on conn-failure empty-response response-timeout
frontend readers
  bind 127.0.0.1:{self.port}
  default_backend nodes
backend nodes
  balance roundrobin
  option httpchk GET /feed.json
  default-server check inter 200ms fall 2 rise 1
{servers}
""")
        # Not of the terminal's foreground, whose ^C ends the readers first.
        self.process = subprocess.Popen(
            [HAPROXY, "-db", "-q", "-f", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        wait_for(self._is_up, "HAProxy to reach a node")

    def _is_up(self):
        assert self.process.poll() is None, f"{HAPROXY} ended with {self.process.returncode}"
        with contextlib.suppress(OSError):
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/feed.json", timeout=10) as answer:
                return answer.status == 200

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self._folder.cleanup()


def takeover(nodes, end):
    """How many looks the successor needed after `end(active node)`: (successor, looks)."""
    active = nodes.active()
    others = [node for node in nodes.running() if node is not active]
    before = {node: node.polls() for node in others}
    end(active)
    successor = nodes.active(among=others)
    return successor, int(successor.polls() - before[successor])


def settle(nodes, numbers):
    """Waits until every node serves the newest of these posts, and nothing else, in the same bytes."""
    wanted = [f"글 {number}" for number in sorted(numbers, reverse=True)][:20]
    for node in nodes.running():
        wait_for(lambda: node.titles() == wanted, f"{wanted} at port {node.port}; last {node.titles()}")
    tags = {node.get("/feed.json").headers["etag"] for node in nodes.running()}
    assert len(tags) == 1, tags


class Show:
    def __init__(self, servers, nodes, balancer, hook):
        self.servers, self.nodes, self.balancer, self.hook = servers, nodes, balancer, hook
        self.numbers, self.lost, self.next = set(), set(), 1
        self.phases, self.remarks = [], {}
        self.readers = []
        self.failure = None  # of a phase, which is the last then

    def publish(self, count=1):
        for _ in range(count):
            self.nodes.sql(published(self.next))
            self.numbers.add(self.next)
            self.next += 1

    def phase(self, name, work):
        print(f"... {name}", flush=True)
        self.phases.append(name)
        for reader in self.readers:
            reader.phase = name
        told = len(self.hook.requests)
        try:
            remark = work() or ""
            settle(self.nodes, self.numbers)
            self.idle()
        except AssertionError as failure:
            self.failure = f"{name}: {failure}"
            remark = "FAILED"
        self.remarks[name] = (len(self.hook.requests) - told, remark)

    def idle(self):
        ends = "SELECT (SELECT count(*) FROM dirty_posts) + (SELECT count(*) FROM deliveries WHERE state < 2);"
        wait_long(lambda: psql(self.nodes.url, ends)[0] == "0", "every delivery at its end")

    def steady(self):
        self.publish()
        settle(self.nodes, self.numbers)
        self.publish(9)

    def kill(self):
        def end(node):
            self.direct[node].is_down.set()
            node.kill()

        dead = self.nodes.active()
        self.publish()
        _, looks = takeover(self.nodes, end)
        self.publish(4)
        settle(self.nodes, self.numbers)
        all_answered(self.readers)
        dead.start(wrapper=("setsid",))
        wait_for(lambda: dead.get("/feed.json").status == 200, "the node again")
        self.direct[dead].is_back()
        return f"the active node by SIGKILL; another took over at its look number {looks}"

    def restart(self):
        for mode in ("fast", "immediate"):
            self.publish(2)
            self.servers.halt(mode)
            all_answered(self.readers)
            self.servers.restart()
        self.publish(2)
        return "fast, then as in a crash"

    def promote(self):
        told = lambda number: any(f'"p{number}"'.encode() in request["body"] for request in self.hook.requests)
        self.publish(2)
        kept, gone = self.next, self.next + 1
        self.next += 2
        self.servers.lose_a_step(kept)
        self.numbers.add(kept)
        wait_for(lambda: told(kept) and told(gone), "both posts told")
        self.servers.halt()
        all_answered(self.readers)
        self.servers.promote()
        self.lost.add(gone)
        self.publish(3)
        return f"post {kept} stepped anew, post {gone} committed nowhere else and gone"

    def run(self):
        self.direct = {node: Reader(f"node {i}", node.port) for i, node in enumerate(self.nodes, 1)}
        through = [Reader(f"HAProxy {i}", self.balancer.port, compares=False) for i in (1, 2, 3)]
        self.readers = [*through, *self.direct.values()]
        try:
            for name, work in (
                ("steady", self.steady), ("node killed", self.kill), ("database restarted", self.restart),
                ("standby promoted", self.promote), ("afterwards", lambda: self.publish(5)),
            ):
                if not self.failure:
                    self.phase(name, work)
            self.ended = [f"{reader.name} ended: {reader.ended_by}" for reader in self.readers if not reader.is_alive()]
        finally:
            for reader in self.readers:
                reader.stop()
        return self.report(through)

    def served_by_all(self):
        """The posts whose page every node has, in the same bytes."""
        served = set()
        for number in sorted(self.numbers):
            page = f"/posts/p{number}"
            first, *others = [node.documents([page]) for node in self.nodes.running()]
            if first[page][0] == 200 and all(other == first for other in others):
                served.add(number)
        return served

    def report(self, through):
        def row(readers, phase):
            count = lambda reader: reader.counts[phase, 200] + reader.counts[phase, 304]
            errors = sum(1 for reader in readers for failure in reader.failures if failure[0] == phase)
            gap = max(reader.longest_gaps[phase] for reader in readers)
            return sum(map(count, readers)) + errors, min(map(count, readers)), round(1000 * gap), errors

        told = Told(self.hook, is_one_past=False)
        on_record = set(self.nodes.sql("SELECT event_id FROM events WHERE kind < 4;").split())
        missing = on_record - set(told.bodies)
        never_on_record = set(told.bodies) - on_record
        rows = {int(post) for post in self.nodes.sql("SELECT substr(post_id, 2) FROM posts;").split()}
        lost = set(range(1, self.next)) - rows
        served = self.served_by_all()
        wrong = [w for reader in self.readers for w in reader.wrong]
        failures = [f for reader in self.readers for f in reader.failures]
        lines = ["", "readers through HAProxy (3 loops) and of each node (3 loops), each with If-None-Match; the fewest answers of a loop,",
                 f"which had {ENOUGH} or more while the fault was there, and the longest time between two:", "",
                 f"{'phase':<20} {'requests':>9} {'fewest':>7} {'ms':>6} {'errors':>7}   {'requests':>9} {'fewest':>7} {'ms':>6} {'errors':>7}   told"]
        for phase in self.phases:
            told_then, remark = self.remarks[phase]
            of_both = "".join(f"{all_:>9} {fewest:>7} {gap:>6} {errors:>7}   " for all_, fewest, gap, errors in (row(through, phase), row(self.direct.values(), phase)))
            lines.append(f"{phase:<20} {of_both}{told_then:>4}   {remark}")
        lines += [
            "",
            f"receivers: {len(self.hook.requests)} messages, {len(told.bodies)} ids; told again under the same id: {len(self.hook.requests) - len(told.bodies)}; "
            f"one event under two ids: {len(told.two_ids)}; one id with two messages: {len(told.two_messages)}",
            f"events on record: {len(on_record)}; missing at the receiver: {len(missing)}; told and lost with the old primary: {len(never_on_record)}",
            f"posts: {len(rows)}; served by every node in the same bytes: {len(served)}; lost with the old primary: {len(lost)}",
            f"304 after a change: {len(wrong)}; readers that ended early: {len(self.ended)}",
        ]
        as_it_should_be = {
            f"no failure: {self.failure}": not self.failure,
            "every event at the receiver, under one id, with one message": not missing and not told.two_ids and not told.two_messages,
            "told and lost are the events of what the old primary alone had": lost == self.lost and len(never_on_record) == len(lost),
            "every post is there, and served by every node": rows == self.numbers == served,
            "readers are answered, and never by a 304 after a change": not failures and not wrong and not self.ended,
        }
        bad = [f"NOT SO: {what}" for what, is_so in as_it_should_be.items() if not is_so]
        return not bad, "\n".join(lines), bad + self.ended + failures + wrong


def main(words):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with Receiver() as hook, Servers() as servers:
        with Nodes(servers.url, 3, publish=settings(hook=hook, more="keep_deliveries = 100000")) as nodes:
            nodes.start(wrapper=("setsid",))  # ^C is for us
            with Balancer(nodes) as balancer:
                wait_for(lambda: psql(servers.url, "SELECT 1")[0] == "1", "the database")
                show = Show(servers, nodes, balancer, hook)
                is_good, report, details = show.run()
                print(report)
                for detail in details[:10]:
                    print("  ", detail)
                if "--keep" in words:
                    print(f"\nreaders   http://127.0.0.1:{balancer.port}/feed.json")
                    for i, node in enumerate(nodes, 1):
                        print(f"node {i}    {node.url}/feed.json  log {node.log}")
                    print(f"database  {servers.url}\n^C ends all of it", flush=True)
                    signal.pause()
    return 0 if is_good else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
