"""Working the ledger off on PostgreSQL, beside pgbench with a script that does the same by hand (claims.sql)."""
import atexit
import glob
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile
import time

from processes import fail
from report import Result

TITLE = "claims: deliveries claimed and recorded on PostgreSQL"
CLIENTS = 2
BATCHES = (50, 200)
OF_A_BATCH = 3  # deliveries of one event about one post, to different targets

# Both schemas alike. A sixth more than is worked off: towards the end the two clients would get batches that are not full.
FILL = """
TRUNCATE events, deliveries, attempts, target_state RESTART IDENTITY;
INSERT INTO events (site_id, number, event_id, kind, subject, revision, at, is_quiet, data)
  SELECT 1, n, 'evt_' || md5(n::text), 1, 'post-' || n, 1, 1000, 0,
    json_build_object('title', repeat('글', 30), 'excerpt', repeat('한글 ', 120), 'key', md5(n::text))
  FROM generate_series(1, {events}) AS n;
INSERT INTO deliveries (site_id, kind, target, topic, subject, event_number, revision, created_at, next_at)
  SELECT 1, 2, 'webhook:ep_' || n % {of}, 'evt_' || md5((n / {of} + 1)::text), 'post-' || (n / {of} + 1), n / {of} + 1, 1, 1000, 1000 + n
  FROM generate_series(0, {events} * {of} - 1) AS n;
"""


def programs():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    return pathlib.Path(found[-1]) if found else fail("there is no PostgreSQL: install the package postgresql")


class Server:
    """A PostgreSQL of our own that keeps what it commits."""

    def __init__(self, bench):
        self.script = bench.sources.parents[1] / "scripts/postgres"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sosik-claims-"))
        self.folder.chmod(0o755)  # the server's own user goes through it
        atexit.register(self.stop)
        self.url = subprocess.run([self.script, "start", self.folder / "pg"], check=True, capture_output=True,
                                  text=True).stdout.strip()

    def stop(self):
        subprocess.run([self.script, "stop", self.folder / "pg"])
        shutil.rmtree(self.folder, ignore_errors=True)

    def url_of(self, schema):
        return f"{self.url}?options=-csearch_path%3D{schema}"

    def sql(self, schema, script):
        subprocess.run([programs() / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", self.url_of(schema)], input=script,
                       check=True, text=True, stdout=subprocess.DEVNULL)

    def fill(self, schema, count):
        self.sql(schema, FILL.format(events=count * 7 // 6 // OF_A_BATCH, of=OF_A_BATCH))
        for table in ("events", "deliveries", "attempts"):
            self.sql(schema, f"VACUUM ANALYZE {table};")
        self.sql(schema, "CHECKPOINT;")


def ours(bench, server, batch, count):
    """Deliveries a second."""
    server.fill("ours", count)
    said = subprocess.run([bench.programs / "claims", server.url_of("ours"), str(batch), str(count), str(CLIENTS)],
                          check=True, capture_output=True, text=True).stdout.split()
    return int(said[0]) / float(said[1])


def by_hand(bench, server, batch, count):
    server.fill("by_hand", count)
    said = subprocess.run(
        [programs() / "pgbench", "--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}", f"--jobs={CLIENTS}",
         f"--transactions={count // batch // CLIENTS}", "--define", f"batch={batch}", "--define",
         f"now={int(time.time() * 1000)}", "--file", bench.sources / "claims.sql", server.url_of("by_hand")],
        check=True, capture_output=True, text=True, env={**os.environ, "PGOPTIONS": ""})
    if "number of failed transactions: 0 " not in said.stdout:
        fail(f"pgbench: {said.stdout}{said.stderr}")
    return float(re.search(r"^tps = ([0-9.]+)", said.stdout, re.M)[1]) * batch


def measure(bench):
    server = Server(bench)
    for schema in ("ours", "by_hand"):
        server.sql("public", f"CREATE SCHEMA {schema};")
        subprocess.run([bench.programs / "claims", server.url_of(schema), "1", "0", "1"], check=True, stdout=subprocess.DEVNULL)
    count = 2_000 if bench.quick else 40_000
    for batch in BATCHES:
        seen = {ours: [], by_hand: []}
        for _ in range(bench.rounds):
            for measured, rates in seen.items():
                rates.append(measured(bench, server, batch, count))
        rates = {measured: statistics.median(found) for measured, found in seen.items()}
        yield Result(f"{CLIENTS} nodes, batches of {batch}", "deliveries a second, sosik ÷ pgbench", rates[ours] / rates[by_hand],
                     least=0.8, seen=f"sosik {rates[ours]:,.0f}/s, pgbench {rates[by_hand]:,.0f}/s")
    server.stop()
