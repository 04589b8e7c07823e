"""The admin API through the real program. Every answer is held against docs/openapi.json: status, media type and schema."""
import base64
import concurrent.futures
import hashlib
import hmac
import http.client
import json
import re
import socket
import threading
import time
import unittest
from urllib.parse import quote

import jsonschema

from sosik import ROOT, Answer, Receiver, Sosik, wait_for

DOCUMENT = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
METHODS = ("get", "put", "post", "delete")
# A reference is resolved in the whole document; format "uri" and "date-time" are checked too.
RESOLVER = jsonschema.RefResolver("", DOCUMENT)
FORMATS = jsonschema.FormatChecker()


@FORMATS.checks("date-time")
def is_utc(text):
    return not isinstance(text, str) or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", text)


def operations():
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def described(method, path):
    """The operation of a call, by the path's literal parts first."""
    for template, name, operation in sorted(operations(), key=lambda each: each[0].count("{")):
        if name == method.lower() and re.fullmatch(re.sub(r"{\w+}", "[^/]+", re.escape(template).replace(r"\{", "{").replace(r"\}", "}")), path):
            return operation
    return None


class Api:
    """A program with tokens of every scope, of the site that `words` name. What it answers is checked as it comes."""

    def __init__(self, blog, *words):
        self.blog = blog
        self.tokens = {
            scope: blog.run_json("token", "create", "--name", scope, "--scope", scope, *words)["token"]
            for scope in ("read", "publish", "admin")
        }
        self.seen = set()

    @property
    def port(self):
        said = wait_for(lambda: re.search(r"operator   http://127\.0\.0\.1:(\d+)/", self.blog.said()), "the operator's address")
        return int(said[1])

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=90)

    def ask(self, method, target, body=None, scope="admin", headers=None, connection=None):
        fields = dict(headers or {})
        if scope:
            fields.setdefault("Authorization", "Bearer " + self.tokens.get(scope, scope))
        if isinstance(body, (dict, list)):
            body = json.dumps(body, ensure_ascii=False)
        if body is not None:
            fields.setdefault("Content-Type", "application/json")
            body = body.encode() if isinstance(body, str) else body
        ours = connection or self.connect()
        try:
            ours.request(method, target, body, fields)
            response = ours.getresponse()
            answer = Answer(response, response.read())
        finally:
            if not connection:
                ours.close()
        self.check(method, target.split("?")[0], answer)
        return answer

    def check(self, method, path, answer):
        assert answer.headers["cache-control"] == "no-store"
        if method == "HEAD":
            return
        operation = described(method, path)
        wanted = (operation or {}).get("responses", {}).get(str(answer.status))
        if operation and answer.status < 400:
            self.seen.add(operation["operationId"])
        if wanted is None:
            common = (400, 401, 403, 404, 405, 406, 411, 413, 415, 417, 422, 500, 503)  # any call may get these
            assert answer.status in common, f"{method} {path}: {answer.status} is not described"
            wanted = DOCUMENT["components"]["responses"]["Problem"]
        if "content" not in wanted:
            assert answer.body == b"", (method, path, answer.body)
            return
        schema = wanted["content"][answer.headers["content-type"]]["schema"]
        value = json.loads(answer.body)
        jsonschema.Draft202012Validator(schema, resolver=RESOLVER, format_checker=FORMATS).validate(value)
        if answer.status >= 400:
            assert value["status"] == answer.status

    def json(self, *words, status=200, **named):
        answer = self.ask(*words, **named)
        assert answer.status == status, (words, answer.status, answer.body.decode())
        return json.loads(answer.body)


class Description(unittest.TestCase):
    def test_it_is_sound(self):
        references = re.findall(r'"\$ref": *"(#[^"]+)"', json.dumps(DOCUMENT))
        for reference in references:
            RESOLVER.resolve(reference)
        used = {reference.rsplit("/", 1)[1] for reference in references}
        for name, schema in DOCUMENT["components"]["schemas"].items():
            jsonschema.Draft202012Validator.check_schema(schema)
            self.assertIn(name, used)
        names = [operation["operationId"] for _, _, operation in operations()]
        self.assertEqual(len(names), len(set(names)))
        for path, _, operation in operations():
            item = DOCUMENT["paths"][path]
            given = {p["name"] for p in item.get("parameters", []) if p["in"] == "path"}
            self.assertEqual(given, set(re.findall(r"{(\w+)}", path)))
            self.assertIn("default", operation["responses"])


