"""Hostile and broken clients, many at once; good ones get right answers meanwhile, and memory stays bounded."""
import contextlib
import os
import pathlib
import random
import re
import select
import socket
import struct
import subprocess
import threading
import unittest

from sosik import IS_SANITIZED, Sosik, post, send_raw, wait_for

MANY = 60 if IS_SANITIZED else 300
# What a server may have grown by when an attack is over: buffers of MANY connections and the allocator's habits. The
# attacks send, or ask for, many times that.
GROWTH = (200 if IS_SANITIZED else 48) << 20


class GoodClients:
    """Three readers that fetch, whole and conditionally, on kept and on new connections, until the block ends; every
    answer must be right."""

    def __init__(self, sosik):
        self.sosik = sosik
        self.good = {path: sosik.get(path) for path in ("/rss.xml", "/atom.xml", "/feed.json")}
        self.answers = 0
        self.wrong = []
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self._read, args=(path,)) for path in self.good]

    def _read(self, path):
        good = self.good[path]
        while not self.is_over.is_set():
            try:
                whole = self.sosik.get(path)
                same = self.sosik.get(path, headers={"If-None-Match": good.headers["etag"]})
                if (whole.status, whole.body, same.status) != (200, good.body, 304):
                    self.wrong.append((path, whole.status, len(whole.body), same.status))
            except OSError as error:
                self.wrong.append((path, error))
            self.answers += 2

    def more(self, count=30):
        """Waits for further answers."""
        have = self.answers
        wait_for(lambda: self.answers >= have + count or self.wrong, f"{count} answers")

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *failure):
        self.is_over.set()
        for thread in self.threads:
            thread.join()
        if not failure[0]:
            assert not self.wrong, self.wrong[:5]
            assert self.answers > 0


def read_all(connection):
    """What comes until the server closes; the connection may also be reset once the answer was sent."""
    got = b""
    with contextlib.suppress(ConnectionError):
        while data := connection.recv(65536):
            got += data
    return got


def statuses(answer):
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


class Attacks(unittest.TestCase):
    SERVER = "drain_timeout_seconds = 1\n"

    def setUp(self):
        self.sosik = Sosik(server=self.SERVER)
        self.addCleanup(self.sosik.__exit__)
        self.connections = contextlib.ExitStack()
        self.addCleanup(self.connections.close)
        blog = self.sosik.folder / "blog"
        blog.mkdir()
        words = random.Random(1)
        for number in range(20):  # feeds of about 400 KB that no coding shrinks much
            body = "\n\n".join("".join(chr(words.randrange(0xAC00, 0xD7A4)) for _ in range(700)) for _ in range(9))
            (blog / f"p{number}.md").write_text(post(f"글 {number}", f"2026-10-{number + 1:02d}", body=body))
        self.sosik.run("import", "markdown", str(blog))
        self.sosik.start()
        self.good = GoodClients(self.sosik)
        self.assertGreater(len(self.good.good["/rss.xml"].body), 300_000)
        with self.good:  # threads, pools and documents are there before memory is measured
            self.good.more()
        self.good = GoodClients(self.sosik)
        self.before = self.sosik.resident()

    def tearDown(self):
        self.assertIsNone(self.sosik.process.poll(), self.sosik.said()[-2000:])
        self.assertLess(self.sosik.resident() - self.before, GROWTH)
        self.assertEqual(self.sosik.stop(), 0)
        self.assertNotIn("ERROR: AddressSanitizer", self.sosik.said())

    def connect(self, **options):
        connection = socket.socket()
        for name, value in options.items():
            connection.setsockopt(socket.SOL_SOCKET, getattr(socket, name), value)
        connection.settimeout(60)
        connection.connect(("127.0.0.1", self.sosik.port))
        return self.connections.enter_context(connection)


