"""What may happen to several nodes and their database: nothing is lost, no event has two ids, no 304 comes after a change,
and readers are answered throughout, but by a node that was killed (docs/nodes.md). Of the slow tier: $SOSIK_FAULT_ROUNDS
says how often; without it nothing is run here."""
import json
import os
import subprocess
import threading
import unittest

from local_cluster import Servers, settle
from nodes import Nodes, Reader, judge, published, settings, wait_long
from postgres import PSQL, Session
from sosik import Receiver, wait_for

ROUNDS = int(os.environ.get("SOSIK_FAULT_ROUNDS", "0"))


@unittest.skipUnless(ROUNDS, "of the slow tier: SOSIK_FAULT_ROUNDS")
class Faults(unittest.TestCase):
    def begin(self, flags="", standby=False):
        self.hook = Receiver()
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
        for reader in self.readers.values():
            reader.stop()
        failures = [failure for reader in self.readers.values() for failure in reader.failures]
        wrong = [wrong for reader in self.readers.values() for wrong in reader.wrong]
        reads = sum(sum(reader.counts.values()) for reader in self.readers.values())
        print(f"\n{name}:", json.dumps({**more, "events": events, "messages": requests, "again under the same id": twice, "reads": reads, "failed": len(failures)}))
        self.assertEqual(failures, [])
        self.assertEqual(wrong, [])
        self.assertGreater(reads, 100)

    def kill(self, node):
        self.readers[node].is_down.set()
        node.kill()

    def start(self, node):
        node.start()
        wait_for(lambda: node.get("/feed.json").status == 200, "the node again")
        self.readers[node].is_down.clear()

    def test_the_database_is_restarted(self):
        self.begin()
        for number in range(ROUNDS):
            self.publish(2)
            self.servers.restart("immediate" if number % 2 else "fast")
            self.changed()
            self.publish()
        self.end("database restarted", restarts=ROUNDS)

    def test_connections_are_cut_in_the_middle_of_transactions(self):
        self.begin()
        ends, cuts = threading.Event(), []

        def cut():
            while not ends.wait(0.02):
                said = self.nodes.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'sosik' AND random() < 0.3;")
                cuts.append(int(said))

        cutter = threading.Thread(target=cut)
        cutter.start()
        try:
            for _ in range(3 * ROUNDS):
                self.publish(2)
                self.changed()
        finally:
            ends.set()
            cutter.join()
        self.end("connections cut", cuts=sum(cuts))

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
                self.servers.fail_over()
                settle(self.nodes, self.numbers)
                for node, answer in before.items():  # what nobody has any more is not confirmed
                    self.assertEqual(node.get("/feed.json", headers={"If-None-Match": answer.headers["etag"]}).status, 200)
                    self.assertEqual(node.get("/feed.json", headers={"If-Modified-Since": answer.headers["last-modified"]}).status, 200)
                self.publish(2)
                self.changed()
                self.end("standby promoted", is_one_past=False)
                self.assertEqual(ids(), first)
                self.doCleanups()

    def test_a_transaction_stays_open(self):
        self.begin()
        writer = Session(self.servers.url)
        self.addCleanup(writer.close)
        late = 1000  # among the newest, so that it shows
        writer.run("BEGIN;" + published(late))
        for _ in range(5 * ROUNDS):
            self.publish()
            settle(self.nodes, self.numbers)  # steps go on
        self.changed()
        writer.run("COMMIT;")
        self.numbers.add(late)
        self.end("transaction open", steps_meanwhile=5 * ROUNDS)

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
        wait_long(lambda: self.nodes.sql("SELECT count(*) FROM deliveries WHERE state < 2;") == "0", "earlier news to be told")
        blocker = Session(self.servers.url)
        blocker.run("BEGIN; LOCK TABLE events IN EXCLUSIVE MODE;")
        active = self.nodes.active()
        self.publish()
        wait_for(lambda: self.nodes.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%INTO events%';") != "0", "the step to wait")
        return active, blocker

    def test_the_active_node_is_killed_in_the_step(self):
        self.begin()
        for _ in range(ROUNDS):
            active, blocker = self.hold_the_step()
            self.kill(active)
            blocker.run("COMMIT;")
            blocker.close()
            settle(self.nodes, self.numbers)
            self.start(active)
            self.changed()
        self.end("node killed in the step", kills=ROUNDS)

    def test_the_active_node_hangs_in_the_step(self):
        self.begin()
        active, blocker = self.hold_the_step()
        self.readers[active].stop()
        active.pause()
        blocker.run("COMMIT;")  # now it is idle in its transaction, for as long as the server lets it be
        blocker.close()
        others = [node for node in self.nodes if node is not active]
        wait_for(lambda: self.nodes.sql("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND application_name = 'sosik';") != "0", "the hung step")
        wait_long(lambda: any(node.is_active() for node in others), "another active node")
        self.publish()
        for node in others:
            wait_for(lambda: len(node.titles()) == len(self.numbers), "the posts on the other nodes")
        active.go_on()
        self.end("node hung in the step")


if __name__ == "__main__":
    unittest.main()
