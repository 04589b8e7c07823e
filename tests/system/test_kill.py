"""kill -9 while posts are being published: nothing is lost, nothing comes twice under another id (N-204)."""
import json
import os
import random
import time
import unittest

from sosik import Receiver, post, wait_for
from test_publish import make

ROUNDS = int(os.environ.get("SOSIK_KILL_ROUNDS", "50"))


class Kill(unittest.TestCase):
    def test_rounds_of_kill_during_publishing_lose_nothing(self):
        chance = random.Random(20261123)
        with Receiver() as hook, make(hook=hook) as sosik:
            for number in range(ROUNDS):
                sosik.start()
                sosik.put(f"p{number}.md", post(f"글 {number}", f"2026-10-{1 + number % 28:02d} 10:{number % 60:02d}"))
                time.sleep(chance.random() * 0.4)  # anywhere in step, delivery and acknowledgement
                sosik.kill()
            sosik.start()
            want = {f"글 {number}" for number in range(ROUNDS)}
            told = lambda: {json.loads(r["body"])["data"]["title"] for r in list(hook.requests)}
            wait_for(lambda: told() == want, "every post told")
            pending = lambda: [d for d in sosik.run_json("deliveries", "--limit", "1000") if d["state"] != "delivered"]
            wait_for(lambda: not pending(), "every delivery on record")
            ids = {}
            for request in hook.requests:
                title = json.loads(request["body"])["data"]["title"]
                ids.setdefault(title, set()).add((request["headers"]["webhook-id"], request["body"]))
            self.assertEqual([t for t, seen in ids.items() if len(seen) != 1], [])
            published = [e for e in sosik.run_json("events", "--limit", "10000") if e["type"] == "post.published"]
            self.assertEqual(len(published), ROUNDS)
            self.assertEqual(len({e["id"] for e in published}), ROUNDS)
            self.assertEqual(sosik.query("PRAGMA integrity_check"), [("ok",)])


if __name__ == "__main__":
    unittest.main()
