"""Several blogs in one installation, chosen by Host: each is whole, and nothing of one shows in another (docs/sites.md)."""
import http.client
import json
import re
import socket
import time
import unittest
import xml.etree.ElementTree as ElementTree

from sosik import Answer, Receiver, Sosik, free_port, send_raw, wait_for
from test_api import Api

PATHS = ("/rss.xml", "/atom.xml", "/feed.json", "/feed", "/", "/opml.xml", "/posts/same", "/category/notes/rss.xml",
         "/tag/go/atom.xml", "/author/kim/feed.json", "/archive/1/rss.xml")
MARKS = {"a.example": "가나다", "b.example": "라마바"}


def add_posts(sosik, site, mark, count=45):
    """Posts of the same keys, slugs and names in every site; only `mark` tells whose they are."""
    rows = [f"""
INSERT INTO posts (site_id, post_id, status, slug, title, body, published_at)
VALUES ({site}, 'same', 'published', 'same', '{mark} 첫째', '<p>{mark} 본문</p>', 1763888400000);
INSERT INTO post_categories (site_id, post_id, path) VALUES ({site}, 'same', 'notes');
INSERT INTO post_tags (site_id, post_id, tag) VALUES ({site}, 'same', 'go');
INSERT INTO authors (site_id, author, name) VALUES ({site}, 'kim', '{mark} 김');
INSERT INTO post_authors (site_id, post_id, author) VALUES ({site}, 'same', 'kim');"""]
    rows += [f"INSERT INTO posts (site_id, post_id, status, slug, title, published_at) VALUES ({site}, 'p{i}', 'published',"
             f" 'p{i}', '{mark} {i}', {1763000000000 + i * 60000});" for i in range(count)]
    sosik.sql("BEGIN;" + "\n".join(rows) + "COMMIT;")


