"""Several nodes on one PostgreSQL database: to readers and receivers they are one (docs/nodes.md)."""
import collections
import http.client
import json
import random
import threading
import unittest

from nodes import BLOG, FAKETIME, Nodes, judge, published, settings, told_again
from postgres import Database, Session
from sosik import IS_SANITIZED, Receiver, wait_for

A_BACKLOG = 24  # of deliveries to one target, more than a node has ready at once
PATHS = ("/feed.json", "/rss.xml", "/atom.xml", "/", "/posts/p1", "/tag/go/rss.xml", "/opml.xml")


class OnOneDatabase(unittest.TestCase):
    def setUp(self):
        self.database = Database()
        self.addCleanup(self.database.drop)
        self.sql = self.database.sql

    def nodes(self, count=2, **options):
        nodes = Nodes(self.database.url, count, **options)
        self.addCleanup(nodes.close)
        return nodes

    def session(self):
        session = Session(self.database.url)
        self.addCleanup(session.close)
        return session

    def all_say(self, nodes, *titles):
        for node in nodes:
            wait_for(lambda: node.titles() == list(titles), f"{titles}; last {node.titles()}")


class Equal(OnOneDatabase):
    def put_by_api(self, node, key, title):
        token = node.run_json("token", "create", "--name", f"t{key}", "--scope", "publish")["token"]
        connection = http.client.HTTPConnection("127.0.0.1", int(node.said().split("operator   http://127.0.0.1:")[1].split("/")[0]), timeout=60)
        body = {"slug": key, "title": title, "body": f"<p>{title}</p>", "status": "published", "published_at": "2026-11-20T00:00:00Z", "body_format": "html", "tags": ["go"]}
        connection.request("PUT", f"/api/v1/posts/{key}", json.dumps(body), {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        answer = connection.getresponse()
        said = answer.read().decode()
        connection.close()
        self.assertEqual(answer.status, 201, said)

    def test_what_is_published_at_any_node_or_by_psql_is_served_by_all_in_the_same_bytes(self):  # S-040
        nodes = self.nodes(3).start()
        for number, node in enumerate(nodes, 1):
            self.put_by_api(node, f"p{number}", f"마디 {number}에서")
            wait_for(lambda: all(len(n.titles()) == number for n in nodes), f"{number} posts on every node")
        self.sql(published(4, "심은 글"))
        wait_for(lambda: all(len(n.titles()) == 4 for n in nodes), "the post by psql on every node")
        first, *others = [node.documents(PATHS) for node in nodes]
        for path in PATHS:
            self.assertEqual(first[path][0], 200, path)
            for other in others:
                self.assertEqual(other[path], first[path], path)
        for node in nodes:
            for path in PATHS:
                for coding in ("identity", "gzip", "br", "zstd"):
                    tag = nodes[0].get(path, headers={"Accept-Encoding": coding}).headers["etag"]
                    self.assertEqual(node.get(path, headers={"If-None-Match": tag, "Accept-Encoding": coding}).status, 304, (path, coding))
                if date := first[path][1]["last-modified"]:
                    self.assertEqual(node.get(path, headers={"If-Modified-Since": date}).status, 304, path)

    def test_a_tag_of_a_node_that_was_killed_is_known_to_one_that_starts(self):  # S-040
        nodes = self.nodes(2).start()
        self.sql(published(1))
        self.all_say(nodes, "글 1")
        tag = nodes[0].get("/rss.xml").headers["etag"]
        nodes[0].kill()
        node = nodes.add().start()
        self.assertEqual(node.get("/rss.xml", headers={"If-None-Match": tag}).status, 304)

    def test_what_began_first_and_commits_last_is_missed_by_no_node(self):  # S-042
        nodes = self.nodes(2).start()
        first = self.session()
        first.run("BEGIN;" + published(1))
        self.sql(published(2))
        self.all_say(nodes, "글 2")
        first.run("COMMIT;")
        self.all_say(nodes, "글 2", "글 1")

    def test_a_change_is_served_by_every_node_after_one_whole_look_for_news(self):  # S-048
        nodes = self.nodes(3).start()
        for number in range(1, 9):
            before = self.sql("SELECT max(number) FROM news;")
            self.sql(published(number))
            wait_for(lambda: self.sql("SELECT max(number) FROM news;") != before, "the step's commit")
            begun = [node.polls() for node in nodes]
            for node, polls in zip(nodes, begun):
                wait_for(lambda: node.polls() >= polls + 2, "one look that began after the commit")
                self.assertEqual(len(node.titles()), number)

    def test_unpublished_is_gone_from_every_node(self):
        nodes = self.nodes(2).start()
        self.sql(published(1) + published(2))
        self.all_say(nodes, "글 2", "글 1")
        self.assertEqual([node.get("/posts/p1").status for node in nodes], [200, 200])
        self.sql("UPDATE posts SET status = 'unpublished' WHERE post_id = 'p1';")
        self.all_say(nodes, "글 2")
        for node in nodes:
            wait_for(lambda: node.get("/posts/p1").status in (404, 410), "the page to be gone")


class Active(OnOneDatabase):
    def publish_and_read(self, nodes, number, titles):
        self.sql(published(number))
        titles.insert(0, f"글 {number}")
        self.all_say(nodes, *titles)

    def test_one_is_active_and_another_takes_over_from_one_that_is_killed(self):  # S-050
        nodes = self.nodes(3).start()
        titles = []
        for number in range(1, 4):
            active = nodes.active()
            self.publish_and_read(nodes.running(), number, titles)
            if number < 3:
                active.kill()
        self.assertEqual(len(nodes.running()), 1)

    def test_one_that_hangs_is_taken_over_from_and_follows_when_it_goes_on(self):  # S-050
        nodes = self.nodes(2).start()
        titles = []
        hung = nodes.active()
        other = next(node for node in nodes if node is not hung)
        self.publish_and_read(nodes, 1, titles)
        tag = hung.get("/feed.json").headers["etag"]
        hung.pause()
        wait_for(other.is_active, "the other to take over")
        self.publish_and_read([other], 2, titles)
        hung.go_on()
        self.all_say([hung], *titles)
        wait_for(lambda: "this node does not run the step any more" in hung.said(), "a word of the node that was active")
        self.assertFalse(hung.is_active())
        self.assertEqual(hung.get("/feed.json", headers={"If-None-Match": tag}).status, 200)
        self.publish_and_read(nodes, 3, titles)
        self.assertIs(nodes.active(), other)

    def test_a_session_that_was_cut_is_found_again_and_nothing_is_missed(self):
        nodes = self.nodes(2).start()
        titles = []
        for number in range(1, 6):
            self.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'sosik';")
            self.publish_and_read(nodes, number, titles)
        nodes.active()

    def test_a_node_of_readers_alone_never_leads_and_claims_nothing(self):
        with Receiver() as hook:
            nodes = self.nodes(1, publish=settings(hook=hook), roles="serve")
            nodes.start()
            nodes[0].after_polls(4)
            self.assertFalse(nodes[0].is_active())
            self.sql(published(1))
            nodes[0].after_polls(4)
            self.assertNotEqual(self.sql("SELECT count(*) FROM dirty_posts;"), "0")  # for whoever is active
            worker = nodes.add(publish=settings(hook=hook), roles="notify").start()
            self.assertTrue(worker.is_active())
            wait_for(lambda: hook.requests, "the message")
            self.all_say([nodes[0]], "글 1")
            self.assertEqual(nodes[0].metrics().get('sosik_delivery_attempts_total{kind="webhook",result="told"}', 0), 0)
            told = lambda: worker.metrics().get('sosik_delivery_attempts_total{kind="webhook",result="told"}', 0)
            wait_for(told, "the attempt in the worker's metrics")

    def test_a_node_of_notices_alone_has_no_listener_for_readers_and_says_so(self):
        nodes = self.nodes(1, roles="notify").start()
        self.assertIn("and serves no readers", nodes[0].said())
        with self.assertRaises(ConnectionRefusedError):
            nodes[0].get("/feed.json")
        self.assertEqual(nodes[0].operator("/readyz").status, 200)


class Definitions(OnOneDatabase):
    """S-056"""

    def feed(self, title):
        return {"go.toml": f'title = "{title}"\ntags = ["go"]\n'}

    def test_a_follower_goes_by_the_active_nodes_until_it_is_active_itself(self):
        nodes = self.nodes(0)
        one, two = nodes.add(feeds=self.feed("하나의 것")), nodes.add(feeds=self.feed("둘의 것"))
        nodes.start()
        self.assertIs(nodes.active(), one)
        title = lambda node: json.loads(node.get("/go/feed.json").body)["title"]
        self.assertEqual([title(one), title(two)], ["하나의 것"] * 2)

        (one.folder / "feeds" / "go.toml").write_text(self.feed("하나의 새 것")["go.toml"], encoding="utf-8")
        one.hang_up("configuration reread")
        two.hang_up("configuration reread")
        for node in nodes:
            node.after_polls(2)
            self.assertEqual(title(node), "하나의 새 것")
        revision = self.sql("SELECT revision FROM feeds WHERE feed_key = 'go';")
        for node in nodes:
            for _ in range(3):
                title(node)
        self.assertEqual(self.sql("SELECT revision FROM feeds WHERE feed_key = 'go';"), revision)  # nobody goes back

        one.kill()
        wait_for(two.is_active, "the other to take over")
        wait_for(lambda: title(two) == "둘의 것", "its own definitions")

        # The command, whose file says something else, leaves what is in force alone.
        listed = one.run_json("feed", "list")
        self.assertIn("둘의 것", json.dumps(listed, ensure_ascii=False))
        two.after_polls(2)
        self.assertEqual(title(two), "둘의 것")

    def test_a_follower_answers_at_the_active_nodes_address(self):
        nodes = self.nodes(2)
        one, two = nodes
        two.config.write_text(two.config.read_text().replace(BLOG, "https://elsewhere.example/blog"))
        nodes.start()
        self.assertIs(nodes.active(), one)
        for node in nodes:
            self.assertEqual(node.get("/rss%2Exml").headers["location"], f"{BLOG}/rss.xml")
        two.hang_up("configuration reread")
        self.assertEqual(two.get("/rss%2Exml").headers["location"], f"{BLOG}/rss.xml")
        one.kill()
        elsewhere = "https://elsewhere.example/blog/rss.xml"
        wait_for(lambda: two.get("/blog/rss%2Exml").headers.get("location") == elsewhere, "the other to take over")

    def test_a_node_with_another_installations_key_does_not_start(self):
        nodes = self.nodes(1).start()
        nodes.key_file = None
        stranger = nodes.add()
        done = stranger.run("serve", code=1)
        self.assertIn("give all nodes the same file (admin.key_file)", done.stderr)
        done = stranger.run("serve", "--new-key", code=1)
        self.assertIn("stop all nodes first", done.stderr)
        stranger.run("feed", "list")  # a command has none
        nodes[0].stop()
        stranger.run("feed", "list")
        self.assertIn("another installation's key", stranger.run("serve", code=1).stderr)  # nor may it lead
        nodes[0].start()

    def test_where_the_key_is_lost_a_new_one_is_put_in_force(self):
        nodes = self.nodes(1).start()
        nodes[0].stop()
        nodes.key_file = None
        reader = nodes.add(roles="serve")
        self.assertIn("give it the role notify", reader.run("serve", "--role", "serve", "--new-key", code=1).stderr)
        other = nodes.add().start("--new-key")
        self.assertTrue(other.is_active())
        self.assertIn("another installation's key", nodes[0].run("serve", code=1).stderr)

    def configure(self, nodes, line):
        for node in nodes:
            text = node.config.read_text(encoding="utf-8").partition("\n[feeds]\n")[0]
            node.config.write_text(f"{text}\n[feeds]\n{line}\n", encoding="utf-8")

    def test_a_follower_that_is_asked_brings_a_feed_to_new_definitions_once(self):
        nodes = self.nodes(2).start()
        active, follower = nodes
        self.sql(published(1) + "INSERT INTO post_tags (post_id, tag) VALUES ('p1', 'go');")
        path = "/tag/go/feed.json"
        wait_for(lambda: follower.get(path).status == 200, "the feed")
        revision = lambda: int(self.sql("SELECT revision FROM feeds WHERE feed_key = 'tag/go';"))
        before = revision()
        self.configure(nodes, "limit = 5")
        active.hang_up("configuration reread")
        follower.after_polls(2)
        for node in (follower, active, follower):
            self.assertEqual(node.get(path).status, 200)
            self.assertEqual(revision(), before + 1)

    def test_another_sites_entries_are_made_anew_though_its_readers_ask_followers_alone(self):
        nodes = self.nodes(0)
        worker, reader = nodes.add(roles="notify"), nodes.add(roles="serve")
        self.configure(nodes, "embeds = true")
        nodes.start()
        site = worker.run_json("site", "add", "b.example", "--title", "나의 블로그")["site"]
        self.sql(published(1).replace("(post_id", "(site_id, post_id").replace("('p1'", f"({site}, 'p1'").replace(
            "<p>", '<iframe src="https://www.youtube.com/embed/abcdefghijk"></iframe><p>'))

        def said(path):
            answer = reader.get(path, headers={"Host": "b.example"})
            return answer.body.decode() if answer.status == 200 else ""

        for path in ("/feed.json", "/posts/p1"):
            wait_for(lambda: "<iframe" in said(path), f"{path} with its frame")
        self.configure(nodes, "embeds = false")
        worker.hang_up("configuration reread")
        for path in ("/posts/p1", "/feed.json"):
            wait_for(lambda: "abcdefghijk" in said(path) and "<iframe" not in said(path), f"{path} without its frame")
    def test_a_node_that_runs_on_with_the_lost_key_claims_nothing_and_says_so(self):
        with Receiver() as hook:
            told = settings(hook=hook)
            nodes = self.nodes(1, publish=told).start()
            hung, reader = nodes[0], nodes.add(publish=told, roles="serve").start()
            self.sql(published(1))
            self.all_say(nodes, "글 1")
            hung.pause()
            self.sql("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'sosik';")
            nodes.key_file = None
            other = nodes.add(publish=told).start("--new-key")
            self.assertTrue(other.is_active())
            hung.go_on()
            for node in (hung, reader):
                said = lambda: (answer := node.operator("/readyz")).status == 503 and answer.body.decode()
                wait_for(lambda: "another installation's key" in (said() or ""), f"/readyz to say it; last {said()}")
                self.assertEqual(node.titles(), ["글 1"])
            wait_for(lambda: "cannot claim deliveries" in hung.said(), "a claim that it was kept from")
            attempts = lambda node: node.metrics().get('sosik_delivery_attempts_total{kind="webhook",result="told"}', 0)
            before = attempts(hung)
            self.sql("".join(published(number) for number in range(2, 22)))
            judge(nodes, hook)
            self.assertEqual(attempts(hung), before)
            self.assertGreaterEqual(attempts(other), 20)
            self.assertFalse(hung.is_active())

    def test_a_feed_that_only_a_follower_defines_is_not_there(self):
        nodes = self.nodes(0)
        one = nodes.add()
        two = nodes.add(feeds=self.feed("둘의 것"))
        nodes.start()
        self.assertIs(nodes.active(), one)
        names = lambda node: {feed["feed"] for feed in node.run_json("feed", "list")}
        self.assertNotIn("go", names(two))
        one.stop()
        wait_for(two.is_active, "the other to take over")
        wait_for(lambda: "go" in names(two), "its feed")


class Webhooks(OnOneDatabase):
    def test_what_was_recalled_before_it_was_told_is_cancelled_and_nothing_else_is(self):  # N-213
        refused = lambda request: b"post.published" in request["body"] and b'"p1"' in request["body"]
        with Receiver(lambda request: (503 if refused(request) else 200, {}, b"")) as hook:
            nodes = self.nodes(2, publish=settings(hook=hook)).start()
            self.sql(published(1) + published(2))
            wait_for(lambda: any(refused(request) for request in hook.requests), "an attempt that is refused")
            self.sql("UPDATE posts SET status = 'unpublished' WHERE post_id = 'p1';")
            self.all_say(nodes, "글 2")
            judge(nodes, hook, recalled=("p1",))
            for recalled in ((), ("p2",)):
                with self.assertRaisesRegex(AssertionError, "p1 revision . ended in state"):
                    judge(nodes, hook, recalled=recalled)

    def test_what_a_killed_node_held_is_told_again_by_the_other_under_the_same_ids(self):  # N-202..N-206
        chance = random.Random(20261129)
        answers = threading.Event()
        answers.set()

        def answer(_):
            answers.wait(60)
            return 200, {}, b""

        with Receiver(answer) as hook:
            more = "keep_deliveries = 100000000\ntimeout_seconds = 60"  # nobody gives a request up by itself
            nodes = self.nodes(2, publish=settings(hook=hook, more=more)).start()
            asked = lambda since: collections.Counter(request["headers"]["webhook-id"] for request in hook.requests[since:])
            kills, claims, retold = collections.Counter(), 0, 0
            holders = lambda: self.sql("SELECT count(DISTINCT split_part(owner, '/', 1)) FROM deliveries WHERE state = 0 AND leased_until IS NOT NULL;")
            for number in range(100, 900, 100):
                answers.clear()
                seen = len(hook.requests)
                edit = f"UPDATE posts SET title = '고친 글 {number}' WHERE post_id = 'p{number - 100}';"  # of the round before
                self.sql("BEGIN;" + edit + "".join(published(number + i) for i in range(A_BACKLOG)) + "COMMIT;")
                wait_for(lambda: len(hook.requests) > seen, "a delivery that the receiver keeps waiting")
                first = hook.requests[seen]
                holder = nodes.who_made(first)
                # Whoever has a backlog claims no more of it: the next is the other's, if that has none yet.
                self.sql(published(number + A_BACKLOG))
                of_other = lambda: [request for request in hook.requests[seen:] if nodes.who_made(request) is not holder]
                second = wait_for(of_other, "a delivery of the other node")[0]
                self.assertEqual(holders(), "2")
                victim, held = nodes.kill_whoever_made(chance.choice((first, second)))
                before = asked(seen)
                # The claims of the dead, and no others, are due again now, not when their leases end.
                ids = ", ".join(f"'{event}'" for event in held)
                self.sql(
                    "UPDATE deliveries d SET leased_until = leased_until - 86400000 FROM events e "
                    f"WHERE e.site_id = d.site_id AND e.number = d.event_number AND e.event_id IN ({ids});"
                )
                answers.set()
                wait_for(lambda: nodes.are_told(held), "the other node to tell what the dead one held")
                wait_for(lambda: self.sql("SELECT count(*) FROM deliveries WHERE state < 2;") == "0", "the rest to be told")
                again = told_again(before, asked(seen), held)
                kills[nodes.all.index(victim) + 1] += 1
                claims += len(held)
                retold += len(again)
                victim.start()
            events, requests, twice = judge(nodes, hook)
            self.assertEqual(events, 8 * (A_BACKLOG + 1) + 7)
            self.assertGreaterEqual(retold, 8)
            print("\nnodes killed with claims:", json.dumps({"kills by node": kills, "claims": claims, "of them asked and told again": retold, "events": events, "requests": requests, "told twice or more": twice}))


@unittest.skipUnless(FAKETIME, "needs Debian's libfaketime")
class Clocks(OnOneDatabase):
    def test_a_node_five_minutes_off_leases_and_tells_by_the_databases_clock_and_says_so(self):  # S-055, S-095
        for off in (300, -300):
            with self.subTest(off), Receiver() as hook:
                self.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public;")
                nodes = Nodes(self.database.url, 1, publish=settings(hook=hook))
                self.addCleanup(nodes.close)
                node = nodes[0]
                clock = node.folder / "clock"
                clock.write_text(f"{off:+d}")
                node.start(
                    LD_PRELOAD=FAKETIME, FAKETIME_TIMESTAMP_FILE=str(clock), FAKETIME_NO_CACHE="1", FAKETIME_DONT_FAKE_MONOTONIC="1",
                    **({"ASAN_OPTIONS": "verify_asan_link_order=0"} if IS_SANITIZED else {}),
                )
                self.assertIn("this machine's clock differs from the store's", node.said())
                self.assertLess(abs(node.metrics()["sosik_clock_offset_seconds"] + off), 30)
                now = "extract(epoch FROM now()) * 1000"
                # Due in a moment by the database's clock, and by nobody else's.
                self.sql(published(1) + published(2).replace("1790000002000", f"{now} + 1500"))
                wait_for(lambda: len(node.titles()) == 2, "the scheduled post in its time")
                wait_for(lambda: len(hook.requests) >= 2, "both messages")
                wait_for(lambda: self.sql("SELECT count(*) FROM deliveries WHERE state < 2;") == "0", "their ends on record")
                for column, table in (("changed_at * 1000", "entries"), ("changed_at * 1000", "feeds"), ("at", "events"), ("created_at", "deliveries"), ("ended_at", "deliveries"), ("at", "attempts")):
                    off_by = self.sql(f"SELECT max(abs({column} - {now}))::bigint FROM {table};")
                    self.assertLess(int(off_by), 120_000, (table, column))
                feed = node.get("/feed.json")
                self.assertEqual(node.get("/feed.json", headers={"If-None-Match": feed.headers["etag"]}).status, 304)
                nodes.close()


class ReadOnly(OnOneDatabase):
    def test_a_server_that_cannot_be_written_is_said_clearly_and_reads_go_on(self):
        nodes = self.nodes(2).start()
        self.sql(published(1))
        self.all_say(nodes, "글 1")
        name = self.database.name
        self.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on;")
        self.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'sosik';")
        for node in nodes:
            why = lambda: (answer := node.operator("/readyz")).status == 503 and answer.body.decode()
            wait_for(lambda: "standby or read-only" in (why() or ""), f"/readyz to say it; last {why()}")
            self.assertEqual(node.titles(), ["글 1"])
        self.sql(f"SET default_transaction_read_only = off; ALTER DATABASE {name} RESET default_transaction_read_only;")
        self.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'sosik';")
        self.sql(published(2))
        self.all_say(nodes, "글 2", "글 1")
        for node in nodes:
            wait_for(lambda: node.operator("/readyz").status == 200, "ready again")


if __name__ == "__main__":
    unittest.main()