class Slow(Attacks):
    SERVER = "drain_timeout_seconds = 1\nheader_timeout_seconds = 2\nwrite_timeout_seconds = 2\nidle_timeout_seconds = 2\n"

    def test_heads_that_never_end_get_408(self):  # Slowloris (H-031)
        with self.good:
            slow = [self.connect() for _ in range(MANY)]
            for connection in slow:
                connection.sendall(b"GET /rss.xml HTTP/1.1\r\nHost: x\r\n")
            byte = 0
            open_ones = list(slow)
            while open_ones:  # a byte each in turn, as long as somebody takes it
                byte += 1
                for connection in list(open_ones):
                    try:
                        connection.sendall(b"X-a: b\r\n"[byte % 8 : byte % 8 + 1])
                        connection.setblocking(False)
                        with contextlib.suppress(BlockingIOError):
                            if connection.recv(1, socket.MSG_PEEK) is not None:
                                open_ones.remove(connection)  # answered, or closed
                    except ConnectionError:
                        open_ones.remove(connection)
                    finally:
                        connection.settimeout(60)
                self.good.more(2)
            answers = [read_all(connection) for connection in slow]
        self.assertEqual({tuple(statuses(answer)) for answer in answers}, {(408,)})
        self.assertTrue(all(b"\r\nConnection: close\r\n" in answer for answer in answers))

    def test_bodies_that_never_end_get_408(self):
        with self.good:
            slow = [self.connect() for _ in range(MANY)]
            for connection in slow:
                connection.sendall(b"POST /rss.xml HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx")
            answers = [read_all(connection) for connection in slow]
        self.assertEqual({tuple(statuses(answer)) for answer in answers}, {(408,)})

    def test_readers_that_take_nothing_are_cut(self):
        with self.good:
            slow = [self.connect(SO_RCVBUF=4096) for _ in range(MANY)]
            for connection in slow:
                connection.sendall(b"GET /rss.xml HTTP/1.1\r\nHost: x\r\n\r\n" * 50)  # 20 MB each, if anybody kept it
            wait_for(lambda: self.sosik.metrics()["sosik_http_open_connections"] >= MANY, "they are there")
            self.assertLess(self.sosik.resident() - self.before, GROWTH)
            wait_for(lambda: self.sosik.metrics()["sosik_http_open_connections"] < 10, "they are cut")
        self.assertLess(len(read_all(slow[0])), 50 * len(self.good.good["/rss.xml"].body))

    def test_a_slow_but_honest_reader_gets_every_byte(self):
        reader = self.connect(SO_RCVBUF=4096)
        whole = self.good.good["/rss.xml"]
        with self.good:
            reader.sendall(b"GET /rss.xml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            got = b""
            while data := reader.recv(8192):
                got += data
                if len(got) % 7 == 0:
                    self.good.more(1)
        self.assertEqual(got.partition(b"\r\n\r\n")[2], whole.body)

    def test_idle_connections_are_closed_without_a_word(self):
        with self.good:
            idle = [self.connect() for _ in range(MANY)]
            self.assertEqual({read_all(connection) for connection in idle}, {b""})


class Crowds(Attacks):
    LIMIT = MANY + 50
    SERVER = f"drain_timeout_seconds = 1\nmax_connections = {LIMIT}\n"

    def test_idle_connections_up_to_the_limit_hurt_nobody_and_make_room_for_the_next(self):
        with self.good:
            idle = [self.connect() for _ in range(MANY)]
            wait_for(lambda: self.sosik.metrics()["sosik_http_open_connections"] >= MANY, "they are there")
            self.good.more()
        wait_for(lambda: self.sosik.metrics()["sosik_http_open_connections"] == MANY, "the good ones have left")
        idle += [self.connect() for _ in range(self.LIMIT - MANY)]
        wait_for(lambda: self.sosik.metrics()["sosik_http_open_connections"] == self.LIMIT, "full")
        for _ in range(3):
            self.assertEqual(self.sosik.get("/rss.xml").status, 200)
        metrics = self.sosik.metrics()
        self.assertEqual(metrics["sosik_http_connections_refused_total"], 0)
        shed = int(metrics["sosik_http_connections_shed_total"])
        self.assertIn(shed, range(1, 4))
        self.assertEqual(self.sosik.operator("/readyz").status, 200)  # the operator has a door of his own
        ready, _, _ = select.select(idle, [], [], 5)
        self.assertEqual([read_all(connection) for connection in ready], [b""] * shed)
        inside = [connection for connection in idle if connection not in ready]
        for connection in inside[::2]:  # those inside are served
            connection.sendall(b"HEAD /rss.xml HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertEqual(statuses(connection.recv(65536)), [200])
        for connection in idle:
            connection.close()
        wait_for(lambda: self.sosik.metrics()["sosik_http_open_connections"] == 0, "empty")
        with GoodClients(self.sosik) as good:
            good.more()


class Floods(Attacks):
    def send_in_crowd(self, send):
        """Runs `send` MANY times from eight threads and gives what each gave."""
        results, lock, left = [], threading.Lock(), iter(range(MANY))

        def work():
            while True:
                with lock:
                    if next(left, None) is None:
                        return
                got = send()
                with lock:
                    results.append(got)

        threads = [threading.Thread(target=work) for _ in range(8)]
        with self.good:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.good.more(6)
        self.assertEqual(len(results), MANY)
        return results

    def test_heads_and_bodies_beyond_every_limit(self):
        port = self.sosik.port
        head = b"GET /rss.xml HTTP/1.1\r\nHost: x\r\n"
        post_head = b"POST /rss.xml HTTP/1.1\r\nHost: x\r\n"
        chunked = post_head + b"Transfer-Encoding: chunked\r\n\r\n"
        floods = {
            "many fields": (head + b"X-a: b\r\n" * 100_000, 431),
            "a long field": (head + b"X-a: " + b"b" * 1_000_000, 431),
            "a long Cookie": (head + b"Cookie: " + b"c" * 20_000 + b"\r\n\r\n", 431),
            "a long target": (b"GET /" + b"a" * 1_000_000, 414),
            "a huge body": (post_head + b"Content-Length: 10000000000\r\n\r\n" + b"x" * 1_000_000, 413),
            "a body longer than any number": (post_head + b"Content-Length: 99999999999999999999\r\n\r\n", 400),
            "endless chunks": (chunked + (b"1000\r\n" + b"x" * 4096 + b"\r\n") * 200, 413),
            "chunks of one byte": (chunked + b"1\r\nx\r\n" * 100_000, 413),
            "a long chunk extension": (chunked + b"1;" + b"a" * 1_000_000, 413),
            "trailers": (chunked + b"0\r\n" + b"X-a: b\r\n" * 100_000, 413),
        }
        requests = iter(list(floods.items()) * MANY)
        lock = threading.Lock()

        def send():
            with lock:
                name, (request, want) = next(requests)
            return name, want, send_raw(port, request)

        for name, want, answer in self.send_in_crowd(send):
            with self.subTest(name):
                # Whoever sends on after the refusal may lose it to a reset; nothing but the refusal may come.
                self.assertIn(statuses(answer), ([], [want]))
        for name, (request, want) in floods.items():  # who stops soon after the limit is told
            with self.subTest(name):
                answer = send_raw(port, request[:100_000])
                self.assertEqual(statuses(answer), [want])
                self.assertIn(b"\r\nConnection: close\r\n", answer)

    def test_other_protocols_get_no_answer_or_a_refusal(self):
        protocols = {
            "noise": random.Random(1).randbytes(100_000),
            "one byte, again and again": b"\n" * 100_000,
            "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
            "SSH": b"SSH-2.0-OpenSSH_9.2\r\n",
            "SSH and more": b"SSH-2.0-OpenSSH_9.2\r\n" + bytes(1000) + b"\r\n\r\n",
            "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9),
            "HTTP/0.9": b"GET /\r\n\r\n",
        }
        names = iter(list(protocols) * MANY)
        lock = threading.Lock()

        def send():
            with lock:
                name = next(names)
            return name, send_raw(self.sosik.port, protocols[name])

        for name, answer in self.send_in_crowd(send):
            with self.subTest(name):
                self.assertIn(statuses(answer), ([], [400], [414], [505]))

    def test_resets_in_every_state(self):
        chance = random.Random(20261125)
        request = b"GET /rss.xml HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n"
        lock = threading.Lock()

        def reset():
            with lock:
                begin, repeats, taken = chance.randrange(len(request) + 1), chance.randrange(3), chance.randrange(3)
            connection = socket.create_connection(("127.0.0.1", self.sosik.port), 60)
            with contextlib.suppress(OSError):
                connection.sendall(request * repeats + request[:begin])
                if repeats:
                    for _ in range(taken):
                        connection.recv(1000)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()  # RST

        self.send_in_crowd(reset)
        wait_for(lambda: self.sosik.metrics()["sosik_http_open_connections"] == 0, "nobody is left")

    def test_pipelining_without_reading_keeps_little(self):
        request = b"GET /rss.xml HTTP/1.1\r\nHost: x\r\n\r\n" * 2000  # 800 MB of answers
        with self.good:
            greedy = [self.connect() for _ in range(20)]
            for connection in greedy:
                connection.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    connection.send(request)
            self.good.more()
            self.assertLess(self.sosik.resident() - self.before, GROWTH)

    def test_addresses_that_do_not_exist_are_not_kept(self):
        count = 200 if IS_SANITIZED else 2000
        with self.good, socket.create_connection(("127.0.0.1", self.sosik.port), 60) as connection:
            reader = connection.makefile("rb")
            for number in range(count):
                connection.sendall(b"GET /tag/nothing-%d-%b/rss.xml HTTP/1.1\r\nHost: x\r\n\r\n" % (number, b"a" * 2000))
                self.assertIn(b" 404 ", reader.readline())
                length = 0
                while (line := reader.readline()) != b"\r\n":
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                reader.read(length)


class SlowHttpTest(unittest.TestCase):
    def test_good_clients_have_no_error_under_its_three_attacks(self):
        script = pathlib.Path(__file__).with_name("slow_attacks.sh")
        attackers = 50 if IS_SANITIZED else 200
        with Sosik(server="drain_timeout_seconds = 1\nheader_timeout_seconds = 2\nwrite_timeout_seconds = 2\n") as sosik:
            sosik.put("a.md", post("안녕", "2026-11-01", body="가나다라 마바사 " * 3000))
            sosik.start()
            done = subprocess.run(
                [script, sosik.url + "/rss.xml", str(attackers), "4"], capture_output=True, encoding="utf-8", timeout=300
            )
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual([line.split()[0] for line in done.stdout.splitlines()], ["headers", "body", "read"])
            metrics = sosik.metrics()
            self.assertGreaterEqual(metrics["sosik_http_connections_total"], 3 * attackers)
            self.assertGreaterEqual(metrics['sosik_http_requests_total{status="408"}'], attackers)
            self.assertEqual(sosik.stop(), 0)


if __name__ == "__main__":
    unittest.main()