class Sites(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hub = Receiver()
        cls.sosik = Sosik(publish=f'hubs = ["{cls.hub.url}/hub"]\nsites = "all"\nallow_networks = ["127.0.0.0/8"]\n'
                                  f'allow_ports = ["{cls.hub.port}"]\ncoalesce_seconds = 0')
        cls.ids = {}
        for host in MARKS:
            added = cls.sosik.run_json("site", "add", host, "--title", f"{MARKS[host]} 블로그")
            cls.ids[host] = added["site"]
        add_posts(cls.sosik, 1, "사아자")
        for host, mark in MARKS.items():
            add_posts(cls.sosik, cls.ids[host], mark)
        cls.sosik.start()
        for host in (None, *MARKS):
            wait_for(lambda: len(json.loads(cls.at(host, "/feed.json").body)["items"]) == 20, f"posts of {host}")

    @classmethod
    def tearDownClass(cls):
        cls.sosik.__exit__()
        cls.hub.__exit__()

    @classmethod
    def at(cls, host, path, **headers):
        return cls.sosik.get(path, headers={**({"Host": host} if host else {}), **headers})

    @property
    def admin_port(self):
        said = wait_for(lambda: re.search(r"operator   http://127\.0\.0\.1:(\d+)/", self.sosik.said()), "the operator's address")
        return int(said[1])

    def api(self, token, method, path, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin_port, timeout=60)
        text = json.dumps(body) if body is not None else None
        fields = {"Authorization": "Bearer " + token, **headers}
        if body is not None:
            fields["Content-Type"] = "application/json"
        connection.request(method, "/api/v1" + path, text, fields)
        response = connection.getresponse()
        answer = Answer(response, response.read())
        connection.close()
        return answer

    def token(self, host, name="t"):
        words = ["--site", host] if host else []
        return self.sosik.run_json("token", "create", "--name", name, "--scope", "admin", *words)["token"]

    def test_nothing_of_one_site_shows_in_another(self):
        marks = {None: "사아자", **MARKS}
        etags = {}
        for path in PATHS:
            for host, mark in marks.items():
                with self.subTest(path=path, host=host):
                    answer = self.at(host, path)
                    self.assertEqual(answer.status, 200)
                    everything = answer.body.decode() + json.dumps(answer.headers, ensure_ascii=False)
                    if path != "/opml.xml":
                        self.assertIn(mark, everything)
                    for other, theirs in marks.items():
                        if other != host:
                            self.assertNotIn(theirs, everything)
                            self.assertNotIn(other or self.sosik.url, everything)
                    tag = answer.headers["etag"]
                    self.assertEqual(etags.get(tag, (host, path))[0], host)  # "/feed" is the site's own RSS
                    etags[tag] = (host, path)
                    self.assertEqual(self.at(host, path, **{"If-None-Match": tag}).status, 304)
        for tag, (host, path) in etags.items():  # a tag of one is none of another's
            for other in marks:
                if other != host:
                    self.assertEqual(self.at(other, path, **{"If-None-Match": tag}).status, 200, (path, host, other))

    def test_the_list_of_feeds_leads_to_the_sites_own(self):
        for host in MARKS:
            outlines = [o for o in ElementTree.fromstring(self.at(host, "/opml.xml").body).iter("outline") if o.get("type")]
            self.assertTrue(outlines)
            for outline in outlines:
                self.assertTrue(outline.get("xmlUrl").startswith(f"https://{host}/"), outline.attrib)

    def test_host_tricks(self):
        def first_line(request):
            return send_raw(self.sosik.port, (request + "Connection: close\r\n\r\n").encode()).decode(errors="replace")

        ours, theirs = MARKS["a.example"], MARKS["b.example"]
        for host in ("a.example", "A.Example", "a.example.", "a.example:99", "A.EXAMPLE.:1"):
            answer = first_line(f"GET /rss.xml HTTP/1.1\r\nHost: {host}\r\n")
            self.assertIn(ours, answer)
            self.assertNotIn(theirs, answer)
        answer = first_line("GET http://a.example:80/rss.xml HTTP/1.1\r\nHost: b.example\r\n")
        self.assertIn(ours, answer)
        self.assertNotIn(theirs, answer)
        for fields in ("Host: a.example\r\nHost: b.example\r\n", "Host: a.example\r\nHost: a.example\r\n",
                       "Host: x@a.example\r\n", "Host: a.example,b.example\r\n", "Host: a..example\r\n"):
            self.assertIn(" 400 ", first_line("GET /rss.xml HTTP/1.1\r\n" + fields).split("\r\n")[0])
        self.assertIn(" 400 ", first_line("GET http://x@a.example/rss.xml HTTP/1.1\r\nHost: a.example\r\n").split("\r\n")[0])
        for host in ("[::1]", "127.0.0.1", "a.example.b.example", "xa.example"):
            answer = first_line(f"GET /rss.xml HTTP/1.1\r\nHost: {host}\r\n")
            self.assertIn("사아자", answer)
            for mark in MARKS.values():
                self.assertNotIn(mark, answer)

    def test_a_redirect_stays_at_its_site(self):
        answer = self.at("a.example", "/%72ss.xml")
        self.assertEqual((answer.status, answer.headers["location"]), (301, "https://a.example/rss.xml"))

    def test_the_token_decides_whose_posts_they_are(self):
        a, b, main = self.token("a.example"), self.token("b.example"), self.token(None)
        for token, mark in ((a, MARKS["a.example"]), (b, MARKS["b.example"]), (main, "사아자")):
            post = self.api(token, "GET", "/posts/same")
            self.assertIn(mark, post.body.decode())
        etag = self.api(a, "GET", "/posts/same").headers["etag"]
        self.assertEqual(self.api(b, "DELETE", "/posts/same", **{"If-Match": etag}).status, 412)
        made = self.api(b, "PUT", "/posts/only-b", {"title": "b의 글", "slug": "only-b", "status": "published"})
        self.assertEqual(made.status, 201)
        wait_for(lambda: self.at("b.example", "/posts/only-b").status == 200, "b's post")
        self.assertEqual(self.at("a.example", "/posts/only-b").status, 404)
        self.assertEqual(self.at(None, "/posts/only-b").status, 404)
        self.assertEqual(self.api(a, "GET", "/posts/only-b").status, 404)
        self.assertEqual(self.api(a, "DELETE", "/posts/only-b").status, 404)
        for path in ("/events?limit=200", "/deliveries?limit=200", "/feeds"):
            said = self.api(a, "GET", path).body.decode()
            self.assertNotIn("b.example", said)
            self.assertNotIn("only-b", said)
        self.assertEqual(self.api(b, "DELETE", "/posts/only-b").status, 204)

    def test_endpoints_are_the_sites_and_are_told_of_nothing_else(self):
        with Receiver() as hook:
            # One endpoint a site, both at one receiver; the folder's configuration allows the hub's port only.
            a, b = self.token("a.example", "hook"), self.token("b.example", "hook")
            refused = self.api(a, "POST", "/endpoints", {"url": f"https://127.0.0.1:{hook.port}/a"})
            self.assertEqual(refused.status, 422)
            made = self.api(a, "POST", "/endpoints", {"url": f"https://127.0.0.1:{self.hub.port}/a"})
            self.assertEqual(made.status, 201, made.body)
            path = "/endpoints/" + json.loads(made.body)["id"]
            self.assertEqual(self.api(b, "GET", path).status, 404)
            self.assertEqual(self.api(b, "DELETE", path).status, 404)
            self.assertEqual(self.api(b, "POST", path + "/rotate-secret").status, 404)
            self.assertNotIn("/a", self.api(b, "GET", "/endpoints").body.decode())
            self.assertEqual(self.api(a, "DELETE", path).status, 204)

    def test_the_hub_of_all_sites_is_told_of_each_with_its_own_topic(self):
        def told():
            return " ".join(request["body"].decode() for request in self.hub.requests)

        for host in MARKS:
            wait_for(lambda: f"https%3A%2F%2F{host}%2Frss.xml" in told(), f"the hub told of {host}")
            self.assertIn(f'<{self.hub.url}/hub>; rel="hub"', self.at(host, "/rss.xml").headers["link"])

    def test_commands_are_about_the_site_that_they_name(self):
        for host, mark in MARKS.items():
            listed = self.sosik.run("post", "list", "--site", host, "--limit", "100").stdout
            self.assertIn(mark, listed)
            for other in (*MARKS.values(), "사아자"):
                if other != mark:
                    self.assertNotIn(other, listed)
            explained = self.sosik.run("explain", "same", "--site", str(self.ids[host])).stdout
            self.assertIn(mark, explained)
            self.assertIn(host, explained)
            served = self.at(host, "/rss.xml").body.decode()
            self.assertEqual(self.sosik.run("feed", "render", "main", "--site", host).stdout, served)
        self.assertNotIn("a.example", self.sosik.run("events", "--limit", "1000").stdout)
        self.assertIn("no site", self.sosik.run("post", "list", "--site", "z.example", code=1).stderr)

    def test_a_long_poll_is_not_woken_with_another_sites_news(self):
        a = self.token("a.example", "poll")
        last = json.loads(self.api(a, "GET", "/events?limit=200").body)
        after = max([event["number"] for event in last.get("events", last.get("items", []))], default=0)
        add_posts_quick = f"UPDATE posts SET title = '{MARKS['b.example']} 고침' WHERE site_id = {self.ids['b.example']} AND post_id = 'p1';"
        began = time.monotonic()
        self.sosik.sql(add_posts_quick)
        answer = self.api(a, "GET", f"/events?after={after}&wait=2")
        self.assertEqual(answer.status, 200)
        self.assertNotIn("고침", answer.body.decode())
        self.assertGreaterEqual(time.monotonic() - began, 1.9)


class Rows(unittest.TestCase):
    """A row is damaged, renamed and removed while its site is served."""

    def setUp(self):
        self.sosik = Sosik()
        self.addCleanup(self.sosik.__exit__)
        self.site = self.sosik.run_json("site", "add", "a.example", "--title", "가나다 블로그")["site"]
        add_posts(self.sosik, self.site, "가나다", 1)
        self.sosik.start()
        self.wait("a.example", lambda answer: "가나다 첫째" in answer.body.decode(), "the site")

    def at(self, host, path="/rss.xml"):
        return self.sosik.get(path, headers={"Host": host})

    def wait(self, host, check, what):
        wait_for(lambda: check(self.at(host)), what)

    def test_damaged(self):
        for damage in ("time_zone = 'Nowhere/Land'", "title = ''", "public_url = 'https://b.example'", "language = '??'"):
            self.sosik.sql(f"UPDATE sites SET {damage} WHERE site_id = {self.site};")
            self.wait("a.example", lambda answer: answer.status == 503, damage)
            self.assertNotIn(b"\xea\xb0\x80\xeb\x82\x98\xeb\x8b\xa4", self.at("a.example", "/").body)
            self.assertEqual(self.sosik.get("/rss.xml").status, 200)  # the others do not notice
            listed = self.sosik.run("site", "list").stdout
            self.assertIn("is not served", listed)
            self.sosik.sql(f"UPDATE sites SET time_zone = 'Asia/Seoul', title = '가나다', public_url = '', language = 'ko'"
                           f" WHERE site_id = {self.site};")
            self.wait("a.example", lambda answer: answer.status == 200, "mended")
        self.assertEqual(self.sosik.said().count("a site is not served"), 4)

    def test_renamed_and_removed(self):
        self.sosik.run("site", "set", "a.example", "--host", "b.example")
        self.wait("b.example", lambda answer: b"https://b.example/posts/same" in answer.body, "the new host")
        self.wait("a.example", lambda answer: "가나다" not in answer.body.decode(), "the old host")
        self.sosik.run("site", "remove", "b.example")
        self.wait("b.example", lambda answer: "가나다" not in answer.body.decode(), "removed")
        self.assertEqual(self.sosik.query("SELECT count(*) FROM posts WHERE site_id = ?", self.site), [(2,)])
        # Whoever comes next is somebody else.
        second = self.sosik.run_json("site", "add", "b.example", "--title", "새 블로그")["site"]
        self.assertNotEqual(second, self.site)
        self.wait("b.example", lambda answer: "새 블로그" in answer.body.decode(), "the next one")
        self.assertNotIn("가나다", self.at("b.example").body.decode())

    def test_a_row_cannot_take_the_configurations_host(self):
        self.sosik.run("site", "add", "127.0.0.1", "--title", "도둑", code=1)
        self.sosik.sql("INSERT INTO sites (site_id, host, title) VALUES (77, '127.0.0.1', '도둑');")
        wait_for(lambda: "a site is not served" in self.sosik.said(), "the refusal")
        self.assertIn("시험 블로그", self.sosik.get("/rss.xml").body.decode())

    def test_a_site_whose_settings_changed_while_nothing_ran(self):
        before = self.at("a.example").headers["etag"]
        self.sosik.stop()
        self.sosik.sql(f"UPDATE sites SET title = '바뀐 이름' WHERE site_id = {self.site};")
        self.sosik.start()
        answer = self.sosik.get("/rss.xml", headers={"Host": "a.example", "If-None-Match": before})
        self.assertEqual(answer.status, 200)
        self.assertIn("바뀐 이름", answer.body.decode())


class Tenants(unittest.TestCase):
    """[N-191] Who has a token of one site cannot have this machine find out for him what is behind addresses."""

    def test_what_is_behind_an_address_is_not_told(self):
        closed = free_port()
        with Receiver(lambda request: (503, {"X-Inside": "geheim"}, "geheim: 내부 서버".encode())) as inside, \
                socket.create_server(("127.0.0.1", 0)) as silent, \
                Sosik(publish=f'allow_networks = ["127.0.0.1/32"]\ntimeout_seconds = 2\n'
                              f'allow_ports = {json.dumps([str(p) for p in (inside.port, silent.getsockname()[1], closed)])}') as blog:
            blog.config.write_text(blog.config.read_text().replace("[admin]\n", "[admin]\nallow_http = true\n"))
            blog.run("site", "add", "a.example", "--title", "가나다")
            tenant, main = Api(blog, "--site", "a.example"), Api(blog)
            blog.start()
            urls = {"connect": f"http://127.0.0.1:{closed}/", "timeout": f"http://127.0.0.1:{silent.getsockname()[1]}/",
                    "tls": f"https://127.0.0.1:{inside.port}/", "refused-address": f"http://127.0.0.2:{closed}/",
                    "status": inside.url + "/"}
            targets = {}
            for error, url in urls.items():
                made = tenant.json("POST", "/api/v1/endpoints", {"url": url, "events": ["post.published"]}, status=201)
                targets[error] = "webhook:" + made["id"]
            tenant.json("PUT", "/api/v1/posts/1", {"status": "published", "title": "글"}, status=201)
            for error in urls:
                name = f'sosik_delivery_attempts_total{{kind="webhook",result="{error}"}}'
                wait_for(lambda: blog.metrics().get(name, 0) >= 1, error)

            def delivery(error):
                [one] = tenant.json("GET", "/api/v1/deliveries?target=" + targets[error])["deliveries"]
                return tenant.json("GET", f"/api/v1/deliveries/{one['id']}", scope="read")

            for error in urls:
                wait_for(lambda: delivery(error)["attempts"], error)
                with self.subTest(error):
                    one = delivery(error)
                    attempt = one["attempts"][0]  # others may have followed
                    self.assertRegex(attempt.pop("at"), ":00Z$")
                    self.assertRegex(one["next_at"], ":00Z$")
                    self.assertEqual(attempt, {
                        "number": 1, "failure": "not accepted" if error == "status" else "no answer",
                        "status_class": "5xx" if error == "status" else None,
                        "latency_class": "under 1 s" if error == "status" else None})
                    said = json.dumps([one, tenant.json("GET", "/api/v1/endpoints"), tenant.json("GET", "/api/v1/events")])
                    for detail in ("geheim", "answered 503", "refused", "127.0.0.0/8"):
                        self.assertNotIn(detail, said)
                    main.json("GET", f"/api/v1/deliveries/{one['id']}", status=404)
            # The operator sees why.
            listed = blog.run_json("deliveries", "--site", "a.example")
            self.assertEqual({d["target"]: d["attempts"][0]["error"] for d in listed}, {t: e for e, t in targets.items()})
            self.assertIn("geheim", json.dumps(listed))


if __name__ == "__main__":
    unittest.main()
