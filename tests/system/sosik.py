"""What the system tests share: a Sosik of their own (configuration, store, process), readers on raw sockets, receivers.

The program under test is $SOSIK (scripts/test sets it), else build/release/sosik.
"""
import contextlib
import http.client
import http.server
import json
import os
import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("SOSIK", str(ROOT / "build" / "release" / "sosik"))
PATIENCE = 60  # seconds that a test waits for what must come; how soon it comes is the benchmark's question
# A program built with sanitizers is slower and larger: what strains it may then be smaller.
IS_SANITIZED = "asan" in PROGRAM or "tsan" in PROGRAM


def wait_for(check, what):
    """Asks until `check` gives something true, and gives that; fails after PATIENCE."""
    end = time.monotonic() + PATIENCE
    while True:
        got = check()
        if got:
            return got
        if time.monotonic() > end:
            raise AssertionError(f"waited {PATIENCE} s in vain: {what}")
        time.sleep(0.02)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Answer:
    def __init__(self, response, body):
        self.status = response.status
        self.headers = {}
        for name, value in response.getheaders():  # lines of one name are one list (RFC 9110 section 5.3)
            name = name.lower()
            self.headers[name] = f"{self.headers[name]}, {value}" if name in self.headers else value
        self.body = body


class Sosik:
    """A folder with configuration and store, and the program run on them."""

    def __init__(self, publish="", site="", feeds=None, port=None, server="", listen=()):
        self._folder = tempfile.TemporaryDirectory(prefix="sosik-")
        self.folder = pathlib.Path(self._folder.name)
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None
        self.log = self.folder / "log"
        (self.folder / "feeds").mkdir()
        for name, text in (feeds or {}).items():
            (self.folder / "feeds" / name).write_text(text, encoding="utf-8")
        listens = json.dumps([f"127.0.0.1:{self.port}", *listen])
        self.config = self.folder / "sosik.toml"
        self.config.write_text(
            f"""
[site]
title = "시험 블로그"
description = "시험에 쓰는 글"
public_url = "{self.url}"
id_authority = "test.example"
{site}
[server]
listen = {listens}
threads = 2
{server}
[admin]
listen = "127.0.0.1:0"
[publish]
{publish}
""",
            encoding="utf-8",
        )

    @property
    def database(self):
        return self.folder / "sosik.db"

    def command(self, *words, stdin=None):
        return [PROGRAM, *words, "--config", str(self.config)]

    def run(self, *words, code=0):
        done = subprocess.run(self.command(*words), capture_output=True, timeout=120, encoding="utf-8")
        assert done.returncode == code, f"{words}: exit code {done.returncode}, not {code}\n{done.stdout}\n{done.stderr}"
        return done

    def run_json(self, *words):
        return json.loads(self.run(*words, "--json").stdout)

    def put(self, name, text, **flags):
        return self.put_into([f"--{flag}" for flag in flags], name, text)

    def put_into(self, words, name, text):
        """`words` go to the command, such as --store and another store."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return self.run("post", "put", str(path), *words)

    def sql(self, script):
        """Runs SQL as another program would: by the sqlite3 command."""
        done = subprocess.run(
            ["sqlite3", "-bail", "-cmd", ".timeout 10000", str(self.database)],
            input=script, capture_output=True, encoding="utf-8", timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def query(self, statement, *values):
        with contextlib.closing(sqlite3.connect(self.database, timeout=30)) as db:
            return db.execute(statement, values).fetchall()

    def start(self, *flags, wrapper=(), **environment):
        """`wrapper` is a command that the program is run by."""
        with open(self.log, "ab") as log:
            self._log_begin = log.tell()
            self.process = subprocess.Popen(
                [*wrapper, *self.command("serve", *flags)], stdout=log, stderr=log, env={**os.environ, **environment}
            )
        wait_for(self._is_up, f"server up; its log: {self.log.read_text(errors='replace')}")
        return self

    def _is_up(self):
        code = self.process.poll()
        assert code is None, f"serve ended with {code}: {self.log.read_text(errors='replace')}"
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self):
        """SIGTERM, and the exit code."""
        if not self.process:
            return None
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        self.process = None
        return code

    def get(self, path, method="GET", headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, headers=headers or {})
            response = connection.getresponse()
            return Answer(response, response.read())
        finally:
            connection.close()

    def said(self):
        """What the running process has logged so far."""
        return self.log.read_bytes()[self._log_begin :].decode(errors="replace")

    def listening(self):
        """Where the program listens, in its own words and order: "127.0.0.1:4711", "tls:[::1]:4712", ..."""
        pattern = r'Sosik serves ".*" on (.*)\n'
        return wait_for(lambda: re.search(pattern, self.said()), "the addresses")[1].split(", ")

    def operator(self, path):
        """GET of the admin listener, whose port the program chose and printed."""
        pattern = r"operator   http://127\.0\.0\.1:(\d+)/"
        port = wait_for(lambda: re.search(pattern, self.said()), "the operator's address")[1]
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=60)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return Answer(response, response.read())
        finally:
            connection.close()

    def metrics(self):
        """Each sample of /metrics by its name, labels in the order of their names: 'x{a="1",b="2"}'."""
        from prometheus_client.parser import text_string_to_metric_families

        samples = {}
        for family in text_string_to_metric_families(self.operator("/metrics").body.decode()):
            for sample in family.samples:
                labels = ",".join(f'{key}="{value}"' for key, value in sorted(sample.labels.items()))
                samples[sample.name + (f"{{{labels}}}" if labels else "")] = sample.value
        return samples

    def hang_up(self, until):
        """SIGHUP, and waits until the log has said `until` once more."""
        before = self.said().count(until)
        self.process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.said().count(until) > before, f"{until!r} in the log")

    def resident(self):
        """Bytes of memory, as the kernel counts them."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024

    def feed(self):
        return json.loads(self.get("/feed.json").body)

    def titles(self):
        return [item.get("title") for item in self.feed()["items"]]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process:
            self.stop()
        self._folder.cleanup()


