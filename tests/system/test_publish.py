"""Told: a publish reaches hub, ping service and webhook, from the store, with attempts on record (notify.md)."""
import base64
import hashlib
import hmac
import json
import unittest
import urllib.parse

from sosik import Receiver, Sosik, post, wait_for

SECRET = base64.b64encode(bytes(range(24))).decode()
PING_OK = (
    b'<?xml version="1.0"?><methodResponse><params><param><value><struct><member><name>flerror</name>'
    b"<value><boolean>0</boolean></value></member><member><name>message</name><value>Thanks</value></member>"
    b"</struct></value></param></params></methodResponse>"
)


def settings(hub=None, ping=None, hook=None, allow='["127.0.0.0/8"]', more=""):
    ports = ", ".join(f'"{r.port}"' for r in (hub, ping, hook) if r)
    text = f"allow_networks = {allow}\nallow_ports = [{ports}]\ncoalesce_seconds = 0\n{more}\n"
    if hub:
        text += f'hubs = ["{hub.url}/hub"]\n'
    if ping:
        text += f'pings = ["{ping.url}/RPC2"]\n'
    if hook:
        text += f'[[publish.webhook]]\nname = "build"\nurl = "{hook.url}/hook"\nallow_http = true\nsecret_file = "secret"\n'
    return text


def make(**parties):
    sosik = Sosik(publish=settings(**parties))
    (sosik.folder / "secret").write_text(f"whsec_{SECRET}\n")
    return sosik


def done(sosik, count):
    deliveries = sosik.run_json("deliveries")
    return deliveries if len([d for d in deliveries if d["state"] == "delivered"]) >= count else None


class Told(unittest.TestCase):
    def test_a_publish_tells_hub_ping_service_and_webhook(self):  # N-006, N-090, N-150..N-152
        with Receiver() as hub, Receiver(lambda r: (200, {"Content-Type": "text/xml"}, PING_OK)) as ping:
            with Receiver() as hook, make(hub=hub, ping=ping, hook=hook) as sosik:
                sosik.start()
                sosik.put("첫-글.md", post("첫 글: 안녕 & <반가워>", "2026-11-20", tags="[인사]", author="한민서"))
                wait_for(lambda: hub.requests and ping.requests and hook.requests, "three kinds of notices")
                message = hook.requests[0]
                signed = f"{message['headers']['webhook-id']}.{message['headers']['webhook-timestamp']}.".encode()
                want = hmac.new(base64.b64decode(SECRET), signed + message["body"], hashlib.sha256).digest()
                self.assertEqual(message["headers"]["webhook-signature"], "v1," + base64.b64encode(want).decode())
                body = json.loads(message["body"])
                self.assertEqual(body["type"], "post.published")
                self.assertEqual(body["data"]["title"], "첫 글: 안녕 & <반가워>")
                self.assertIn(b"weblogUpdates", ping.requests[0]["body"])
                topics = lambda: {urllib.parse.parse_qs(r["body"].decode())["hub.url"][0] for r in hub.requests}
                wait_for(lambda: len(topics()) == 9, "main, tag and author feeds in three formats each")
                self.assertIn(sosik.url + "/rss.xml", topics())
                deliveries = wait_for(lambda: done(sosik, 11), "every delivery on record")
                self.assertEqual({d["kind"] for d in deliveries}, {"websub", "ping", "webhook"})
                self.assertTrue(all(d["attempts"][0]["status"] == 200 for d in deliveries))

    def test_the_key_of_indexnow_is_reread(self):  # N-130
        with Sosik(publish='indexnow_key = "first-key"\n') as sosik:
            sosik.start()
            served = lambda: [sosik.get(f"/{key}.txt").status for key in ("first-key", "second-key")]
            self.assertEqual(served(), [200, 404])
            sosik.config.write_text(sosik.config.read_text().replace("first-key", "second-key"))
            sosik.hang_up("configuration reread")
            self.assertEqual(served(), [404, 200])

    def test_bulk_import_tells_nobody_unless_asked(self):  # N-212
        with Receiver() as hook, make(hook=hook) as sosik:
            blog = sosik.folder / "blog"
            blog.mkdir()
            (blog / "하나.md").write_text(post("하나", "2026-11-01"))
            sosik.start()
            sosik.run("import", "markdown", str(blog))
            wait_for(lambda: sosik.titles() == ["하나"], "the imported post")
            self.assertEqual(sosik.run_json("deliveries"), [])
            (blog / "둘.md").write_text(post("둘", "2026-11-02"))
            sosik.run("import", "markdown", str(blog), "--notify")
            wait_for(lambda: hook.requests, "a notice of the second")
            wait_for(lambda: done(sosik, 1), "the notice on record")
            self.assertEqual([json.loads(r["body"])["data"]["title"] for r in hook.requests], ["둘"])

    def test_a_failing_webhook_is_tried_again_with_the_same_id(self):  # N-151, N-157
        answers = [500, 200]
        with Receiver(lambda r: (answers.pop(0) if answers else 200, {}, b"no")) as hook, make(hook=hook) as sosik:
            sosik.start()
            sosik.put("a.md", post("다시", "2026-11-20"))
            wait_for(lambda: done(sosik, 1), "delivered in the end")
            ids = {r["headers"]["webhook-id"] for r in hook.requests}
            self.assertEqual((len(hook.requests), len(ids)), (2, 1))
            attempts = sosik.run_json("deliveries")[0]["attempts"]
            self.assertEqual([a["status"] for a in attempts], [500, 200])
            self.assertEqual(attempts[0]["response"], "no")

    def test_a_private_receiver_is_refused_and_the_refusal_names_the_way_out(self):  # N-180..N-185
        with Receiver() as hook, Sosik(publish=settings(hook=hook, allow="[]")) as sosik:
            (sosik.folder / "secret").write_text(f"whsec_{SECRET}\n")
            sosik.start()
            sosik.put("a.md", post("비밀", "2026-11-20"))

            def refused():
                deliveries = sosik.run_json("deliveries")
                return deliveries and deliveries[0]["attempts"]

            attempt = wait_for(refused, "a refused attempt")[0]
            self.assertEqual(attempt["error"], "refused-address")
            self.assertIn("allow_networks", attempt["detail"])
            self.assertEqual(hook.requests, [])

    def test_a_restart_goes_on_where_the_last_process_stopped(self):  # N-209
        state = {"up": False}
        with Receiver(lambda r: (200 if state["up"] else 503, {}, b"")) as hook, make(hook=hook) as sosik:
            sosik.start()
            sosik.put("a.md", post("재시작", "2026-11-20"))
            wait_for(lambda: hook.requests, "a first attempt")
            sosik.kill()
            state["up"] = True
            sosik.start()
            wait_for(lambda: done(sosik, 1), "delivered after the restart")
            self.assertEqual(len({r["headers"]["webhook-id"] for r in hook.requests}), 1)


if __name__ == "__main__":
    unittest.main()
