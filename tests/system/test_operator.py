"""What the operator sees: /healthz, /readyz, /metrics, and the access log with its rotation."""
import json
import os
import re
import socket
import subprocess
import unittest

from sosik import Sosik, post, send_raw, wait_for

# The combined format as nginx and Apache write it, and nothing else: quotes and controls are escaped inside.
COMBINED = re.compile(
    rb'(?P<client>[0-9a-f.:]+|-) - - \[\d{2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2} \+0000\] '
    rb'"(?P<request>(?:[^"\\\x00-\x1f\x7f-\xff]|\\x[0-9A-F]{2})*)" (?P<status>\d{3}) (?P<bytes>\d+) '
    rb'"(?P<referer>(?:[^"\\\x00-\x1f\x7f-\xff]|\\x[0-9A-F]{2})*)" '
    rb'"(?P<agent>(?:[^"\\\x00-\x1f\x7f-\xff]|\\x[0-9A-F]{2})*)"'
)
FORGED = b'198.51.100.1 - - [24/Nov/2026:17:00:00 +0000] "GET /forged HTTP/1.1" 200 1 "-" "-"'
# Bytes of a User-Agent that would end the field, the line, or an operator's calm.
HOSTILE = [
    b'x" 200 1 "-" "' + FORGED,
    b"x\\" + b'" ' + FORGED,
    b"x\xe2\x80\xa8" + FORGED,  # U+2028, a line separator
    b"x\xc2\x85" + FORGED,  # U+0085, next line
    b"\xff\xfe" + FORGED,
    b"\xe2\x80\xae" + FORGED,  # U+202E, right to left
    b"x\n" + FORGED,  # from here on not even a request
    b"x\r" + FORGED,
    b"x\x00" + FORGED,
    b"\x1b[2J" + FORGED,
    b"a" * 15_000,
]


