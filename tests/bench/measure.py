#!/usr/bin/env python3
"""The server beside nginx on the same bytes: CPU time a request, requests a second, instructions a 304. Beside both, for
answers on kept connections, the anchor: an epoll loop that only sends our bytes, which is what is possible here.

Called by scripts/bench, which says where things are. One worker each, pinned to one core, load from the other, 64
keep-alive connections, interleaved rounds, medians (PRODUCT.md section 5). Ratios mean something, absolute times only on
the machine that printed them.
"""
import argparse
import gzip
import os
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time

SERVER_CORE, LOAD_CORE, CONNECTIONS = "0", "1", 64
# name, path, request fields that make the answer, the bar: nginx's CPU divided by ours
CASES = [
    ("304", "/rss.xml", "conditional", 1.3),
    ("200, 4 KB gzip", "/rss.xml", "gzip", 1.6),
    ("200, 55 KB gzip", "/large/rss.xml", "gzip", 1.15),
    ("200, 215 KB identity", "/large/rss.xml", "identity", 1.0),
    ("304, a connection a request", "/rss.xml", "conditional, closing", 1.0),
]
MAX_INSTRUCTIONS = 8000
# What a feed's 200 and 304 say besides validators (tests/support/memory_snapshots.hpp). nginx says it too, unless
# --plain-nginx: the same bytes on the wire.
FIELDS = [
    ("Cache-Control", "public, max-age=300, stale-while-revalidate=60, stale-if-error=86400"),
    ("Link", '<https://blog.example/rss.xml>; rel="self"'),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Link, Retry-After"),
    ("X-Content-Type-Options", "nosniff"),
]


def feed(size_gzipped, seed):
    """A feed of Korean words whose gzip form has about that size; the same on every machine."""
    rng = random.Random(seed)
    words = ["".join(chr(rng.randrange(0xAC00, 0xD7A4)) for _ in range(rng.randrange(1, 5))) for _ in range(3000)]
    items = ['<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>벤치</title>\n']
    while len(gzip.compress("".join(items).encode(), 6, mtime=0)) < size_gzipped:
        text = " ".join(rng.choice(words) for _ in range(20))
        items.append(f"<item><title>{text[:40]}</title><description>{text}</description></item>\n")
    return ("".join(items) + "</channel></rss>\n").encode()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def write_site(folder):
    for name, size, seed in [("rss.xml", 4_000, 1), ("large/rss.xml", 55_000, 2)]:
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        body = feed(size, seed)
        for suffix, data in [("", body), (".gz", gzip.compress(body, 6, mtime=0))]:
            with open(path + suffix, "wb") as f:
                f.write(data)
            os.utime(path + suffix, (1_700_000_000, 1_700_000_000))
            os.chmod(path + suffix, 0o644)


