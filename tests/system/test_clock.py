"""The machine's clock jumps an hour forward and back while readers are served (H-115). Only the wall clock: deadlines
and budgets count on the monotonic one, which cannot jump."""
import datetime
import email.utils
import glob
import http.client
import socket
import unittest

from sosik import IS_SANITIZED, Sosik, post, wait_for

LIBRARY = next(iter(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")), None)
HOUR = datetime.timedelta(hours=1)


@unittest.skipUnless(LIBRARY, "needs Debian's libfaketime")
class Clock(unittest.TestCase):
    def setUp(self):
        self.sosik = Sosik(server="polls_per_hour = 2\ntrusted_proxies = [\"127.0.0.1/32\"]")
        self.addCleanup(self.sosik.__exit__)
        self.file = self.sosik.folder / "clock"
        self.sosik.put("a.md", post("하나", "2026-11-01"))
        self.file.write_text("+0")
        self.sosik.start(
            LD_PRELOAD=LIBRARY, FAKETIME_TIMESTAMP_FILE=str(self.file), FAKETIME_NO_CACHE="1",
            FAKETIME_DONT_FAKE_MONOTONIC="1",
            **({"ASAN_OPTIONS": "verify_asan_link_order=0"} if IS_SANITIZED else {}),
        )

    def jump(self, seconds):
        """Sets the program's clock to the real one and so many seconds, and checks that it is."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{seconds:+d}")
        new.replace(self.file)
        away = self.now() - datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=seconds)
        self.assertLess(abs(away), datetime.timedelta(minutes=1))

    def now(self):
        return email.utils.parsedate_to_datetime(self.sosik.get("/nothing").headers["date"])

    def get(self, path="/rss.xml", **conditions):
        """An answer, of which Last-Modified is never later than Date."""
        answer = self.sosik.get(path, headers={k.replace("_", "-"): v for k, v in conditions.items()})
        if "last-modified" in answer.headers:
            self.assertLessEqual(self.modified(answer), email.utils.parsedate_to_datetime(answer.headers["date"]))
        return answer

    def modified(self, answer):
        return email.utils.parsedate_to_datetime(answer.headers["last-modified"])

    def publish(self, name, *titles):
        self.sosik.put(f"{name}.md", post(name, "2026-11-02"))
        wait_for(lambda: sorted(self.sosik.titles()) == sorted(titles), f"{titles}")

    def test_forward_and_back(self):
        first = self.get()
        self.jump(3600)
        for condition in ({"If_None_Match": first.headers["etag"]}, {"If_Modified_Since": first.headers["last-modified"]}):
            self.assertEqual(self.get(**condition).status, 304)
        self.publish("둘", "하나", "둘")
        second = self.get()  # of a second that the others' clocks have yet to reach
        self.assertGreater(self.modified(second), self.modified(first) + HOUR / 2)

        self.jump(0)  # back behind changed_at: there is no date that could be said
        ahead = self.get()
        self.assertEqual((ahead.status, ahead.body, ahead.headers["etag"]), (200, second.body, second.headers["etag"]))
        self.assertNotIn("last-modified", ahead.headers)
        self.assertEqual(self.get(If_None_Match=second.headers["etag"]).status, 304)
        self.assertEqual(self.get(If_None_Match=first.headers["etag"]).status, 200)
        for date in (first, second):  # a date proves nothing now
            self.assertEqual(self.get(If_Modified_Since=date.headers["last-modified"]).status, 200)

        self.publish("셋", "하나", "둘", "셋")  # changes go on, in later seconds than those that were used up
        third = self.get()
        self.assertNotIn("last-modified", third.headers)
        self.assertNotEqual(third.headers["etag"], second.headers["etag"])

        self.jump(7200)
        again = self.get()
        self.assertEqual((again.body, again.headers["etag"]), (third.body, third.headers["etag"]))
        self.assertGreater(self.modified(again), self.modified(second))
        self.assertEqual(self.get(If_Modified_Since=second.headers["last-modified"]).status, 200)
        self.assertEqual(self.get(If_Modified_Since=again.headers["last-modified"]).status, 304)

    def test_back_and_forward(self):
        first = self.get()
        self.jump(-3600)
        behind = self.get()
        self.assertEqual((behind.status, behind.headers["etag"]), (200, first.headers["etag"]))
        self.assertNotIn("last-modified", behind.headers)
        self.assertEqual(self.get(If_None_Match=first.headers["etag"]).status, 304)
        self.jump(0)
        self.assertEqual(self.get().headers["last-modified"], first.headers["last-modified"])
        self.assertEqual(self.get(If_Modified_Since=first.headers["last-modified"]).status, 304)

    def test_what_is_scheduled_comes_with_the_clock_and_is_told_of_once(self):  # H-114
        now = datetime.datetime.now(datetime.timezone.utc)
        self.sosik.put("later.md", post("나중", (now + HOUR / 2).strftime("%Y-%m-%dT%H:%M:%SZ")))
        self.assertEqual(self.sosik.titles(), ["하나"])
        self.jump(3600)
        wait_for(lambda: sorted(self.sosik.titles()) == ["나중", "하나"], "the scheduled post")
        self.jump(0)
        self.jump(3600)
        wait_for(lambda: sorted(self.sosik.titles()) == ["나중", "하나"], "the scheduled post")
        events = [e for e in self.sosik.run_json("events") if e["type"] == "post.published"]
        self.assertEqual(len(events), 2)

    def test_deadlines_do_not_move(self):
        for seconds in (3600, -3600):
            with self.subTest(seconds):
                self.jump(0)
                kept = http.client.HTTPConnection("127.0.0.1", self.sosik.port, timeout=60)
                kept.request("GET", "/rss.xml")
                kept.getresponse().read()
                handle = kept.sock
                begun = socket.create_connection(("127.0.0.1", self.sosik.port), 60)
                begun.sendall(b"GET /rss.xml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n")
                self.jump(seconds)
                since = self.now()
                # Two sweeps of deadlines have passed when the server's clock has gone on by two seconds.
                wait_for(lambda: self.now() >= since + datetime.timedelta(seconds=2), "two sweeps")
                kept.request("GET", "/rss.xml")
                self.assertEqual(kept.getresponse().status, 200)
                self.assertIs(kept.sock, handle)
                begun.sendall(b"\r\n")
                self.assertTrue(begun.recv(100).startswith(b"HTTP/1.1 200 "))
                kept.close()
                begun.close()

    def test_budgets_do_not_come_back_with_the_clock(self):
        client = {"X_Forwarded_For": "203.0.113.7"}
        self.assertEqual([self.get(**client).status for _ in range(3)], [200, 200, 429])
        for seconds in (3600, -3600, 0):
            self.jump(seconds)
            answer = self.get(**client)
            self.assertEqual(answer.status, 429)
            self.assertLessEqual(int(answer.headers["retry-after"]), 1800)


if __name__ == "__main__":
    unittest.main()