class Health(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sosik = Sosik()
        cls.sosik.put("a.md", post("안녕", "2026-11-01", body="가나다라 마바사 " * 500))
        cls.sosik.start()

    @classmethod
    def tearDownClass(cls):
        cls.sosik.__exit__()

    def moved(self, *names):
        """Runs nothing; gives a function that tells by how much each of the metrics has moved since."""
        before = self.sosik.metrics()

        def since():
            now = self.sosik.metrics()
            return [now.get(name, 0) - before.get(name, 0) for name in names]

        return since

    def test_alive_and_ready(self):
        for path, said in (("/healthz", b"alive\n"), ("/readyz", b"ready\n")):
            answer = self.sosik.operator(path)
            self.assertEqual((answer.status, answer.body, answer.headers["cache-control"]), (200, said, "no-store"))
        self.assertEqual(self.sosik.operator("/rss.xml").status, 404)
        for path in ("/healthz", "/readyz", "/metrics"):  # not for readers
            self.assertEqual(self.sosik.get(path).status, 404)

    def test_metrics_are_prometheus_text_with_help_and_type(self):
        answer = self.sosik.operator("/metrics")
        self.assertEqual(answer.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8")
        from prometheus_client.parser import text_string_to_metric_families

        families = list(text_string_to_metric_families(answer.body.decode()))
        # Also without "_total", as OpenMetrics names a family: a gauge and a counter may not differ by that alone.
        names = [family.name for family in families]
        self.assertEqual(sorted(set(names)), sorted(names))
        for family in families:
            self.assertTrue(family.documentation, family.name)
            self.assertIn(family.type, ("counter", "gauge"), family.name)
            if family.type == "counter":
                self.assertIn(f"# TYPE {family.name}_total counter", answer.body.decode())
        self.assertEqual(self.sosik.metrics()["sosik_ready"], 1)

    def test_answers_are_counted_by_status_and_their_bytes_exactly(self):
        request = b"GET /rss.xml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        self.sosik.get("/rss.xml")
        since = self.moved(
            *(f'sosik_http_{what}_total{{status="{status}"}}'
              for what in ("requests", "response_bytes") for status in (200, 304, 404, 400))
        )
        whole = send_raw(self.sosik.port, request)
        same = send_raw(self.sosik.port, request.replace(b"\r\n\r\n", b"\r\nIf-None-Match: *\r\n\r\n"))
        none = send_raw(self.sosik.port, request.replace(b"/rss.xml", b"/nothing"))
        bad = send_raw(self.sosik.port, b"GET /rss.xml HTTP/1.1\r\n\r\n")
        self.assertEqual([int(a.split()[1]) for a in (whole, same, none, bad)], [200, 304, 404, 400])
        self.assertEqual(since(), [1, 1, 1, 1, len(whole), len(same), len(none), len(bad)])

    def test_documents_are_counted_by_format_and_coding(self):
        asked = {
            ("rss", "identity"): ("/rss.xml", ""), ("rss", "gzip"): ("/rss.xml", "gzip"),
            ("atom", "gzip"): ("/atom.xml", "gzip"), ("json", "identity"): ("/feed.json", "identity"),
        }
        since = self.moved(*(f'sosik_http_documents_total{{coding="{c}",format="{f}"}}' for f, c in asked))
        for path, coding in asked.values():
            answer = self.sosik.get(path, headers={"Accept-Encoding": coding})
            again = self.sosik.get(path, headers={"Accept-Encoding": coding, "If-None-Match": answer.headers["etag"]})
            self.assertEqual((answer.status, again.status), (200, 304))
        self.assertEqual(since(), [2, 2, 2, 2])

    def test_rendering_compressing_and_revisions_move_with_a_publication_and_not_with_reading(self):
        for coding in ("gzip", "identity"):
            self.sosik.get("/atom.xml", headers={"Accept-Encoding": coding})
        names = ('sosik_renders_total{format="atom"}', 'sosik_compressions_total{coding="gzip"}',
                 'sosik_render_seconds_total{format="atom"}', 'sosik_compress_seconds_total{coding="gzip"}',
                 "sosik_feed_revisions_total", "sosik_events_total", "sosik_posts_looked_at_total")
        since = self.moved(*names)
        for _ in range(5):
            self.sosik.get("/atom.xml", headers={"Accept-Encoding": "gzip"})
        self.assertEqual(since(), [0] * len(names))
        self.sosik.put("b.md", post("둘", "2026-11-02", body="가나다라 " * 500))
        wait_for(lambda: "둘" in self.sosik.get("/atom.xml").body.decode(), "the post")
        self.sosik.get("/atom.xml", headers={"Accept-Encoding": "gzip"})
        for name, moved in zip(names, since()):
            self.assertGreater(moved, 0, name)

    def test_connections_are_counted_while_they_are_open(self):
        wait_for(lambda: self.sosik.metrics()["sosik_http_open_connections"] == 0, "earlier connections closed")
        before = self.sosik.metrics()["sosik_http_connections_total"]
        idle = [socket.create_connection(("127.0.0.1", self.sosik.port)) for _ in range(7)]
        wait_for(lambda: self.sosik.metrics()["sosik_http_open_connections"] == 7, "seven connections")
        for connection in idle:
            connection.close()
        wait_for(lambda: self.sosik.metrics()["sosik_http_open_connections"] == 0, "none")
        self.assertEqual(self.sosik.metrics()["sosik_http_connections_total"] - before, 7)

    def test_the_process_is_measured(self):
        metrics = self.sosik.metrics()
        # The kernel's two counts of resident pages are not taken at the same moment.
        self.assertAlmostEqual(metrics["process_resident_memory_bytes"], self.sosik.resident(), delta=16 << 20)
        self.assertGreater(metrics["process_cpu_seconds_total"], 0)
        self.assertAlmostEqual(
            metrics["process_open_fds"], len(os.listdir(f"/proc/{self.sosik.process.pid}/fd")), delta=5
        )


class Descriptors(unittest.TestCase):
    """A limit that is too low for max_connections, which is 10,000 unless the file says otherwise."""

    def serve(self, limit, server=""):
        sosik = Sosik(server=server)
        self.addCleanup(sosik.__exit__)
        return sosik.start(wrapper=["prlimit", f"--nofile={limit}:{limit}"])

    def test_connections_are_as_many_as_there_are_descriptors_for(self):
        sosik = self.serve(1024)
        self.assertEqual(sosik.metrics()["sosik_http_open_connections_limit"], 512)
        self.assertRegex(sosik.said(), r"fewer descriptors than .* descriptors=1024 connections=512")
        sosik.hang_up("configuration reread")
        self.assertNotIn("key=server.max_connections", sosik.said())  # nobody changed it

    def test_what_is_configured_is_never_raised(self):
        sosik = self.serve(1024, "max_connections = 100\n")
        self.assertEqual(sosik.metrics()["sosik_http_open_connections_limit"], 100)
        self.assertNotIn("fewer descriptors", sosik.said())

    def test_too_few_end_the_start(self):
        sosik = Sosik()
        self.addCleanup(sosik.__exit__)
        done = subprocess.run(
            ["prlimit", "--nofile=511:511", *sosik.command("serve")], capture_output=True, timeout=60, encoding="utf-8"
        )
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"\Asosik: cannot start: this process may have 511 descriptors, fewer .*\n\Z")


class AccessLog(unittest.TestCase):
    """Lines of one connection are in order; the threads' are not, so the tests do not ask for it."""

    def serve(self, form):
        self.sosik = Sosik(server=f'access_log = "access.log"\naccess_log_form = "{form}"\n')
        self.addCleanup(self.sosik.__exit__)
        self.sosik.put("a.md", post("안녕", "2026-11-01", body="가나다라 " * 500))
        self.sosik.start()
        self.file = self.sosik.folder / "access.log"

    def lines(self, count, file=None):
        """The bytes of exactly so many lines, once they are there."""
        file = file or self.file
        text = wait_for(lambda: (t := file.read_bytes()).count(b"\n") >= count and t, f"{count} lines in {file.name}")
        self.assertTrue(text.endswith(b"\n"))
        lines = text[:-1].split(b"\n")
        self.assertEqual(len(lines), count, text)
        return lines

    def attack(self):
        statuses = []
        for agent in HOSTILE:
            request = b"GET /rss.xml HTTP/1.1\r\nHost: x\r\nConnection: close\r\nReferer: %b\r\nUser-Agent: %b\r\n\r\n"
            answer = send_raw(self.sosik.port, request % (agent[:200], agent))
            statuses.append(int(answer.split()[1]))
        for target in (b"/%0A" + FORGED.replace(b" ", b"%20"), b"/\r\n" + FORGED, b'/"x"'):
            answer = send_raw(self.sosik.port, b"GET %b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % target)
            statuses.append(int(answer.split()[1]))
        return statuses

    def test_combined_lines(self):
        self.serve("combined")
        whole = self.sosik.get("/rss.xml?a=1", headers={"User-Agent": "newsboat/2.21", "Referer": "https://x.example/"})
        self.sosik.get("/rss.xml", headers={"If-None-Match": whole.headers["etag"]})
        lines = [COMBINED.fullmatch(line).groupdict() for line in self.lines(2)]
        first, second = sorted(lines, key=lambda line: line["status"])
        self.assertEqual(first["client"], b"127.0.0.1")
        self.assertEqual(first["request"], b"GET /rss.xml?a=1 HTTP/1.1")
        self.assertEqual((first["status"], int(first["bytes"])), (b"200", len(whole.body)))
        self.assertEqual((first["referer"], first["agent"]), (b"https://x.example/", b"newsboat/2.21"))
        self.assertEqual((second["status"], second["bytes"], second["referer"]), (b"304", b"0", b"-"))

    def test_json_lines(self):
        self.serve("json")
        whole = self.sosik.get("/atom.xml", headers={"User-Agent": 'a "b"', "Accept-Encoding": "gzip"})
        self.sosik.get("/atom.xml", headers={"If-None-Match": whole.headers["etag"], "Accept-Encoding": "gzip"})
        first, second = sorted((json.loads(line) for line in self.lines(2)), key=lambda line: line["status"])
        want = {"client": "127.0.0.1", "method": "GET", "target": "/atom.xml", "version": "HTTP/1.1", "status": 200,
                "body_bytes": len(whole.body), "format": "atom", "coding": "gzip", "conditional": False,
                "user_agent": 'a "b"'}
        self.assertEqual({key: first[key] for key in want}, want)
        self.assertGreaterEqual(first["duration_us"], 0)
        self.assertRegex(first["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
        self.assertEqual((second["status"], second["conditional"], second["body_bytes"]), (304, True, 0))

    def test_no_request_can_forge_a_line_of_the_combined_form(self):
        self.serve("combined")
        statuses = self.attack()
        lines = self.lines(len(statuses))
        for line in lines:
            self.assertRegex(line, COMBINED)
            self.assertEqual(COMBINED.fullmatch(line)["client"], b"127.0.0.1", line)
        self.assertEqual(sorted(int(COMBINED.fullmatch(line)["status"]) for line in lines), sorted(statuses))

    def test_no_request_can_forge_a_line_of_the_json_form(self):
        self.serve("json")
        statuses = self.attack()
        lines = self.lines(len(statuses))
        self.assertEqual(sorted(json.loads(line)["status"] for line in lines), sorted(statuses))
        for line in lines:
            self.assertEqual(len(line.decode().splitlines()), 1, line)  # not even by Unicode's idea of a line
            self.assertEqual({json.loads(line)["client"]} - {"127.0.0.1", ""}, set(), line)

    def test_rotation_by_rename_and_sighup_loses_no_line(self):  # as logrotate does it, without copytruncate
        self.serve("json")
        rotated = self.sosik.folder / "access.log.1"
        for number in range(20):
            self.sosik.get(f"/rss.xml?{number}")
        self.lines(20)
        self.file.rename(rotated)
        for number in range(20, 30):
            self.sosik.get(f"/rss.xml?{number}")
        self.lines(30, rotated)  # goes on in the file it has
        self.assertFalse(self.file.exists())
        self.sosik.hang_up("configuration reread")
        for number in range(30, 40):
            self.sosik.get(f"/rss.xml?{number}")
        lines = self.lines(10) + self.lines(30, rotated)
        targets = sorted(int(json.loads(line)["target"].partition("?")[2]) for line in lines)
        self.assertEqual(targets, list(range(40)))

    def test_rotation_does_not_wait_for_a_configuration_that_is_in_order(self):
        self.serve("combined")
        self.sosik.get("/rss.xml?0")
        self.lines(1)
        rotated = self.sosik.folder / "access.log.1"
        self.file.rename(rotated)
        (self.sosik.folder / "feeds" / "broken.toml").write_text('title = "no end\n')
        self.sosik.hang_up("configuration not taken over")
        self.sosik.get("/rss.xml?1")
        self.assertIn(b"?0", self.lines(1, rotated)[0])
        self.assertIn(b"?1", self.lines(1)[0])

    def test_rotation_under_load_loses_no_line(self):
        self.serve("combined")
        sent = 0
        for turn in range(5):
            pipelined = b"".join(
                b"GET /rss.xml?%d HTTP/1.1\r\nHost: x\r\nIf-None-Match: *\r\n\r\n" % n for n in range(sent, sent + 200)
            )
            with socket.create_connection(("127.0.0.1", self.sosik.port)) as connection:
                connection.sendall(pipelined)
                self.file.rename(self.sosik.folder / f"access.log.{turn}")
                self.sosik.hang_up("configuration reread")
                connection.shutdown(socket.SHUT_WR)
                answers = b""
                while data := connection.recv(65536):
                    answers += data
            self.assertEqual(answers.count(b"HTTP/1.1 304 "), 200)
            sent += 200
        files = [self.file, *(self.sosik.folder / f"access.log.{turn}" for turn in range(5))]
        text = wait_for(
            lambda: (t := b"".join(f.read_bytes() for f in files)).count(b"\n") >= sent and t, f"{sent} lines"
        )
        targets = sorted(int(n) for n in re.findall(rb"/rss\.xml\?(\d+) ", text))
        self.assertEqual(targets, list(range(sent)))

    def test_a_log_that_cannot_be_opened_again_stays_as_it_is(self):
        self.serve("combined")
        self.sosik.get("/rss.xml")
        self.lines(1)
        kept = self.sosik.folder / "kept.log"
        self.file.rename(kept)
        self.file.mkdir()
        said = len(self.sosik.said())
        self.sosik.hang_up("configuration reread")
        self.assertRegex(self.sosik.said()[said:], r"access log not opened again .*access\.log")
        self.sosik.get("/rss.xml")
        self.lines(2, kept)
        self.file.rmdir()
        self.sosik.hang_up("configuration reread")
        self.sosik.get("/rss.xml")
        self.lines(1)

    def test_sigterm_writes_what_is_left(self):
        self.serve("combined")
        for _ in range(10):
            self.sosik.get("/rss.xml")
        self.assertEqual(self.sosik.stop(), 0)
        self.assertEqual(self.file.read_bytes().count(b"\n"), 10)


if __name__ == "__main__":
    unittest.main()