def start_nginx(work, site, port, fields=FIELDS):
    conf = os.path.join(work, "nginx.conf")
    lines = " ".join(f"add_header {name} '{value}';" for name, value in fields)
    with open(conf, "w") as f:
        f.write(f"""
daemon off; master_process off; worker_processes 1; pid {work}/nginx.pid; error_log {work}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  types {{ application/rss+xml xml; }}
  access_log off; sendfile on; tcp_nopush on; gzip_static on; keepalive_requests 1000000000;
  open_file_cache max=100; open_file_cache_valid 60s;
  client_body_temp_path {work}; proxy_temp_path {work}; fastcgi_temp_path {work};
  uwsgi_temp_path {work}; scgi_temp_path {work};
  server {{ listen 127.0.0.1:{port}; root {site}; gzip_vary on; {lines} }}
}}
""")
    return [shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin") or "nginx", "-c", conf]


def start_ours(server, site, port):
    return [server, str(port), "1", f"{site}/rss.xml", f"{site}/large/rss.xml"]


def launch(command, port, prefix=("taskset", "-c", SERVER_CORE)):
    process = subprocess.Popen([*prefix, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return process
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"bench: {command[0]} does not listen")
            time.sleep(0.05)


def stop(process):
    process.send_signal(signal.SIGTERM)
    process.wait(120)


def ask(port, path, fields):
    with socket.create_connection(("127.0.0.1", port)) as s:
        s.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{fields}\r\n".encode())
        data = b""
        while chunk := s.recv(65536):
            data += chunk
    return data


def fields_of(port, path, kind):
    if kind == "identity":
        return ["Accept-Encoding: identity"]
    fields = ["Accept-Encoding: gzip"]
    head = ask(port, path, fields[0] + "\r\n").split(b"\r\n\r\n")[0].decode()
    if not re.search(r"(?i)content-encoding: gzip", head):
        sys.exit(f"bench: {path} did not come as gzip:\n{head}")
    if kind.startswith("conditional"):
        tag = re.search(r"(?im)^etag: (.*?)\r?$", head).group(1)
        fields.append(f"If-None-Match: {tag}")
        if b" 304 " not in ask(port, path, "\r\n".join(fields) + "\r\n").split(b"\r\n")[0]:
            sys.exit(f"bench: no 304 for {path}")
    if kind.endswith("closing"):
        fields.append("Connection: close")
    return fields


def start_anchor(programs, work, port, path, fields):
    """The anchor, with the response that ours gives."""
    response = ask(port, path, "\r\n".join(fields) + "\r\n").replace(b"Connection: close\r\n", b"", 1)
    file = os.path.join(work, "anchor.response")
    with open(file, "wb") as f:
        f.write(response)
    own = free_port()
    return own, launch([os.path.join(programs, "anchor"), str(own), file], own)


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as f:
        parts = f.read().rsplit(")", 1)[1].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def load(process, port, path, fields, seconds):
    headers = [x for field in fields for x in ("-H", field)]
    before = cpu_seconds(process.pid)
    out = subprocess.run(
        ["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *headers,
         f"http://127.0.0.1:{port}{path}"], check=True, capture_output=True, text=True).stdout
    used = cpu_seconds(process.pid) - before
    if "Non-2xx or 3xx" in out or "Socket errors" in out:
        sys.exit("bench: errors under load:\n" + out)
    count = int(re.search(r"(\d+) requests in", out).group(1))
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
    return used / count * 1e6, rate


def send_requests(port, fields, count):
    """`count` conditional requests, over eight connections at a time."""
    request = ("GET /rss.xml HTTP/1.1\r\nHost: 127.0.0.1\r\n" + "\r\n".join(fields) + "\r\n\r\n").encode()
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(8)]
    for s in sockets:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for _ in range(count // len(sockets)):
        for s in sockets:
            s.sendall(request)
        for s in sockets:
            data = b""
            while b"\r\n\r\n" not in data:
                data += s.recv(4096)
    for s in sockets:
        s.close()


def instructions(command, port, work, count):
    """User-space instructions a 304: the difference between two runs, so that start-up falls out."""
    totals = []
    for n in (count, 2 * count):
        out = os.path.join(work, f"callgrind.{n}")
        prefix = ("valgrind", "--tool=callgrind", f"--callgrind-out-file={out}")
        process = launch(command, port, prefix)
        send_requests(port, fields_of(port, "/rss.xml", "conditional"), n)
        stop(process)
        with open(out) as f:
            totals.append(int(re.search(r"^(?:totals|summary): (\d+)", f.read(), re.M).group(1)))
    return (totals[1] - totals[0]) / count


def plot(path, rows):
    """Bars of nginx's CPU divided by ours, with the bar of each case as a line."""
    scale, height = 200, 40
    shapes = []
    for i, (name, ratio, bar) in enumerate(rows):
        y = 20 + i * height
        colour = "#2a7" if ratio >= bar else "#c52"
        shapes.append(f'<text x="10" y="{y + 15}">{name}</text>'
                      f'<rect x="230" y="{y}" width="{ratio * scale:.0f}" height="22" fill="{colour}"/>'
                      f'<line x1="{230 + bar * scale:.0f}" x2="{230 + bar * scale:.0f}" y1="{y - 4}" '
                      f'y2="{y + 26}" stroke="#000"/>'
                      f'<text x="{240 + max(ratio, bar) * scale:.0f}" y="{y + 15}">{ratio:.2f} (bar {bar})</text>')
    with open(path, "w") as f:
        f.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="720" height="{40 + len(rows) * height}" '
                f'font-family="sans-serif" font-size="13">' + "".join(shapes) + "</svg>\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", required=True, help="folder of bench_server and anchor")
    parser.add_argument("--out", required=True, help="folder for table and working files")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--only", default="", help="only answers whose name begins so")
    parser.add_argument("--plain-nginx", action="store_true", help="nginx without our header fields")
    parser.add_argument("--instructions-only", action="store_true")
    parser.add_argument("--no-instructions", action="store_true")
    args = parser.parse_args()
    out = os.path.abspath(args.out)
    site = os.path.join(out, "site")
    write_site(site)
    bench_server = os.path.join(args.programs, "bench_server")

    lines, rows = [], []
    if not args.instructions_only:
        ports = {"nginx": free_port(), "sosik": free_port()}
        servers = {"nginx": launch(start_nginx(out, site, ports["nginx"], [] if args.plain_nginx else FIELDS), ports["nginx"]),
                   "sosik": launch(start_ours(bench_server, site, ports["sosik"]), ports["sosik"])}
        lines += ["| answer | nginx µs CPU | sosik µs CPU | nginx ÷ sosik | bar | nginx ÷ anchor | nginx req/s "
                  "| sosik req/s |", "|---|---|---|---|---|---|---|---|"]
        try:
            for name, path, kind, bar in CASES:
                if not name.startswith(args.only):
                    continue
                fields = {who: fields_of(ports[who], path, kind) for who in servers}
                field = dict(servers)
                if not kind.endswith("closing"):
                    fields["anchor"] = fields["sosik"]
                    ports["anchor"], field["anchor"] = start_anchor(args.programs, out, ports["sosik"], path, fields["sosik"])
                seen = {who: [] for who in field}
                for who in field:  # warm
                    load(field[who], ports[who], path, fields[who], 1)
                for _ in range(args.rounds):
                    for who in field:
                        seen[who].append(load(field[who], ports[who], path, fields[who], args.seconds))
                if "anchor" in field:
                    stop(field["anchor"])
                cpu = {who: statistics.median(c for c, _ in seen[who]) for who in field}
                rate = {who: statistics.median(r for _, r in seen[who]) for who in field}
                possible = f"{cpu['nginx'] / cpu['anchor']:.2f}" if "anchor" in cpu else ""
                lines.append(f"| {name} | {cpu['nginx']:.2f} | {cpu['sosik']:.2f} | {cpu['nginx'] / cpu['sosik']:.2f} | "
                             f"{bar} | {possible} | {rate['nginx']:.0f} | {rate['sosik']:.0f} |")
                rows.append((name, cpu["nginx"] / cpu["sosik"], bar))
                print(lines[-1], flush=True)
        finally:
            for process in servers.values():
                stop(process)
        plot(os.path.join(out, "ratios.svg"), rows)
    if not args.no_instructions and shutil.which("valgrind"):
        port = free_port()
        ours = instructions(start_ours(bench_server, site, port), port, out, 4000)
        lines += ["", f"Instructions in user space a 304: {ours:.0f} (bar: {MAX_INSTRUCTIONS})"]
        print(lines[-1])
    table = os.path.join(out, "table.md")
    with open(table, "w") as f:
        f.write("\n".join(lines) + "\n")
    print(f"written: {table}")


main()
