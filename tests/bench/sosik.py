"""The program under measurement: `sosik serve` on a store, with one server thread."""
import os
import pathlib
import re
import urllib.request

from processes import Process, free_port

PUBLIC_URL = "https://blog.example"  # not the address listened on: the bytes are the same in every run


class Sosik:
    """A folder with configuration and definitions; start() as often as one likes."""

    def __init__(self, bench, name, store, feeds=None, access_log="", memory_mib=256, publish=""):
        self.program = bench.program
        self.store = pathlib.Path(store)
        self.folder = bench.work / name
        self.access_log, self.memory_mib, self.publish = access_log, memory_mib, publish
        (self.folder / "feeds").mkdir(parents=True, exist_ok=True)
        for old in (self.folder / "feeds").iterdir():
            old.unlink()
        for feed, text in (feeds or {}).items():
            (self.folder / "feeds" / f"{feed}.toml").write_text(text)
        self.port, self.admin_port = free_port(), free_port()
        self.config = self.folder / "sosik.toml"
        self.configure(f"sqlite:{os.path.relpath(store, self.folder)}")

    def configure(self, store_url):
        self.config.write_text(f"""
[site]
title = "벤치"
public_url = "{PUBLIC_URL}"
[store]
url = "{store_url}"
[server]
listen = "127.0.0.1:{self.port}"
threads = 1
access_log = "{self.access_log}"
memory_mib = {self.memory_mib}
[admin]
listen = "127.0.0.1:{self.admin_port}"
[log]
level = "warn"
[publish]
{self.publish}
""")

    def command(self, name="serve"):
        return [str(self.program), name, "--config", str(self.config)]

    def launch(self, **options):
        """Without waiting until it listens."""
        return Process(self.command(), self.port, log=self.folder / "log", **options)

    def start(self, **options):
        return self.launch(**options).wait_until_up()

    def metrics(self):
        """{'sosik_compressions_total{coding="br"}': 1.0, ...}"""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin_port}/metrics", timeout=60) as answer:
            lines = answer.read().decode().splitlines()
        samples = (re.fullmatch(r"(\S+(?:\{.*\})?) (\S+)", line) for line in lines if not line.startswith("#"))
        return {m.group(1): float(m.group(2)) for m in samples if m}
