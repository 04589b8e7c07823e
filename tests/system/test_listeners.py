"""Where readers connect: several addresses at once, TLS with certificates that change, the hosts that are answered for."""
import contextlib
import http.client
import pathlib
import socket
import sqlite3
import ssl
import subprocess
import unittest

from sosik import Sosik, free_port, make_certificate, post, send_raw

TLS = 'tls_certificate_file = "tls.crt"\ntls_key_file = "tls.key"\n'


def complaint(sosik):
    """The one line with which `serve` ended, which begins with the program's name."""
    lines = [line for line in sosik.run("serve", code=1).stderr.splitlines() if " info " not in line]
    assert len(lines) == 1 and lines[0].startswith("sosik: "), lines
    return lines[0]


class Serving(unittest.TestCase):
    def serve(self, server="", listen=()):
        sosik = Sosik(server=server, listen=listen)
        self.addCleanup(sosik.__exit__)
        make_certificate(sosik.folder)
        sosik.put("a.md", post("안녕", "2026-11-01"))
        return sosik.start()


class Listeners(Serving):
    def curl(self, *words):
        done = subprocess.run(["curl", "-sS", "--noproxy", "*", *words], capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout

    def test_every_listener_serves_the_same_bytes(self):
        sosik = self.serve(TLS, ["[::1]:0", "unix:http.sock", "tls:127.0.0.1:0", f"tls:[::1]:{free_port()}"])
        plain = sosik.get("/rss.xml")
        self.assertEqual(plain.status, 200)
        first, ipv6, unix, tls, tls6 = sosik.listening()
        self.assertEqual(first, f"127.0.0.1:{sosik.port}")
        sockets = {
            "ipv6": [f"http://{ipv6}/rss.xml", "--globoff"],
            "unix": ["http://localhost/rss.xml", "--unix-socket", unix.removeprefix("unix:")],
            "tls": [f"https://{tls.removeprefix('tls:')}/rss.xml", "--cacert", f"{sosik.folder}/tls.crt"],
            "tls ipv6": [f"https://{tls6.removeprefix('tls:')}/rss.xml", "--globoff", "--cacert", f"{sosik.folder}/tls.crt"],
        }
        for name, words in sockets.items():
            with self.subTest(name):
                self.assertEqual(self.curl(*words), plain.body)
                head = self.curl(*words, "-o", "/dev/null", "-D", "-", "-H", f"If-None-Match: {plain.headers['etag']}")
                self.assertIn(b" 304 ", head.split(b"\r\n")[0])
                self.assertIn(f"etag: {plain.headers['etag']}".encode(), head.lower())

    def test_a_unix_socket_left_over_from_a_crash_is_taken_over(self):
        sosik = self.serve(listen=["unix:http.sock"])
        sosik.kill()
        path = sosik.folder / "http.sock"
        self.assertTrue(path.is_socket())
        sosik.start()
        body = self.curl("http://localhost/feed.json", "--unix-socket", str(path))
        self.assertEqual(body, sosik.get("/feed.json").body)

    def test_a_listener_that_is_taken_is_named_and_ends_the_start(self):
        with socket.create_server(("::1", 0), family=socket.AF_INET6) as other, Sosik(
            listen=[f"[::1]:{other.getsockname()[1]}"]
        ) as sosik:
            self.assertIn(f"::1 port {other.getsockname()[1]}", complaint(sosik))

    def test_http_2_is_not_promised(self):  # over TLS a client asks by ALPN; http/1.1 is what there is
        sosik = self.serve(TLS, ["tls:127.0.0.1:0"])
        tls = sosik.listening()[1].removeprefix("tls:")
        said = self.curl(f"https://{tls}/rss.xml", "--cacert", f"{sosik.folder}/tls.crt", "-o", "/dev/null",
                         "-w", "%{http_version}")
        self.assertEqual(said, b"1.1")


class Certificates(Serving):
    def setUp(self):
        self.sosik = self.serve(TLS + "hsts_seconds = 31536000\n", ["tls:127.0.0.1:0"])
        self.tls_port = int(self.sosik.listening()[1].rpartition(":")[2])

    def connect(self, certificate=None):
        """A kept TLS connection that trusts what is in tls.crt now, or `certificate`."""
        trust = ssl.create_default_context(cadata=certificate or (self.sosik.folder / "tls.crt").read_text())
        connection = http.client.HTTPSConnection("localhost", self.tls_port, timeout=60, context=trust)
        connection._create_connection = lambda *_: socket.create_connection(("127.0.0.1", self.tls_port), 60)
        connection.connect()
        self.addCleanup(connection.close)
        return connection

    def get(self, connection, path="/rss.xml"):
        connection.request("GET", path)
        response = connection.getresponse()
        response.body = response.read()
        return response

    def serial(self, connection):
        return connection.sock.getpeercert()["serialNumber"]

    def test_a_new_certificate_is_for_new_connections_and_old_ones_go_on(self):
        old = self.connect()
        self.assertEqual(self.get(old).status, 200)
        before = self.serial(old)
        make_certificate(self.sosik.folder)
        self.sosik.hang_up("configuration reread")
        new = self.connect()
        self.assertNotEqual(self.serial(new), before)
        self.assertEqual(self.get(new).status, 200)
        handle = old.sock
        self.assertEqual(self.get(old).status, 200)
        self.assertIs(old.sock, handle)  # the same connection: http.client did not quietly make another
        self.assertEqual(self.serial(old), before)

    def test_a_broken_certificate_is_complained_of_and_the_old_one_stays(self):
        certificate = (self.sosik.folder / "tls.crt").read_text()
        before = self.serial(self.connect())
        key = (self.sosik.folder / "tls.key").read_text()
        breakages = {
            "not PEM": lambda: (self.sosik.folder / "tls.crt").write_text("no certificate\n"),
            "another's key": lambda: make_certificate(self.sosik.folder)
            or (self.sosik.folder / "tls.key").write_text(key),
            "missing": lambda: (self.sosik.folder / "tls.crt").unlink(),
        }
        for name, damage in breakages.items():
            with self.subTest(name):
                damage()
                said = len(self.sosik.said())
                self.sosik.hang_up("configuration reread")  # the rest of it
                self.assertRegex(self.sosik.said()[said:], r"certificate .*not opened again .*tls\.(crt|key)")
                connection = self.connect(certificate)
                self.assertEqual(self.serial(connection), before)
                self.assertEqual(self.get(connection).status, 200)
        make_certificate(self.sosik.folder)
        self.sosik.hang_up("configuration reread")
        self.assertNotEqual(self.serial(self.connect()), before)

    def test_a_new_certificate_does_not_wait_for_the_store(self):
        before = self.serial(self.connect())
        make_certificate(self.sosik.folder)
        with contextlib.closing(sqlite3.connect(self.sosik.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            self.sosik.hang_up("configuration not taken over")
            self.assertNotEqual(self.serial(self.connect()), before)
            other.execute("ROLLBACK")

    def test_strict_transport_security_over_tls_only(self):  # H-255
        connection = self.connect()
        for path, status in (("/rss.xml", 200), ("/nothing", 404), ("/feed/", 200)):
            answer = self.get(connection, path)
            self.assertEqual((answer.status, answer.headers["Strict-Transport-Security"]), (status, "max-age=31536000"))
            self.assertNotIn("strict-transport-security", self.sosik.get(path).headers)
        connection.request("GET", "/rss.xml", headers={"If-None-Match": "*"})
        answer = connection.getresponse()
        answer.read()
        self.assertEqual((answer.status, answer.headers["Strict-Transport-Security"]), (304, "max-age=31536000"))

    def test_plain_http_on_the_tls_port_and_a_handshake_that_never_ends_hurt_nobody(self):
        answer = send_raw(self.tls_port, b"GET /rss.xml HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertNotIn(b"200 OK", answer)
        with socket.create_connection(("127.0.0.1", self.tls_port)) as silent:
            silent.sendall(b"\x16\x03\x01")
            self.assertEqual(self.get(self.connect()).status, 200)

    def test_old_versions_of_tls_are_refused(self):
        for version in ("-tls1", "-tls1_1"):
            done = subprocess.run(
                ["openssl", "s_client", version, "-cipher", "ALL:@SECLEVEL=0", "-connect", f"127.0.0.1:{self.tls_port}"],
                stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
            )
            self.assertNotEqual(done.returncode, 0, done.stdout.decode())
        done = subprocess.run(
            ["openssl", "s_client", "-tls1_2", "-connect", f"127.0.0.1:{self.tls_port}"],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
        )
        self.assertEqual(done.returncode, 0, done.stderr.decode())


class Checking(unittest.TestCase):
    def test_check_config_notes_tls_files_that_it_cannot_read(self):
        with Sosik(server=TLS, listen=["tls:127.0.0.1:0"]) as sosik:
            make_certificate(sosik.folder)
            self.assertNotIn("note", sosik.run("check-config").stdout)
            self.assertEqual(sosik.run_json("check-config")["notes"], [])
            (sosik.folder / "tls.key").unlink()
            note = f"server.tls_key_file: this user cannot read {sosik.folder}/tls.key: No such file or directory"
            self.assertIn(f"note      {note}\n", sosik.run("check-config").stdout)
            self.assertEqual(sosik.run_json("check-config")["notes"], [note])
            (sosik.folder / "tls.crt").unlink()
            first = sosik.run_json("check-config")["notes"][0]
            self.assertRegex(first, r"^server\.tls_certificate_file: this user cannot read .*tls\.crt")


class Starting(unittest.TestCase):
    def test_a_tls_listener_without_a_usable_certificate_ends_the_start(self):
        for name, damage in (
            ("missing", lambda folder: None),
            ("not PEM", lambda folder: [pathlib.Path(folder / f).write_text("x\n") for f in ("tls.crt", "tls.key")]),
        ):
            with self.subTest(name), Sosik(server=TLS, listen=["tls:127.0.0.1:0"]) as sosik:
                damage(sosik.folder)
                self.assertRegex(complaint(sosik), r"tls\.(crt|key)")


class Hosts(unittest.TestCase):
    """H-274: hosts that nobody configured get 421, and are not repeated to anybody."""

    @classmethod
    def setUpClass(cls):
        cls.sosik = Sosik(server='hosts = ["127.0.0.1", "blog.example.kr", "소식.example"]')
        cls.sosik.put("a.md", post("안녕", "2026-11-01"))
        cls.sosik.start()

    @classmethod
    def tearDownClass(cls):
        cls.sosik.__exit__()

    def status(self, host, target="/rss.xml"):
        answer = send_raw(self.sosik.port, f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        self.assertNotIn(b"evil", answer.lower())
        return int(answer.split()[1])

    def test_the_hosts_that_are_ours_in_any_spelling(self):
        for host in ("blog.example.kr", "BLOG.Example.KR", "blog.example.kr:8080", "blog.example.kr.",
                     "xn--9l4b4x.example"):
            self.assertEqual(self.status(host), 200, host)

    def test_others_get_421(self):
        for host in ("evil.example", "blog.example.kr.evil.example", "127.0.0.2", "evil", "xn--evil.example"):
            for target in ("/rss.xml", "/", "/nothing", "/feed"):
                self.assertEqual(self.status(host, target), 421, (host, target))

    def test_an_absolute_target_is_what_counts(self):  # H-019
        self.assertEqual(self.status("evil.example", "http://blog.example.kr/rss.xml"), 200)
        self.assertEqual(self.status("blog.example.kr", "http://evil.example/rss.xml"), 421)


if __name__ == "__main__":
    unittest.main()
