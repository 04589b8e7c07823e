"""What the system tests on PostgreSQL share: databases of their own, and psql as another program would use it.

The server is the one of $SOSIK_TEST_STORE (scripts/test sets it), else one that is started for these tests.
"""
import atexit
import glob
import itertools
import os
import pathlib
import subprocess
import tempfile
import urllib.parse

from sosik import PROGRAM, ROOT, wait_for

# Debian's own `psql` first looks for clusters of the system, which takes longer than most of what is asked here.
PSQL = next(reversed(sorted(glob.glob("/usr/lib/postgresql/*/bin/psql"))), "psql")
_numbers = itertools.count()


def _own_server():
    folder = tempfile.mkdtemp(prefix="sosik-pg-")
    os.chmod(folder, 0o755)  # the server's own user goes through it
    script, data = ROOT / "scripts" / "postgres", pathlib.Path(folder) / "pg"
    url = subprocess.run([script, "start", data, "--fast"], check=True, capture_output=True, text=True).stdout.strip()
    atexit.register(lambda: (subprocess.run([script, "stop", data]), os.rmdir(folder)))
    os.environ["SOSIK_TEST_STORE"] = url
    return url


def server_url():
    return os.environ.get("SOSIK_TEST_STORE") or _own_server()


def psql(url, script):
    """Runs the script as the psql command does, and gives what it said on both outputs and its exit code."""
    done = subprocess.run(
        [PSQL, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", url],
        input=script, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", timeout=120,
    )
    return done.stdout.strip(), done.returncode


class Database:
    """An empty database, dropped at the end."""

    def __init__(self):
        self.name = f"sosik_{os.getpid()}_{next(_numbers)}"
        self.sql(f"CREATE DATABASE {self.name} TEMPLATE template0 ENCODING 'UTF8'", url=server_url())
        self.url = self.url_of()

    def url_of(self, user=None):
        parts = urllib.parse.urlsplit(server_url())
        place = parts.netloc.split("@")[-1]
        user = user or parts.netloc.split("@")[0]
        return urllib.parse.urlunsplit(parts._replace(netloc=f"{user}@{place}", path="/" + self.name))

    def sql(self, script, url=None):
        said, code = psql(url or self.url, script)
        assert code == 0, said
        return said

    def refusal(self, script, url=None):
        said, code = psql(url or self.url, script)
        assert code != 0, f"not refused: {script}"
        return said

    def migrate(self):
        """Makes the tables, as an operator does."""
        with tempfile.TemporaryDirectory() as folder:
            config = pathlib.Path(folder) / "sosik.toml"
            config.write_text('[site]\ntitle = "시험"\npublic_url = "http://127.0.0.1:8080"\nid_authority = "test.example"\n', encoding="utf-8")
            done = subprocess.run([PROGRAM, "migrate", "--config", config, "--store", self.url], capture_output=True, encoding="utf-8")
        assert done.returncode == 0, done.stderr
        return done.stdout

    def drop(self):
        self.sql(f"DROP DATABASE {self.name} WITH (FORCE)", url=server_url())


class Session:
    """A psql that stays, for transactions that overlap. What it is told is run in order; `said` waits for the answer."""

    def __init__(self, url):
        self.process = subprocess.Popen(
            [PSQL, "-X", "-q", "-A", "-t", url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", bufsize=1,
        )
        self.url = url
        self.pid = int(self.run("SELECT pg_backend_pid();"))

    def tell(self, statements):
        self.process.stdin.write(statements + "\n\\echo --done--\n")
        self.process.stdin.flush()

    def said(self):
        lines = []
        for line in self.process.stdout:
            if line == "--done--\n":
                return "".join(lines).strip()
            lines.append(line)
        raise AssertionError(f"psql ended: {''.join(lines)}")

    def run(self, statements):
        self.tell(statements)
        return self.said()

    def is_waiting(self):
        """For a lock that another session holds."""
        said, _ = psql(self.url, f"SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = {self.pid};")
        return said == "t"

    def blocks(self, statements):
        """Tells it something, and waits until it has to wait."""
        self.tell(statements)
        wait_for(self.is_waiting, f"'{statements}' to wait for a lock")

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
