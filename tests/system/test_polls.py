"""Who fetches whole feeds again and again is slowed; who asks whether they changed never is (H-235 to H-238)."""
import unittest

from sosik import Sosik, post, wait_for

FEEDLY = "Feedly/1.0 (+https://feedly.com/poller.html; 12 subscribers)"
HOUR = 3600


class Polls(unittest.TestCase):
    """The test is the proxy: it listens to nobody and says whom it speaks for."""

    def serve(self, proxies, per_hour=3):
        self.sosik = Sosik(
            server=f'trusted_proxies = {proxies}\npolls_per_hour = {per_hour}\naccess_log = "access.log"\n'
        )
        self.addCleanup(self.sosik.__exit__)
        self.sosik.put("a.md", post("안녕", "2026-11-01", body="가나다라 " * 300))
        self.sosik.start()

    def get(self, client, path="/rss.xml", **headers):
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.sosik.get(path, headers={"X-Forwarded-For": client, **fields})

    def statuses(self, client, times, **more):
        return [self.get(client, **more).status for _ in range(times)]

    def throttled(self):
        """Of addresses: who did not ask, who asked; the same of aggregators."""
        metrics = self.sosik.metrics()
        return [
            metrics[f'sosik_http_throttled_total{{asked="{asked}",client="{who}"}}']
            for who in ("address", "aggregator")
            for asked in ("no", "yes")
        ]

    def test_the_fourth_whole_fetch_waits_and_the_answer_says_how_long(self):
        self.serve('["127.0.0.1/32"]')
        self.assertEqual(self.statuses("203.0.113.7", 3), [200] * 3)
        answer = self.get("203.0.113.7")
        self.assertEqual(answer.status, 429)
        wait = int(answer.headers["retry-after"])  # a third of an hour for each fetch
        self.assertTrue(HOUR / 3 - 60 <= wait <= HOUR / 3, wait)
        self.assertNotIn("etag", answer.headers)
        self.assertNotIn("last-modified", answer.headers)
        self.assertEqual(answer.headers["cache-control"], "no-store")
        self.assertLess(len(answer.body), 500)
        self.assertEqual(self.throttled(), [1, 0, 0, 0])
        log = (self.sosik.folder / "access.log")
        wait_for(lambda: b" 429 " in log.read_bytes(), "the line of the 429")
        self.assertTrue(all(line.startswith(b"203.0.113.7 ") for line in log.read_bytes().splitlines()))

    def test_validators_that_never_match_are_slowed_too_and_told_why(self):
        self.serve('["127.0.0.1/32"]')
        stale = '"0123456789abcdef-gzip"'
        self.assertEqual(self.statuses("203.0.113.7", 31, If_None_Match=stale), [200] * 30 + [429])
        self.assertEqual(self.throttled(), [0, 1, 0, 0])
        answer = self.get("203.0.113.7", If_None_Match=stale)
        self.assertIn(b"validators that never match", answer.body)

    def test_conditional_fetches_are_free(self):
        self.serve('["127.0.0.1/32"]')
        tag = self.get("203.0.113.7").headers
        self.statuses("203.0.113.7", 5)
        self.assertEqual(self.get("203.0.113.7").status, 429)
        self.assertEqual(self.statuses("203.0.113.7", 20, If_None_Match=tag["etag"]), [304] * 20)
        self.assertEqual(self.statuses("203.0.113.7", 20, If_Modified_Since=tag["last-modified"]), [304] * 20)
        self.assertEqual(self.sosik.get("/rss.xml", "HEAD", {"X-Forwarded-For": "203.0.113.7"}).status, 200)

    def test_news_reaches_whoever_asks_for_it_by_the_tag_they_have(self):
        self.serve('["127.0.0.1/32"]')
        tag = self.get("203.0.113.7").headers["etag"]
        self.statuses("203.0.113.7", 5)
        self.assertEqual(self.get("203.0.113.7").status, 429)
        self.sosik.put("b.md", post("새 소식", "2026-11-02"))
        answer = wait_for(
            lambda: (a := self.get("203.0.113.7", If_None_Match=tag)).status != 304 and a, "another answer than 304"
        )
        self.assertEqual(answer.status, 200)
        self.assertIn("새 소식", answer.body.decode())

    def test_each_client_and_each_feed_has_its_own_budget(self):
        self.serve('["127.0.0.1/32"]')
        self.assertEqual(self.statuses("203.0.113.7", 4), [200, 200, 200, 429])
        self.assertEqual(self.statuses("203.0.113.8", 4), [200, 200, 200, 429])
        self.assertEqual(self.statuses("2001:db8:0:100::1", 2) + self.statuses("2001:db8:0:1ff::9", 2),
                         [200, 200, 200, 429])  # one /56, whoever stands in it
        self.assertEqual(self.get("2001:db8:0:200::1").status, 200)
        # The formats of one feed are one feed.
        self.assertEqual(self.statuses("203.0.113.7", 1, path="/atom.xml"), [429])
        # Pages are for people.
        self.assertEqual(self.statuses("203.0.113.7", 10, path="/"), [200] * 10)

    def test_hosted_aggregators_may_ten_times_that(self):
        self.serve('["127.0.0.1/32"]')
        self.assertEqual(self.statuses("203.0.113.7", 31, User_Agent=FEEDLY), [200] * 30 + [429])
        self.assertEqual(self.throttled(), [0, 0, 1, 0])
        self.assertEqual(self.get("203.0.113.7").status, 200)  # its own budget: a reader beside the aggregator

    def test_who_speaks_through_the_proxy_cannot_be_somebody_else(self):
        self.serve('["127.0.0.1/32", "10.0.0.0/8"]')
        # A client that writes the field itself: the proxy adds the address it saw, and that one counts.
        statuses = [self.get(f"198.51.100.{n}, 203.0.113.7").status for n in range(4)]
        self.assertEqual(statuses, [200, 200, 200, 429])
        # Behind a second trusted proxy the next member to the left counts.
        self.assertEqual(self.get("203.0.113.7, 10.1.2.3").status, 429)
        self.assertEqual(self.get("203.0.113.9, 10.1.2.3").status, 200)

    def test_a_peer_that_is_no_trusted_proxy_is_not_believed(self):
        self.serve('["192.0.2.1/32"]')
        self.assertEqual(self.statuses("203.0.113.7", 10), [200] * 10)  # loopback itself is not counted
        self.assertEqual(self.throttled(), [0, 0, 0, 0])
        log = self.sosik.folder / "access.log"
        wait_for(lambda: log.read_bytes().count(b"\n") >= 10, "the lines")
        self.assertNotIn(b"203.0.113.7", log.read_bytes())

    def test_zero_is_no_limit(self):
        self.serve('["127.0.0.1/32"]', per_hour=0)
        self.assertEqual(self.statuses("203.0.113.7", 100), [200] * 100)


if __name__ == "__main__":
    unittest.main()
