"""The ledger as an operator meets it: hold and recall, order, dead letters, replays, disabled targets, proof (docs/ledger.md)."""
import json
import threading
import time
import unittest
import urllib.parse
import urllib.request

from sosik import Receiver, post, wait_for
from test_publish import done, make, settings


def titles(hook):
    return [(json.loads(r["body"])["type"], json.loads(r["body"])["data"].get("title")) for r in list(hook.requests)]


def now_ms():
    return int(time.time() * 1000)


class Held(unittest.TestCase):
    def test_a_post_on_hold_is_nowhere_and_can_be_recalled_unseen(self):
        with Receiver() as hook, make(hook=hook, more="hold_seconds = 3600") as sosik:
            sosik.start()
            sosik.put("a.md", post("성급한 글", time.strftime("%Y-%m-%d %H:%M", time.gmtime(time.time() + 9 * 3600))))
            explained = wait_for(lambda: sosik.run_json("explain", "a"), "an explanation")
            self.assertIn("hold", wait_for(lambda: sosik.run_json("explain", "a").get("why_not_shown"), "a reason"))
            self.assertEqual(sosik.titles(), [])
            self.assertEqual(sosik.get("/posts/a").status, 404)
            sosik.run("post", "delete", "a")
            wait_for(lambda: sosik.query("SELECT count(*) FROM dirty_posts") == [(0,)], "the step")
            self.assertEqual(sosik.run_json("events"), [])
            self.assertEqual(hook.requests, [])
            self.assertIsNotNone(explained)

    def test_it_shows_and_is_told_when_the_hold_is_over(self):
        with Receiver() as hook, make(hook=hook, more="hold_seconds = 60") as sosik:
            sosik.start()
            at = now_ms() - 57_000  # three seconds from now
            sosik.sql(
                "INSERT INTO posts (post_id, status, slug, title, body, published_at) "
                f"VALUES ('p', 'published', 'p', '기다린 글', '<p>글</p>', {at});"
            )
            wait_for(lambda: hook.requests, "the event")
            self.assertGreaterEqual(now_ms(), at + 60_000)
            self.assertEqual(sosik.titles(), ["기다린 글"])


class Ordered(unittest.TestCase):
    def test_news_of_a_post_wait_for_each_other_and_others_do_not_wait(self):  # N-206
        answers = {"fails": True}
        answer = lambda r: (500 if answers["fails"] and b'"p1"' in r["body"] else 200, {}, b"")
        with Receiver(answer) as hook, make(hook=hook) as sosik:
            sosik.start()
            insert = "INSERT INTO posts (post_id, status, slug, title, body, published_at) VALUES ('{0}', 'published', '{0}', '{0}', 'x', 1790000000000);"
            sosik.sql(insert.format("p1"))
            wait_for(lambda: hook.requests, "a first attempt")
            sosik.sql("UPDATE posts SET title = '고침' WHERE post_id = 'p1';" + insert.format("p2"))
            wait_for(lambda: ("post.published", "p2") in titles(hook), "the other post's news")
            self.assertNotIn("post.updated", [kind for kind, _ in titles(hook)])
            behind = [d for d in sosik.run_json("deliveries") if d.get("waits_for_earlier")]
            self.assertEqual([d["event"] for d in behind], ["post.updated"])
            answers["fails"] = False
            wait_for(lambda: titles(hook)[-1] == ("post.updated", "고침"), "the edit, after the publishing")
            self.assertEqual(titles(hook)[-2], ("post.published", "p1"))


class Targets(unittest.TestCase):
    def test_a_receiver_that_is_gone_is_disabled_and_what_it_missed_can_be_recovered(self):  # N-156, N-158
        state = {"status": 410}
        with Receiver(lambda r: (state["status"], {}, b"")) as hook, make(hook=hook) as sosik:
            sosik.start()
            sosik.put("a.md", post("하나", "2026-11-20"))
            disabled = lambda: [t for t in sosik.run_json("targets") if t["is_disabled"]]
            target = wait_for(disabled, "a disabled target")[0]
            self.assertIn("410", target["why"])
            self.assertEqual(sosik.metrics()["sosik_targets_disabled"], 1)
            sosik.put("b.md", post("둘", "2026-11-21"))
            wait_for(lambda: len([e for e in sosik.run_json("events") if e["type"] == "post.published"]) == 2, "events")
            self.assertEqual(len(sosik.run_json("deliveries")), 1)
            first_id = hook.requests[0]["headers"]["webhook-id"]
            state["status"] = 200
            count = len(hook.requests)
            said = sosik.run("targets", "enable", "webhook:build", "--recover-since", "1h").stdout
            self.assertIn("2 deliveries", said)
            wait_for(lambda: done(sosik, 2), "both told")
            told = titles(hook)[count:]
            self.assertEqual(sorted(told), [("post.published", "둘"), ("post.published", "하나")])
            self.assertIn(first_id, {r["headers"]["webhook-id"] for r in hook.requests[count:]})
            self.assertEqual(disabled(), [])

    def test_an_unknown_target_is_named(self):
        with make() as sosik:
            sosik.run("migrate")
            self.assertIn("no target 'webhook:nobody'", sosik.run("targets", "enable", "webhook:nobody", code=1).stderr)


