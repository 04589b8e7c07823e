#!/usr/bin/env python3
"""Runs the sections and writes what they found. Called by scripts/bench; docs/benchmarks.md says what is measured."""
import argparse
import importlib
import os
import pathlib
import resource
import subprocess
import sys

import plot
import report

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECTIONS = ["answers", "shapes", "latency", "memory", "instructions", "publish", "start", "feeds", "sites", "notify",
            "compression", "render", "gate", "claims", "engines"]


class Bench:
    """Where things are, and how long to measure."""

    def __init__(self, options):
        self.quick = options.quick
        self.rounds = options.rounds or (1 if self.quick else 5)
        self.seconds = options.seconds or (1 if self.quick else 3)
        self.program = ROOT / "build/release/sosik"
        self.programs = ROOT / "build/release/tests/bench"
        self.sources = ROOT / "tests/bench"
        self.out = ROOT / "build/bench"
        self.work = self.out / "work"
        self.work.mkdir(parents=True, exist_ok=True)

    @staticmethod
    def say(text):
        print(f"   {text}", flush=True)


def commit():
    said = subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True, text=True)
    return said.stdout.strip() or "unknown"


def circumstances(bench):
    nginx = subprocess.run(["nginx", "-v"], capture_output=True, text=True).stderr.strip().rpartition("/")[2]
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    return (f"Commit {commit()}, nginx {nginx}, {cpu}, load {os.getloadavg()[0]:.1f} at the end; {bench.rounds} "
            f"interleaved rounds of {bench.seconds} s, medians. Server on core 0, load on core 1. Ratios mean "
            "something; absolute numbers only on this machine, this day."
            + (" A quick run: its numbers mean nothing." if bench.quick else ""))


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measures the program beside its anchors.")
    parser.add_argument("sections", nargs="*", metavar="section", help=f"of {', '.join(SECTIONS)}; none: all")
    parser.add_argument("--quick", action="store_true", help="one short round on small stores: does it run?")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=int)
    options = parser.parse_args()
    if unknown := set(options.sections) - set(SECTIONS):
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    if os.cpu_count() < 2:
        sys.exit("bench: two cores are needed, one for the server and one for the load")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    bench = Bench(options)
    found = []
    for name in options.sections or SECTIONS:
        section = importlib.import_module(name)
        print(f"== {section.TITLE}", flush=True)
        results = []
        found.append((section.TITLE, results))
        for result in section.measure(bench):
            results.append(result)
            print("   " + " | ".join(cell for cell in result.cells() if cell), flush=True)
        # After each section, so that what ends early leaves what it found.
        (bench.out / "table.md").write_text(report.table(found, circumstances(bench)))
        (bench.out / "ratios.svg").write_text(plot.svg(found))
    subprocess.run(["rsvg-convert", "-o", str(bench.out / "ratios.png"), str(bench.out / "ratios.svg")], check=True)
    print(f"written: {bench.out}/table.md, ratios.svg, ratios.png")


main()
