"""kill -9 while posts are published, edited and taken back by another program: every event is told at least once under
its own id, none is invented, and those about one post come in order (N-202..N-206). $SOSIK_KILL_ROUNDS says how often."""
import json
import os
import random
import sqlite3
import threading
import time
import unittest

from sosik import Receiver, wait_for
from test_publish import make

ROUNDS = int(os.environ.get("SOSIK_KILL_ROUNDS", "50"))


class Writer:
    """Another program that writes posts into the store by its contract, at random."""

    def __init__(self, database, chance):
        self.database, self.chance = database, chance
        self.posts = {}  # number: status
        self.changes = 0
        self.taken_back = set()  # their ids

    def change(self):
        number = self.chance.randrange(len(self.posts) // 2 + 2)
        if self.chance.random() < 0.4 or number not in self.posts:
            number = len(self.posts)
            statement = (
                "INSERT INTO posts (post_id, status, slug, title, body, published_at) VALUES (?1, 'published', ?1, ?2, ?3, ?4)"
            )
            values = (f"p{number}", f"글 {number}", "<p>처음</p>", 1_790_000_000_000 + number * 1000)
            self.posts[number] = "published"
        elif self.posts[number] == "published" and self.chance.random() < 0.3:
            statement, values = "UPDATE posts SET status = 'unpublished' WHERE post_id = ?1", (f"p{number}",)
            self.posts[number] = "unpublished"
            self.taken_back.add(f"p{number}")
        elif self.posts[number] == "unpublished":
            statement, values = "UPDATE posts SET status = 'published' WHERE post_id = ?1", (f"p{number}",)
            self.posts[number] = "published"
        else:
            self.changes += 1
            statement, values = "UPDATE posts SET title = ?2 WHERE post_id = ?1", (f"p{number}", f"고친 글 {self.changes}")
        with sqlite3.connect(self.database, timeout=30) as db:
            db.execute(statement, values)
        db.close()


class Kill(unittest.TestCase):
    def test_rounds_of_kill_lose_nothing_invent_nothing_and_keep_the_order(self):
        chance = random.Random(20261128)
        answers = threading.Event()
        answers.set()

        def answer(_):
            answers.wait()
            return 200, {}, b""

        with Receiver(answer) as hook, make(hook=hook, more="keep_deliveries = 100000000") as sosik:
            owed = lambda: sosik.query("SELECT count(*) FROM deliveries WHERE state < 2")[0][0]
            sosik.start()
            sosik.kill()
            writer = Writer(sosik.database, chance)
            kills_with_work = 0
            for number in range(ROUNDS):
                sosik.start()
                if number % 4 == 0:  # killed for certain between the request and its answer
                    answers.clear()
                    writer.change()
                    wait_for(owed, "a delivery that the receiver keeps waiting")
                for _ in range(chance.randrange(1, 4)):
                    writer.change()
                    time.sleep(chance.random() * 0.2)  # anywhere in step, claim, request and record
                kills_with_work += owed() > 0
                sosik.kill()
                answers.set()
            with sqlite3.connect(sosik.database, timeout=30) as db:  # a minute later
                db.execute("UPDATE deliveries SET leased_until = 1 WHERE leased_until IS NOT NULL")
            db.close()
            sosik.start()
            is_dirty = lambda: sosik.query("SELECT count(*) FROM dirty_posts")[0][0]
            wait_for(lambda: not is_dirty() and not owed(), "everything looked at, and every delivery at its end")
            self.assertGreater(kills_with_work, 0, "no round was killed with anything owed")
            self.judge(sosik, hook, writer.taken_back)
            counts = {"rounds": ROUNDS, "killed with deliveries open": kills_with_work, "requests": len(hook.requests)}
            counts["events"] = sosik.query("SELECT count(*) FROM events WHERE kind < 4")[0][0]
            counts["told twice or more"] = len(hook.requests) - len({r["headers"]["webhook-id"] for r in hook.requests})
            print("\nkill -9:", json.dumps(counts))

    def judge(self, sosik, hook, taken_back):
        rows = sosik.query(
            "SELECT e.event_id, e.number, e.subject, e.revision, d.state FROM events e LEFT JOIN deliveries d "
            "ON d.site_id = e.site_id AND d.event_number = e.number WHERE e.kind < 4 ORDER BY e.number"
        )
        self.assertEqual(len(rows), len({row[0] for row in rows}), "an event has two deliveries, or two events one id")
        events = {event: (number, post, revision, state) for event, number, post, revision, state in rows}
        bodies, first = {}, {}
        for request in hook.requests:
            event = request["headers"]["webhook-id"]
            self.assertIn(event, events, "an event that was never recorded was told")
            self.assertEqual(bodies.setdefault(event, request["body"]), request["body"], "one id, two messages")
            first.setdefault(event, len(first))
        for event, (number, post, revision, state) in events.items():
            if state == 2:
                self.assertIn(event, first, f"event {number} about {post} is on record as told and never arrived")
            else:  # recalled before it left: nobody was owed it, or it was cancelled (N-213)
                self.assertIn(state, (4, None), f"event {number} about {post} ended in state {state}")
                self.assertIn(post, taken_back, f"event {number} was not told, and {post} was never taken back")
        by_post = {}
        for event in first:  # in the order of arrival
            number, post, revision, _ = events[event]
            by_post.setdefault(post, []).append((number, revision))
        for post, told in by_post.items():
            self.assertEqual(told, sorted(told), f"news of {post} came in the wrong order")
            self.assertEqual([r for _, r in told], sorted({r for _, r in told}), f"a revision of {post} twice")
        # What readers see is what the rows say.
        shown = {row[0] for row in sosik.query("SELECT post_id FROM entries WHERE is_shown = 1")}
        wanted = {row[0] for row in sosik.query("SELECT post_id FROM posts WHERE status = 'published'")}
        self.assertEqual(shown, wanted)
        self.assertEqual(sosik.query("PRAGMA integrity_check"), [("ok",)])


if __name__ == "__main__":
    unittest.main()
