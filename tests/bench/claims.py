"""Working the ledger off on PostgreSQL, beside pgbench with a script that does the same by hand (claims.sql)."""
import os
import re
import statistics
import subprocess
import time

from database import Server, programs
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


def fill(server, schema, count):
    server.sql(schema, FILL.format(events=count * 7 // 6 // OF_A_BATCH, of=OF_A_BATCH))
    for table in ("events", "deliveries", "attempts"):
        server.sql(schema, f"VACUUM ANALYZE {table};")
    server.sql(schema, "CHECKPOINT;")


def ours(bench, server, batch, count):
    """Deliveries a second."""
    fill(server, "ours", count)
    said = subprocess.run([bench.programs / "claims", server.url_of("ours"), str(batch), str(count), str(CLIENTS)],
                          check=True, capture_output=True, text=True).stdout.split()
    return int(said[0]) / float(said[1])


def by_hand(bench, server, batch, count):
    fill(server, "by_hand", count)
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