class Calls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.receiver = Receiver()
        cls.blog = Sosik(publish=f'allow_networks = ["127.0.0.0/8"]\nallow_ports = ["{cls.receiver.port}"]')
        secret = b"k" * 32
        cls.hook_key = secret
        (cls.blog.folder / "hook.secret").write_text("whsec_" + base64.b64encode(secret).decode() + "\n")
        text = cls.blog.config.read_text(encoding="utf-8")
        cls.blog.config.write_text(
            text.replace("[admin]\n", '[admin]\nhook_secret_file = "hook.secret"\nallow_http = true\n'), encoding="utf-8")
        cls.api = Api(cls.blog)
        cls.blog.start()

    @classmethod
    def tearDownClass(cls):
        cls.blog.__exit__()
        cls.receiver.__exit__()

    def last(self):
        return self.api.json("GET", "/api/v1/events?after=latest")["next"]

    def test_every_operation_needs_its_scope(self):
        order = ["read", "publish", "admin"]
        for path, method, operation in operations():
            wanted = operation["security"][0]["bearer"][0]
            target = path.replace("{id}", "없음") if "endpoints" not in path else path.replace("{id}", "ep_0")
            target = quote(target)
            with self.subTest(f"{method} {path}"):
                for token in (None, "sosik_nobody", "sosik_" + "x" * 43):
                    answer = self.api.ask(method.upper(), target, scope=token)
                    self.assertEqual(answer.status, 401)
                    self.assertTrue(answer.headers["www-authenticate"].startswith("Bearer"))
                for scope in order:
                    answer = self.api.ask(method.upper(), target, scope=scope)
                    is_enough = order.index(scope) >= order.index(wanted)
                    self.assertEqual(answer.status == 403, not is_enough, answer.body)
                    self.assertNotEqual(answer.status, 401)

    def test_a_post_goes_round(self):
        path = "/api/v1/posts/" + quote("글/하나 둘", safe="")
        last = self.last()
        body = {"status": "published", "slug": "하나-둘", "title": "하나, 둘 — 셋 😀", "body_format": "markdown",
                "body": "본문 **굵게**", "categories": ["개발/백엔드"], "tags": ["회고", {"tag": "go", "name": "Go"}],
                "authors": [{"name": "김지은"}]}
        made = self.api.ask("PUT", path, body, scope="publish")
        self.assertEqual(made.status, 201)
        self.assertEqual(made.headers["location"], path)
        got = self.api.ask("GET", path, scope="read")
        self.assertEqual(got.headers["etag"], made.headers["etag"])
        self.assertEqual(json.loads(got.body)["title"], body["title"])
        self.assertEqual(self.api.ask("GET", path, headers={"If-None-Match": got.headers["etag"]}).status, 304)
        head = self.api.ask("HEAD", path)
        self.assertEqual((head.body, head.headers["content-length"]), (b"", str(len(got.body))))
        self.assertEqual(self.api.json("PUT", path, got.body)["outcome"], "unchanged")
        # The step has been woken, and readers see it.
        events = self.api.json("GET", f"/api/v1/events?after={last}&wait=60&type=post.published")["events"]
        self.assertEqual(events[0]["subject"], "글/하나 둘")
        self.assertIn(body["title"], self.blog.titles())
        listed = self.api.json("GET", "/api/v1/posts?limit=500")["posts"]
        [overview] = [post for post in listed if post["post_id"] == "글/하나 둘"]
        self.assertTrue(overview["is_shown"])
        self.assertTrue(overview["id"].startswith("tag:"))
        feeds = {feed["key"]: feed for feed in self.api.json("GET", "/api/v1/feeds")["feeds"]}
        self.assertEqual(self.blog.get(feeds["tag/go"]["urls"]["atom"].removeprefix(self.blog.url)).status, 200)
        self.assertEqual(self.api.ask("DELETE", path, scope="publish").status, 204)
        self.assertEqual(self.api.ask("DELETE", path, scope="publish").status, 404)
        gone = self.api.json("GET", f"/api/v1/events?after={events[0]['number']}&wait=60&type=post.deleted")["events"]
        self.assertEqual(gone[0]["subject"], "글/하나 둘")

    def test_markdown_is_created_and_told_quietly(self):
        last = self.last()
        text = "---\ntitle: 조용한 글\ndate: 2026-01-02\n---\n본문\n"
        made = self.api.json("POST", "/api/v1/posts?quiet=true", text, status=201,
                             headers={"Content-Type": "text/markdown; charset=utf-8"})
        events = self.api.json("GET", f"/api/v1/events?after={last}&wait=60&type=post.published")["events"]
        self.assertEqual([(e["subject"], e["quiet"]) for e in events], [(made["post_id"], True)])

    def test_of_two_writers_one_wins(self):
        path = "/api/v1/posts/race"
        tag = self.api.ask("PUT", path, {"title": "처음"}).headers["etag"]
        for number in range(5):
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                answers = list(pool.map(
                    lambda i: self.api.ask("PUT", path, {"title": f"{number}번째 {i}"}, headers={"If-Match": tag}), range(8)))
            self.assertEqual(sorted(a.status for a in answers), [200] + [412] * 7)
            [winner] = [a for a in answers if a.status == 200]
            tag = winner.headers["etag"]
            self.assertEqual(self.api.ask("GET", path).headers["etag"], tag)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(
                lambda i: self.api.ask("PUT", "/api/v1/posts/first", {"title": str(i)}, headers={"If-None-Match": "*"}), range(8)))
        self.assertEqual(sorted(a.status for a in answers), [201] + [412] * 7)

    def test_bad_bodies_are_told_where(self):
        path = "/api/v1/posts/bad"
        for body, status, where in [
            ("{", 400, None), ("", 400, None), ('{"title": "\ud800"}'.encode("utf-8", "surrogatepass"), 400, None),
            ([], 422, "#"), ({"titel": 1}, 422, "#/titel"), ({"tags": [3]}, 422, "#/tags/0"),
            ({"published_at": "2026-02-31"}, 422, "#/published_at"), ({"a/b~": 1}, 422, "#/a~1b~0"),
        ]:
            with self.subTest(body=body):
                problem = self.api.json("PUT", path, body, status=status)
                self.assertIn(where, [e["pointer"] for e in problem.get("errors", [])] or [None])
        self.assertEqual(self.api.ask("PUT", path, "{}", headers={"Content-Type": "text/html"}).status, 415)
        self.assertEqual(self.api.ask("GET", path, headers={"Accept": "text/html"}).status, 406)
        self.assertEqual(self.api.ask("PATCH", path, "{}").headers["allow"], "GET, HEAD, PUT, DELETE")
        self.assertEqual(self.api.ask("GET", "/api/v1/subscriptions").status, 404)
        problem = self.api.json("GET", "/api/v1/posts?limit=0&state=draft", status=400)
        self.assertEqual({e["parameter"] for e in problem["errors"]}, {"limit", "state"})

    def test_large_and_chunked_bodies(self):
        path = "/api/v1/posts/large"
        body = json.dumps({"title": "긴 글", "body": "가" * 3_000_000}, ensure_ascii=False).encode()
        chunks = (body[i : i + 65536] for i in range(0, len(body), 65536))
        connection = self.api.connect()
        connection.request("PUT", path, chunks, {"Authorization": "Bearer " + self.api.tokens["publish"],
                           "Content-Type": "application/json"}, encode_chunked=True)
        response = connection.getresponse()
        self.assertEqual((response.status, json.loads(response.read())["outcome"]), (201, "created"))
        connection.close()
        self.assertEqual(self.api.ask("PUT", path, body).status, 200)
        with socket.create_connection(("127.0.0.1", self.api.port), 60) as raw:
            raw.sendall((f"PUT {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.api.tokens['publish']}\r\n"
                         "Content-Type: application/json\r\nContent-Length: 33554433\r\n\r\n").encode())
            self.assertIn(b"HTTP/1.1 413 ", raw.recv(100))
        self.api.ask("DELETE", path)

    def test_who_waits_is_answered_in_time(self):
        last = self.last()
        found = []
        waits = threading.Thread(
            target=lambda: found.append(self.api.json("GET", f"/api/v1/events?after={last}&wait=60&type=post.published")))
        waits.start()
        self.blog.put("기다린.md", "---\ntitle: 기다린 글\ndate: 2026-01-03\n---\n본문\n")  # by another process
        waits.join()
        self.assertEqual([e["data"]["title"] for e in found[0]["events"]], ["기다린 글"])
        self.assertEqual(self.api.json("GET", f"/api/v1/events?after={self.last()}&wait=1")["events"], [])

    def test_an_endpoint_from_beginning_to_end(self):
        url = "https://127.0.0.1:8443/hook?key=%EB%B9%84%EB%B0%80"
        made = self.api.json("POST", "/api/v1/endpoints", {"description": "시험", "url": url, "headers": {"X-Team": "a"}}, status=201)
        path = "/api/v1/endpoints/" + made["id"]
        known = {key: value for key, value in made.items() if key != "secret"}
        self.assertEqual(self.api.json("GET", path), known)
        self.assertIn(known, self.api.json("GET", "/api/v1/endpoints")["endpoints"])
        rotated = self.api.json("POST", path + "/rotate")
        self.assertNotEqual(rotated["secret"], made["secret"])
        self.api.json("POST", path + "/rotate", status=409)
        again = self.api.json("POST", path + "/rotate", {"force": True})
        self.assertEqual(len({made["secret"], rotated["secret"], again["secret"]}), 3)
        self.assertIsNone(self.api.json("POST", path + "/revoke-previous")["previous_secret_until"])
        self.assertEqual(self.api.json("PUT", path, {"url": url, "headers": {"X-Team": None}})["headers"], {"X-Team": None})
        self.api.json("PUT", path, {"url": url, "headers": {"Host": "x"}}, status=422)
        self.assertEqual(self.api.json("POST", path + "/disable")["state"], "disabled")
        self.api.ask("PUT", "/api/v1/posts/missed", {"status": "published", "title": "놓친 글", "body": "본문"})
        wait_for(lambda: "놓친 글" in self.blog.titles(), "the post")
        self.assertEqual(self.api.json("POST", path + "/enable")["state"], "ok")
        owed = self.api.json("POST", path + "/recover", {"since": "2020-01-01"})["owed"]
        self.assertGreaterEqual(owed, 1)
        target = "/api/v1/deliveries?target=webhook:" + made["id"]
        deliveries = self.api.json("GET", target + "&post_id=missed")["deliveries"]
        self.assertEqual([d["event"] for d in deliveries], ["post.published"])
        tried = wait_for(lambda: self.api.json("GET", f"/api/v1/deliveries/{deliveries[0]['id']}")["attempts"], "an attempt")
        self.assertIsNotNone(tried[0]["error"])  # nobody listens there
        self.api.json("POST", f"/api/v1/deliveries/{deliveries[0]['id']}/replay", status=409)  # it is open
        self.api.json("POST", "/api/v1/deliveries/replay", {"target": "webhook:" + made["id"]})
        self.assertEqual(self.api.ask("DELETE", path).status, 204)
        self.assertEqual(self.api.ask("GET", path).status, 404)
        for secret in (made["secret"], rotated["secret"], "%EB%B9%84%EB%B0%80", *self.api.tokens.values()):
            self.assertNotIn(secret, self.blog.said())
        database = b"".join(p.read_bytes() for p in self.blog.folder.glob("sosik.db*"))
        for secret in (again["secret"], self.api.tokens["admin"]):
            self.assertNotIn(secret.encode(), database)

    def test_an_endpoint_is_told_and_told_again(self):
        def signatures(request, *secrets):
            """By which of the secrets the request is signed, in the order of its signatures."""
            content = f"{request['headers']['webhook-id']}.{request['headers']['webhook-timestamp']}.".encode() + request["body"]
            macs = {"v1," + base64.b64encode(hmac.new(base64.b64decode(s.removeprefix("whsec_")), content, hashlib.sha256).digest()).decode(): s
                    for s in secrets}
            return [macs.get(each) for each in request["headers"]["webhook-signature"].split(" ")]

        def received(count):
            return wait_for(lambda: len(self.receiver.requests) >= count and self.receiver.requests, f"{count} requests")

        made = self.api.json("POST", "/api/v1/endpoints", status=201, body={
            "url": f"http://127.0.0.1:{self.receiver.port}/told", "events": ["post.published"], "headers": {"X-Team": "b"}})
        self.api.ask("PUT", "/api/v1/posts/told", {"status": "published", "title": "알린 글", "body": "본문"})
        first = received(1)[0]
        self.assertEqual(json.loads(first["body"])["data"]["title"], "알린 글")
        self.assertEqual(first["headers"]["x-team"], "b")
        self.assertEqual(signatures(first, made["secret"]), [made["secret"]])
        query = f"/api/v1/deliveries?target=webhook:{made['id']}&state=delivered"
        [delivery] = wait_for(lambda: self.api.json("GET", query)["deliveries"], "the delivery at its end")
        rotated = self.api.json("POST", f"/api/v1/endpoints/{made['id']}/rotate")
        self.assertEqual(self.api.json("POST", f"/api/v1/deliveries/{delivery['id']}/replay")["replayed"], 1)
        second = received(2)[1]
        self.assertEqual(second["headers"]["webhook-id"], first["headers"]["webhook-id"])
        self.assertEqual(second["body"], first["body"])
        self.assertEqual(signatures(second, made["secret"], rotated["secret"]), [rotated["secret"], made["secret"]])
        wait_for(lambda: self.api.json("GET", query)["deliveries"], "the second delivery at its end")
        self.api.json("POST", f"/api/v1/endpoints/{made['id']}/revoke-previous")
        self.assertEqual(self.api.json("POST", "/api/v1/deliveries/replay", {"target": "webhook:" + made["id"], "all": True})["replayed"], 1)
        self.assertEqual(signatures(received(3)[2], made["secret"], rotated["secret"]), [rotated["secret"]])
        self.assertEqual(self.api.ask("DELETE", "/api/v1/endpoints/" + made["id"]).status, 204)

    def test_a_hook_publishes_and_takes_back(self):
        def signed(body):
            stamp = str(int(time.time()))
            mac = hmac.new(self.hook_key, f"msg_1.{stamp}.{body}".encode(), hashlib.sha256).digest()
            return {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": "v1," + base64.b64encode(mac).decode()}

        path = "/api/v1/hooks/generic"
        body = json.dumps({"event": "post.published", "data": {"id": 7, "title": "보내온 글", "html": "<p>본문</p>", "tags": ["밖"]}})
        made = self.api.json("POST", path, body, scope=None, headers=signed(body), status=201)
        self.assertEqual(made["post_id"], "hook:7")
        wait_for(lambda: "보내온 글" in self.blog.titles(), "the post")
        self.assertEqual(self.api.json("POST", path, body, scope="publish")["outcome"], "unchanged")
        self.api.json("POST", path, body + " ", scope=None, headers=signed(body), status=401)
        gone = {"event": "post.deleted", "data": {"id": 7}}
        self.assertEqual(self.api.json("POST", path, gone)["outcome"], "deleted")
        self.assertEqual(self.api.json("POST", path, gone)["outcome"], "unchanged")
        wait_for(lambda: "보내온 글" not in self.blog.titles(), "the post gone")

    def test_the_description_is_served(self):
        self.assertEqual(self.api.json("GET", "/api/v1/openapi.json"), DOCUMENT)

    def test_tokens_come_and_go(self):
        token = self.blog.run_json("token", "create", "--name", "brief", "--scope", "read", "--expires", "1")
        self.assertRegex(token["token"], r"^sosik_[A-Za-z0-9_-]{43}$")
        self.assertEqual(self.api.ask("GET", "/api/v1/posts", scope=token["token"]).status, 200)
        self.blog.run("token", "create", "--name", "brief", "--scope", "read", code=1)
        self.blog.run("token", "create", "--name", "나쁜 이름", "--scope", "read", code=1)
        self.blog.run("token", "create", "--name", "other", "--scope", "root", code=2)
        listed = {t["name"]: t for t in self.blog.run_json("token", "list")}
        self.assertEqual(listed["brief"]["scope"], "read")
        self.assertNotIn(token["token"], json.dumps(listed))
        self.blog.run("token", "revoke", "brief")
        self.blog.run("token", "revoke", "brief", code=1)
        self.assertEqual(self.api.ask("GET", "/api/v1/posts", scope=token["token"]).status, 401)

    def test_zz_every_operation_has_worked(self):
        self.assertEqual(self.api.seen, {operation["operationId"] for _, _, operation in operations()})


class OpenToOthers(unittest.TestCase):
    def test_a_listener_beyond_loopback_is_warned_of(self):
        with Sosik() as blog:
            blog.start("--admin-listen", "0.0.0.0:0")
            wait_for(lambda: "tokens go in clear" in blog.said(), "the warning")


if __name__ == "__main__":
    unittest.main()
