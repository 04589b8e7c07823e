"""What may happen to several nodes and their database: nothing is lost, no event has two ids, no 304 comes after a change,
and readers are answered while the fault is there, but by a node that was killed (docs/nodes.md). How long a reader waited
at most between two answers is printed. Of the slow tier: $SOSIK_FAULT_ROUNDS says how often; without it nothing is run here."""
import collections
import json
import os
import subprocess
import threading
import unittest

from local_cluster import Servers, settle
from nodes import ENOUGH, Nodes, Reader, all_answered, judge, published, settings, told_again, wait_long
from postgres import PSQL, Session
from sosik import Receiver, wait_for

ROUNDS = int(os.environ.get("SOSIK_FAULT_ROUNDS", "0"))
OPEN_FOR = min(120, 6 * ROUNDS)  # seconds by the database's clock
CUT = """SELECT count(*), count(xact_start), count(backend_xid) FROM
  (SELECT xact_start, backend_xid, pg_terminate_backend(pid) AS is_cut FROM pg_stat_activity WHERE application_name = 'sosik' AND {}) AS victims
  WHERE is_cut;"""
A_STEP_WAITS = "wait_event_type = 'Lock' AND query LIKE '%INTO events%' AND xact_start < query_start"


@unittest.skipUnless(ROUNDS, "of the slow tier: SOSIK_FAULT_ROUNDS")
class Faults(unittest.TestCase):
    def begin(self, flags="", standby=False, answer=None):
        self.hook = Receiver(answer)
        self.addCleanup(self.hook.__exit__)
        self.servers = Servers(flags, standby)
        self.addCleanup(self.servers.close)
        self.nodes = Nodes(self.servers.url, 3, publish=settings(hook=self.hook, more="keep_deliveries = 100000000"))
        self.addCleanup(self.nodes.close)
        self.nodes.start()
        self.numbers, self.next = set(), 1
        self.publish()
        settle(self.nodes, self.numbers)
        self.readers = {node: Reader(f"node {i}", node.port) for i, node in enumerate(self.nodes, 1)}
        for reader in self.readers.values():
            self.addCleanup(reader.stop)
        self.faults = 0

    def answered(self):
        all_answered(self.readers.values())
        self.faults += 1

    def phase(self, name):
        for reader in self.readers.values():
            reader.phase = name

    def all_told(self):
        wait_long(lambda: self.nodes.sql("SELECT count(*) FROM deliveries WHERE state < 2;") == "0", "earlier news to be told")

    def publish(self, count=1, by=None):
        for _ in range(count):
            (by or self.nodes.sql)(published(self.next))
            self.numbers.add(self.next)
            self.next += 1

    def changed(self):
        """A post that was told of is edited: its revisions are to come in order."""
        self.nodes.sql(f"UPDATE posts SET body = body || '<p>더</p>' WHERE post_id = 'p{min(self.numbers)}';")

    def end(self, name, is_one_past=True, **more):
        settle(self.nodes, self.numbers)
        events, requests, twice = judge(self.nodes, self.hook, is_one_past)
        readers = self.readers.values()
        are_alive = {reader.name: reader.is_alive() for reader in readers}
        for reader in readers:
            reader.stop()
        failures = [failure for reader in readers for failure in reader.failures]
        wrong = [wrong for reader in readers for wrong in reader.wrong]
        gaps = {}
        for reader in readers:
            for phase, gap in reader.longest_gaps.items():
                gaps[phase] = max(round(gap * 1000), gaps.get(phase, 0))
        counts = {"events": events, "messages": requests, "again under the same id": twice, "reads": sum(reader.answers for reader in readers),
                  f"times that all readers had {ENOUGH} answers during a fault": self.faults, "failed": len(failures), "longest gaps of a reader, ms": gaps}
        print(f"\n{name}:", json.dumps({**more, **counts}))
        self.assertEqual([reader.ended_by for reader in readers if reader.ended_by], [])
        self.assertEqual([name for name, is_alive in are_alive.items() if not is_alive], [])
        self.assertEqual(failures, [])
        self.assertEqual(wrong, [])
        self.assertGreater(self.faults, 0)

    def kill(self, node):
        self.readers[node].is_down.set()
        node.kill()

    def start(self, node):
        node.start()
        wait_for(lambda: node.get("/feed.json").status == 200, "the node again")
        self.readers[node].is_back()

    def test_the_database_is_restarted(self):
        self.begin()
        for number in range(ROUNDS):
            self.publish(2)
            self.servers.halt("immediate" if number % 2 else "fast")
            self.answered()
            self.servers.restart()
            self.changed()
            self.publish()
        self.end("database restarted", restarts=ROUNDS)

    def test_connections_are_cut_in_the_middle_of_transactions(self):
        self.begin()
        ends, cuts = threading.Event(), []

        def cut(condition):
            cuts.append([int(number) for number in self.nodes.sql(CUT.format(condition)).split("|")])
            return cuts[-1][0]

        def cut_at_random():
            while not ends.wait(0.02):
                cut("random() < 0.3")

        self.phase("cut at random")
        cutter = threading.Thread(target=cut_at_random)
        cutter.start()
        try:
            for _ in range(3 * ROUNDS):
                self.publish(2)
                self.changed()
            self.answered()
        finally:
            ends.set()
            cutter.join()
        total = lambda: dict(zip(("cut", "in a transaction", "that had written"), map(sum, zip(*cuts))))
        at_random = total()
        cuts.clear()
        self.phase("cut in the step")
        for _ in range(ROUNDS):  # steps, for certain
            for node in self.nodes:
                node.after_polls()  # whoever has lost the lock knows it by now
            _, blocker = self.hold_the_step()
            wait_for(lambda: cut(A_STEP_WAITS), "a step to cut")
            self.answered()
            blocker.run("COMMIT;")
            blocker.close()
            settle(self.nodes, self.numbers)
        steps = total()
        self.end("connections cut", at_random=at_random, in_the_step=steps)
        self.assertGreater(at_random["cut"], 0)
        self.assertGreaterEqual(steps["in a transaction"], ROUNDS)

    def test_the_standby_is_promoted_without_the_last_commits(self):  # S-054, S-093
        for _ in range(max(1, ROUNDS // 5)):
            with self.subTest():
                self.begin(standby=True)
                told = lambda number: any(f'"p{number}"'.encode() in request["body"] for request in self.hook.requests)
                self.publish(3)
                kept, gone = self.next, self.next + 1
                self.next += 2
                self.servers.lose_a_step(kept)
                self.numbers.add(kept)
                settle(self.nodes, self.numbers | {gone})
                wait_for(lambda: told(kept) and told(gone), "both posts told")
                before = {node: node.get("/feed.json") for node in self.nodes}
                ids = lambda: {r["headers"]["webhook-id"] for r in self.hook.requests if f'"p{kept}"'.encode() in r["body"]}
                first = ids()
                self.servers.halt()
                self.answered()
                self.servers.promote()
                settle(self.nodes, self.numbers)
                for node, answer in before.items():  # what nobody has any more is not confirmed
                    self.assertEqual(node.get("/feed.json", headers={"If-None-Match": answer.headers["etag"]}).status, 200)
                    self.assertEqual(node.get("/feed.json", headers={"If-Modified-Since": answer.headers["last-modified"]}).status, 200)
                self.publish(2)
                self.changed()
                self.end("standby promoted", is_one_past=False)
                self.assertEqual(ids(), first)
                self.doCleanups()

    def test_only_a_standby_is_left(self):
        self.begin(standby=True)
        self.publish(2)
        self.all_told()
        settle(self.nodes, self.numbers)
        self.servers.has_replayed(f"pg_last_wal_replay_lsn() >= '{self.servers.sql('SELECT pg_current_wal_lsn();')}'")
        before = {node: node.get("/feed.json") for node in self.nodes}
        self.servers.halt()
        for node, answer in before.items():
            ready = wait_for(lambda: (a := node.operator("/readyz")).status == 503 and a, "not ready")
            self.assertIn("read-only", ready.body.decode())
            self.assertEqual(node.get("/feed.json").body, answer.body)
            self.assertEqual(node.get("/feed.json", headers={"If-None-Match": answer.headers["etag"]}).status, 304)
        self.answered()
        self.assertEqual(self.servers.sql("SELECT pg_is_in_recovery();", "two"), "t")  # still nothing else
        self.servers.promote()
        self.publish(2)
        self.changed()
        for node in self.nodes:
            wait_for(lambda: node.operator("/readyz").status == 200, "ready again")
        self.end("only a standby")

    def test_a_transaction_stays_open(self):
        self.begin()
        writer = Session(self.servers.url)
        self.addCleanup(writer.close)
        late = 1000  # among the newest, so that it shows
        writer.run("BEGIN;" + published(late))
        seconds_open = lambda: float(self.nodes.sql(f"SELECT extract(epoch FROM clock_timestamp() - xact_start) FROM pg_stat_activity WHERE pid = {writer.pid};"))
        polls = {node: node.polls() for node in self.nodes}
        steps = 0
        while seconds_open() < OPEN_FOR:
            self.publish()
            settle(self.nodes, self.numbers)  # steps go on
            self.answered()
            steps += 1
        self.assertGreaterEqual(steps, min(5, ROUNDS))
        self.changed()
        was_open = round(seconds_open())
        looks = int(min(node.polls() - polls[node] for node in self.nodes))
        writer.run("COMMIT;")
        self.numbers.add(late)
        self.end("transaction open", seconds=was_open, steps_meanwhile=steps, looks_for_news=looks)

    def test_the_server_has_no_connection_left(self):
        self.begin("-c max_connections=40")
        publisher = Session(self.servers.url)
        taken = []
        sessions = "pg_terminate_backend(pid) FROM pg_stat_activity WHERE"

        def is_full():
            done = subprocess.run([PSQL, "-X", "-q", "-c", "SELECT 1", self.servers.url], capture_output=True, encoding="utf-8")
            return "too many clients" in done.stderr

        def take():
            command = [PSQL, "-X", "-q", "-c", "SELECT pg_sleep(3600)", self.servers.url]
            taken.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

        for _ in range(max(1, ROUNDS // 5)):
            for _ in range(40):
                take()
            wait_for(is_full, "all connections to be taken")
            # The nodes lose most of theirs, and others are quicker.
            publisher.run(f"SELECT {sessions} application_name = 'sosik' AND random() < 0.8;")
            for _ in range(30):
                take()
            wait_for(is_full, "all connections to be taken again")
            self.publish(2, by=publisher.run)
            self.answered()
            self.assertTrue(is_full())
            for node in self.nodes:
                for _ in range(20):
                    self.assertEqual(node.get("/feed.json").status, 200)
            publisher.run(f"SELECT {sessions} query LIKE '%pg_sleep(3600)' AND pid <> pg_backend_pid();")
            for process in taken:
                process.wait()
            taken.clear()
            settle(self.nodes, self.numbers)
        publisher.close()
        self.end("no connection left")

    def hold_the_step(self):
        """The active node, waiting inside of its step; and the session that it waits for."""
        self.all_told()
        blocker = Session(self.servers.url)
        blocker.run("BEGIN; LOCK TABLE events IN EXCLUSIVE MODE;")
        active = self.nodes.active()
        self.publish()
        wait_for(lambda: self.nodes.sql(f"SELECT count(*) FROM pg_stat_activity WHERE {A_STEP_WAITS};") != "0", "the step to wait")
        return active, blocker

    def test_the_active_node_is_killed_in_the_step(self):
        self.begin()
        for _ in range(ROUNDS):
            active, blocker = self.hold_the_step()
            self.kill(active)
            self.answered()
            blocker.run("COMMIT;")
            blocker.close()
            settle(self.nodes, self.numbers)
            self.start(active)
            self.changed()
        self.end("node killed in the step", kills=ROUNDS)

    def test_the_active_node_hangs_in_the_step(self):
        self.begin()
        active, blocker = self.hold_the_step()
        self.readers[active].is_down.set()
        active.pause()
        blocker.run("COMMIT;")  # now it is idle in its transaction, for as long as the server lets it be
        blocker.close()
        others = [node for node in self.nodes if node is not active]
        wait_for(lambda: self.nodes.sql("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND application_name = 'sosik';") != "0", "the hung step")
        self.answered()
        wait_long(lambda: any(node.is_active() for node in others), "another active node")
        self.publish()
        for node in others:
            wait_for(lambda: len(node.titles()) == len(self.numbers), "the posts on the other nodes")
        self.answered()
        active.go_on()
        self.readers[active].is_back()
        self.end("node hung in the step")

    def test_a_node_is_killed_while_it_holds_claims(self):  # N-203, N-204
        answers = threading.Event()
        answers.set()
        self.begin(answer=lambda _: (answers.wait(60) and 200, {}, b""))
        now = lambda: int(self.nodes.sql("SELECT extract(epoch FROM clock_timestamp())::bigint;"))
        kills, waits = [], []
        for _ in range(max(1, ROUNDS // 10)):
            self.all_told()
            answers.clear()
            seen = len(self.hook.requests)
            statements = []
            self.publish(6, by=statements.append)
            self.nodes.sql(f"BEGIN; {''.join(statements)} COMMIT;")  # one step, and one claim
            request = wait_for(lambda: self.hook.requests[seen:], "a delivery that the receiver keeps waiting")[0]
            victim, held = self.nodes.kill_whoever_made(request, self.kill)
            killed_at = now()
            asked = lambda: collections.Counter(r["headers"]["webhook-id"] for r in self.hook.requests[seen:])
            before = asked()
            answers.set()
            self.publish(3)
            settle(self.nodes, self.numbers)
            self.assertGreater(min(held.values()), 1000 * now())  # nothing of that had to wait for the claims of the dead
            self.answered()

            def are_told():
                self.answered()  # throughout
                return self.nodes.are_told(held)

            wait_long(are_told, "the others to tell what the dead one held")
            waits.append(now() - killed_at)
            told_again(before, asked(), held)
            ids = ", ".join(f"'{event}'" for event in held)
            ended = self.nodes.sql(
                "SELECT e.event_id, d.ended_at FROM deliveries d JOIN events e ON e.site_id = d.site_id AND e.number = d.event_number "
                f"WHERE e.event_id IN ({ids});"
            )
            for event, at in (row.split("|") for row in ended.splitlines()):
                self.assertGreater(int(at) + 1000, held[event], "told before the claim of the dead had ended")
            kills.append(len(held))
            self.start(victim)
            self.changed()
        self.end("node killed with claims", claims_by_kill=kills, seconds_until_told=waits)


if __name__ == "__main__":
    unittest.main()