class Receiver:
    """An HTTP server that keeps what it is sent. `answer(request)` gives (status, headers, body)."""

    def __init__(self, answer=None):
        self.requests = []
        self.answer = answer or (lambda request: (200, {}, b""))
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle(self):
                with contextlib.suppress(ConnectionError):  # who is killed says no goodbye
                    super().handle()

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {k.lower(): v for k, v in self.headers.items()}
                request = {"path": self.path, "headers": headers, "body": body, "peer": self.client_address[1]}
                receiver.requests.append(request)
                status, headers, content = receiver.answer(request)
                self.send_response(status)
                for key, value in headers.items():
                    self.send_header(key, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class RecordingProxy:
    """Stands between a reader and the server, passes bytes on, and keeps each answer's status line."""

    def __init__(self, port):
        self.statuses = []
        self.requests = []
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            threading.Thread(target=self._pump, args=(client, server, self.requests, b"GET "), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, self.statuses, b"HTTP/1.1 "), daemon=True).start()

    def _pump(self, source, sink, kept, mark):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if data.startswith(mark):
                    kept.append(data.split(b"\r\n\r\n")[0].decode("latin-1"))
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def count(self, status):
        return sum(1 for head in self.statuses if head.split()[1] == str(status))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()


def send_raw(port, request):
    """The bytes as they are, on a connection of their own; gives what came back until the server closed it."""
    with socket.create_connection(("127.0.0.1", port), 60) as connection:
        answer = b""
        with contextlib.suppress(OSError):  # a server that refuses may close before it has read everything
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionError):
            while data := connection.recv(65536):
                answer += data
        return answer


def make_certificate(folder, common_name="localhost"):
    """tls.crt and tls.key in `folder`, self-signed for localhost; replaces those that are there, as certbot does."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-keyout", "new.key", "-out", "new.crt", "-subj", f"/CN={common_name}",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1"],
        cwd=folder, check=True, capture_output=True,
    )
    os.replace(folder / "new.key", folder / "tls.key")
    os.replace(folder / "new.crt", folder / "tls.crt")


def post(title, date, body="본문입니다.", **more):
    """A Markdown file with front matter."""
    lines = ["---", f"title: {json.dumps(title, ensure_ascii=False)}", f"date: {date}"]
    lines += [f"{key}: {value}" for key, value in more.items()]
    return "\n".join([*lines, "---", "", body, ""])
