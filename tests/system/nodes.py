"""What the tests of several nodes share: nodes on one database, readers that never stop asking, and the judgement of what
receivers were told (docs/nodes.md)."""
import collections
import contextlib
import glob
import http.client
import json
import os
import pathlib
import signal
import threading
import time
import traceback

from postgres import psql
from sosik import Sosik, wait_for
from test_publish import SECRET, settings

FAKETIME = next(iter(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")), None)
BLOG = "https://blog.example"  # the same on every node: it shows in the bytes


def published(number, title=None, at=None):
    """The statement that publishes a post, as another program would."""
    title = title or f"글 {number}"
    return (
        "INSERT INTO posts (post_id, status, slug, title, body, published_at) VALUES "
        f"('p{number}', 'published', 'p{number}', '{title}', '<p>{title}의 본문</p>', {at or 1_790_000_000_000 + number * 1000});"
    )


def wait_long(check, what):
    """For what comes only when a lease, or a server's patience with a transaction, has ended: a minute."""
    for _ in range(2):
        try:
            return wait_for(check, what)
        except AssertionError:
            pass
    return wait_for(check, what)


class Node(Sosik):
    def __init__(self, store, publish="", feeds=None, roles="serve,notify", key_file=None):
        super().__init__(publish=publish, feeds=feeds)
        self.roles = roles
        (self.folder / "secret").write_text(f"whsec_{SECRET}\n")
        text = self.config.read_text(encoding="utf-8")
        text = text.replace(f'public_url = "{self.url}"', f'public_url = "{BLOG}"')
        text = text.replace("[admin]\n", "[admin]\nallow_http = true\n" + (f'key_file = "{key_file}"\n' if key_file else ""))
        self.config.write_text(f"{text}\n[store]\nurl = \"{store}\"\n", encoding="utf-8")

    def start(self, *flags, **more):
        return super().start("--role", self.roles, *flags, **more)

    def _is_up(self):
        code = self.process.poll()
        assert code is None, f"serve ended with {code}: {self.log.read_text(errors='replace')}"
        return "operator   http" in self.said()

    def is_active(self):
        return self.metrics()["sosik_active_node"] == 1

    def polls(self):
        return self.metrics()["sosik_news_polls_total"]

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def after_polls(self, count=2):
        """Waits until so many looks for news have ended. Two: one of them began after this was called."""
        begun = self.polls()
        wait_for(lambda: self.polls() >= begun + count, "looks for news")

    def connected_from(self):
        """The ports of this machine that its process's connections come from."""
        sockets = set()
        for file in pathlib.Path(f"/proc/{self.process.pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                sockets.add(os.readlink(file))
        rows = [line.split() for line in pathlib.Path(f"/proc/{self.process.pid}/net/tcp").read_text().splitlines()[1:]]
        return {int(row[1].split(":")[1], 16) for row in rows if f"socket:[{row[9]}]" in sockets}

    def documents(self, paths):
        """What readers get that does not depend on the moment."""
        fields = ("etag", "last-modified", "content-type", "cache-control", "link", "vary")
        got = {}
        for path in paths:
            answer = self.get(path)
            got[path] = (answer.status, {f: answer.headers.get(f) for f in fields}, answer.body)
        return got


class Nodes:
    """Equal nodes on the database at `url`; started one after the other, so that the first is active."""

    def __init__(self, url, count=2, **options):
        self.url = url
        self.all = []
        self.key_file = None  # of the first node: secrets of endpoints come of it
        for _ in range(count):
            self.add(**options)

    def add(self, **options):
        node = Node(self.url, key_file=self.key_file or "shared.key", **options)
        self.key_file = self.key_file or node.folder / "shared.key"
        self.all.append(node)
        return node

    def start(self, **how):
        for node in self.all:
            node.start(**how)
        return self

    def __getitem__(self, index):
        return self.all[index]

    def __iter__(self):
        return iter(self.all)

    def running(self):
        return [node for node in self.all if node.process]

    def active(self, among=None):
        """The active node; waits until there is one. Never more than one."""

        def look():
            leaders = [node for node in among or self.running() if node.is_active()]
            assert len(leaders) <= 1, "two nodes are active"
            return leaders

        return wait_for(look, "an active node")[0]

    def sql(self, script):
        said, code = psql(self.url, script)
        assert code == 0, said
        return said

    def who_made(self, request):
        """The node that waits for the answer to this request: whose process has the connection's other end."""
        made_it = [node for node in self.running() if request["peer"] in node.connected_from()]
        assert len(made_it) == 1, f"{len(made_it)} nodes have the connection from port {request['peer']}"
        return made_it[0]

    def kill_whoever_made(self, request, kill=Node.kill):
        """Kills the node that waits for the answer to this request: (the node, until when it holds which events)."""
        victim = self.who_made(request)
        kill(victim)
        rows = self.sql(
            "SELECT e.event_id, d.leased_until FROM deliveries d JOIN events e ON e.site_id = d.site_id AND e.number = d.event_number "
            "WHERE d.state = 0 AND d.leased_until IS NOT NULL AND split_part(d.owner, '/', 1) = (SELECT split_part(m.owner, '/', 1) FROM deliveries m JOIN events n "
            f"ON n.site_id = m.site_id AND n.number = m.event_number WHERE n.event_id = '{request['headers']['webhook-id']}' AND m.state = 0);"
        ).splitlines()
        held = {event: int(until) for event, until in (row.split("|") for row in rows)}
        assert request["headers"]["webhook-id"] in held, "who makes a request has no claim on its delivery"
        return victim, held

    def are_told(self, events):
        """Are the deliveries of all of these events on record as told?"""
        ids = ", ".join(f"'{event}'" for event in events)
        return self.sql(
            "SELECT count(*) FROM deliveries d JOIN events e ON e.site_id = d.site_id AND e.number = d.event_number "
            f"WHERE d.state = 2 AND e.event_id IN ({ids});"
        ) == str(len(events))

    def close(self):
        for node in self.all:
            with contextlib.suppress(Exception):
                if node.process:
                    node.go_on()
            node.__exit__()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Reader:
    """Asks one port without an end: with the newest tag, with an older one, with the newest date. Counts what it gets by
    phase, and `answers` in all; what must never be is in `wrong`, an answer that is none of 200 and 304 in `failures`, and
    in `longest_gaps` what passed at most between two answers, in seconds, by phase. `ended_by` says what ended it early."""

    def __init__(self, name, port, path="/feed.json", compares=True):
        """Behind a balancer nothing is to be compared: which node answers changes."""
        self.name, self.port, self.path, self.compares = name, port, path, compares
        self.phase = "start"
        self.counts = collections.Counter()
        self.failures, self.wrong = [], []
        self.answers = 0
        self.longest_gaps = collections.defaultdict(float)
        self.ended_by = None
        self.is_down = threading.Event()  # whoever is killed may be silent
        self._tags = []  # the newest last
        self._dates = {}
        self._bodies = {}
        self._answered_at = None
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _ask(self, **headers):
        phase = self.phase
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", self.path, headers={k.replace("_", "-"): v for k, v in headers.items()})
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as failure:
            if self.is_down.is_set():
                self._ends.wait(0.05)
            else:
                self.counts[phase, "failed"] += 1
                self.failures.append((phase, repr(failure)))
            return None, None
        finally:
            connection.close()
        self.counts[phase, response.status] += 1
        if response.status not in (200, 304):
            self.failures.append((phase, response.status, body[:200]))
            return None, None
        self._answered(phase)
        tag = response.getheader("ETag")
        if response.status == 200:
            if self._bodies.setdefault(tag, body) != body:
                self.wrong.append((phase, "one tag, two bodies", tag))
            self._dates[tag] = response.getheader("Last-Modified")
            if tag in self._tags:
                self._tags.remove(tag)
            self._tags.append(tag)
        return response.status, tag

    def _answered(self, phase):
        now = None if self.is_down.is_set() else time.monotonic()
        if now and self._answered_at:
            self.longest_gaps[phase] = max(self.longest_gaps[phase], now - self._answered_at)
        self._answered_at = now
        self.answers += 1

    def _must_be(self, tag, what, **headers):
        """After a 304: what is served now must be what `tag` stands for, unless it has changed this moment."""
        for _ in range(3):
            _, now = self._ask()
            if now is None or now == tag:
                return
            status, _ = self._ask(**headers)
            if status != 304:
                return
        self.wrong.append((self.phase, f"304 by {what} after a change", tag, now))

    def _run(self):
        try:
            while not self._ends.is_set():
                self._ask_about_all()
        except BaseException:
            self.ended_by = traceback.format_exc()

    def _ask_about_all(self):
        if not self._tags:
            self._ask()
            return
        newest = self._tags[-1]
        self._ask(If_None_Match=newest)
        if not self.compares:
            return
        if len(self._tags) > 1:
            older = self._tags[-2]
            status, _ = self._ask(If_None_Match=older)
            if status == 304:
                self._must_be(older, "tag", If_None_Match=older)
        newest = self._tags[-1]
        if date := self._dates.get(newest):
            status, _ = self._ask(If_Modified_Since=date)
            if status == 304:
                self._must_be(newest, "date", If_Modified_Since=date)
        self._ends.wait(0.01)

    def is_alive(self):
        return self._thread.is_alive()

    def is_back(self):
        """Its node is up again: waits until it is answered, and from now on every answer counts."""
        begun = self.answers
        wait_for(lambda: self.answers > begun, f"an answer to the reader of {self.name}; it ended by {self.ended_by}")
        self.is_down.clear()

    def stop(self):
        self._ends.set()
        self._thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def told_again(before, after, held):
    """The events that were told again, by how often each was told before and after a node was killed that held some: those
    that it had told of what it held, once more, and no others."""
    again = {event for event in after if after[event] > 1}
    asked = {event for event in held if before[event]}
    assert set(held) <= set(after), f"held by the dead node and never told: {set(held) - set(after)}"
    assert asked <= again, f"held and asked by the dead node, and not told again: {asked - again}"
    # A request may have been on its way from the dead to the receiver.
    assert again <= set(held), f"told again, and not held by the dead node: {again - set(held)}"
    assert max(after.values()) <= 2, f"told more than twice: {after}"
    return again


ENOUGH = 20


def all_answered(readers):
    """While a fault is there: each of these readers, but those of nodes that are down, is answered again and again."""
    begun = {reader: reader.answers for reader in readers if not reader.is_down.is_set()}
    assert begun, "every node is down"
    missing = lambda: [reader.name for reader, answers in begun.items() if reader.answers < answers + ENOUGH]
    wait_for(lambda: not missing(), f"{ENOUGH} answers to each of {[reader.name for reader in begun]}")


class Told:
    """What a receiver can see for itself: one id, one message; one message of a post's revision, one id. What is not so is
    in `two_messages` and `two_ids`. What was told before a failover that lost it, and is told again, differs in the moment
    of the event: there `is_one_past` is false."""

    def __init__(self, hook, is_one_past=True):
        self.bodies, self.order = {}, {}  # by id; a post's revisions as they came
        self.two_messages, self.two_ids = [], []
        for request in hook.requests:
            event, body = request["headers"]["webhook-id"], request["body"]
            if not is_one_past:
                body = json.dumps({**json.loads(body), "timestamp": ""})
            if self.bodies.setdefault(event, body) != body:
                self.two_messages.append(event)
        ids = {}
        for event, body in self.bodies.items():
            message = json.loads(body)
            if not message["type"].startswith("post."):
                continue
            data = message["data"]
            what = (message["type"], json.dumps(data, sort_keys=True))
            if ids.setdefault(what, event) != event:
                self.two_ids.append(what)
            self.order.setdefault(data["post_id"], []).append(data["revision"])


def judge(nodes, hook, is_one_past=True, recalled=()):
    """Everything is looked at and told, but of posts that the test recalled; returns (events, requests, told twice or more)."""
    ends = lambda: nodes.sql("SELECT (SELECT count(*) FROM dirty_posts) + (SELECT count(*) FROM deliveries WHERE state < 2);") == "0"
    wait_long(ends, "every post looked at, and every delivery at its end")
    told = Told(hook, is_one_past)
    assert not told.two_messages, f"one id, two messages: {told.two_messages}"
    assert not told.two_ids, f"one event under two ids: {told.two_ids}"
    rows = nodes.sql(
        "SELECT e.event_id, e.subject, e.revision, coalesce(d.state, -1) FROM events e LEFT JOIN deliveries d "
        "ON d.site_id = e.site_id AND d.event_number = e.number WHERE e.kind < 4 ORDER BY e.number;"
    ).splitlines()
    events = [row.split("|") for row in rows]
    on_record = {event[0] for event in events}
    assert len(events) == len(on_record), "an event has two deliveries, or two events one id"
    for event, subject, revision, state in events:
        if state == "2":
            assert event in told.bodies, f"{subject} revision {revision} is on record as told and never arrived"
        else:  # recalled before it left: nobody was owed it, or it was cancelled (N-213)
            assert subject in recalled and state in ("4", "-1"), f"{subject} revision {revision} ended in state {state}"
    if is_one_past:
        assert set(told.bodies) <= on_record, f"told, and on nobody's record: {set(told.bodies) - on_record}"
    for subject, revisions in told.order.items():
        assert revisions == sorted(set(revisions)), f"news of {subject} came as {revisions}"
    shown = nodes.sql("SELECT string_agg(post_id, ' ' ORDER BY post_id) FROM entries WHERE is_shown = 1;")
    wanted = nodes.sql("SELECT string_agg(post_id, ' ' ORDER BY post_id) FROM posts WHERE status = 'published';")
    assert shown == wanted, f"shown: {shown}; published: {wanted}"
    untold = nodes.sql(
        "SELECT string_agg(post_id, ' ') FROM posts p WHERE status = 'published' AND NOT EXISTS "
        "(SELECT FROM events e WHERE e.site_id = p.site_id AND e.subject = p.post_id AND e.kind = 0);"
    )
    assert not untold, f"published without an event: {untold}"
    return len(events), len(hook.requests), len(hook.requests) - len(told.bodies)