class Replayed(unittest.TestCase):
    def test_one_a_range_and_all_that_failed(self):  # N-208
        state = {"status": 200}
        answer = lambda r: (state["status"], {"webhook-delivery": "abort-message"}, b"")
        with Receiver(answer) as hook, make(hook=hook) as sosik:
            sosik.start()
            for name in ("하나", "둘"):
                sosik.put(f"{name}.md", post(name, "2026-11-20"))
            wait_for(lambda: done(sosik, 2), "two told")
            ids = sorted(d["id"] for d in sosik.run_json("deliveries"))
            messages = {r["headers"]["webhook-id"]: r["body"] for r in hook.requests}
            self.assertEqual(sosik.run_json("deliveries", "replay", str(ids[0])), {"replayed": 1})
            wait_for(lambda: len(hook.requests) == 3, "the first again")
            wait_for(lambda: done(sosik, 2), "and on record")
            self.assertEqual(sosik.run_json("deliveries", "replay", f"{ids[0]}..{ids[1]}"), {"replayed": 2})
            wait_for(lambda: len(hook.requests) == 5, "both again")
            for request in hook.requests:  # the same messages under the same ids
                self.assertEqual(messages[request["headers"]["webhook-id"]], request["body"])
            wait_for(lambda: done(sosik, 2), "and on record")
            state["status"] = 400  # and it asks us to stop
            sosik.put("셋.md", post("셋", "2026-11-21"))
            failed = lambda: [d for d in sosik.run_json("deliveries") if d["state"] == "gave up"]
            wait_for(failed, "a dead letter")
            state["status"] = 200
            self.assertEqual(sosik.run_json("deliveries", "replay", "--failed-since", "1h"), {"replayed": 1})
            wait_for(lambda: done(sosik, 3), "all told")
            self.assertEqual(sosik.run_json("deliveries", "replay", "--failed-since", "1h"), {"replayed": 0})

    def test_what_makes_no_sense_is_refused(self):
        with make() as sosik:
            sosik.run("migrate")
            for words in ([], ["x"], ["5..2"], ["0"], ["1", "--failed-since", "1h"]):
                sosik.run("deliveries", "replay", *words, code=2)
            self.assertIn("neither a date", sosik.run("deliveries", "--since", "gestern", code=1).stderr)


class Proven(unittest.TestCase):
    def test_a_hub_that_comes_and_fetches_confirms_it(self):
        """A hub of our own: told of a topic, it fetches it under its User-Agent."""
        fetched = threading.Event()

        def fetch(request):
            topic = urllib.parse.parse_qs(request["body"].decode())["hub.url"][0]
            if topic.endswith("/rss.xml"):
                asked = urllib.request.Request(topic, headers={"User-Agent": "Mozilla/5.0 (compatible; TestHub/1.0)"})
                with urllib.request.urlopen(asked) as answer:
                    answer.read()
                fetched.set()
            return 202, {}, b""

        with Receiver(fetch) as hub:
            with make(more='aggregators = "known.toml"', hook=None) as sosik:
                text = sosik.config.read_text().replace("allow_ports = []", f'allow_ports = ["{hub.port}"]')
                sosik.config.write_text(text)
                known = f'[[websub]]\nurl = "{hub.url}/hub"\non = true\nagents = ["TestHub"]\n'
                (sosik.folder / "known.toml").write_text(known)
                sosik.start()
                sosik.put("a.md", post("증거", "2026-11-20"))
                wait_for(fetched.is_set, "the hub's fetch")
                confirmed = lambda: [d for d in sosik.run_json("deliveries") if "confirmed_at" in d]
                self.assertEqual({d["topic"] for d in wait_for(confirmed, "a confirmation")}, {sosik.url + "/rss.xml"})
                told = [d for d in sosik.run_json("explain", "a")["deliveries"] if d["topic"].endswith("/rss.xml")]
                self.assertIn("confirmed_at", told[0])
                # Somebody else's fetch proves nothing.
                sosik.get("/atom.xml", headers={"User-Agent": "Mozilla/5.0 (TheTestHub)"})
                sosik.get("/feed.json", headers={"User-Agent": "curl/8"})
                self.assertEqual(len(confirmed()), 1)


class Explained(unittest.TestCase):
    def test_explain_says_what_became_of_each_notification(self):
        with Receiver(lambda r: (503, {}, b"not now")) as hook, Receiver() as hub, make(hook=hook, hub=hub) as sosik:
            sosik.start()
            sosik.put("a.md", post("설명", "2026-11-20"))
            wait_for(lambda: len([d for d in sosik.run_json("deliveries") if d["state"] == "delivered"]) >= 3, "the hub told")
            told = {d["target"]: d for d in sosik.run_json("explain", "a")["deliveries"]}
            self.assertEqual(told["webhook:build"]["last_error"]["error"], "status")
            self.assertEqual(told[f"websub:{hub.url}/hub"]["state"], "delivered")
            self.assertIn("503", sosik.run("explain", "a").stdout)


if __name__ == "__main__":
    unittest.main()
