"""Rendering beside the generators that a site would use: npm's `feed` and `feedsmith`, warm, from the same posts."""
import shutil
import statistics
import subprocess

from documents import feed_file, ours, run
from report import Result

TITLE = "render: 50 full Korean posts from model values"
LIBRARIES = ("feed", "feedsmith")
BARS = {"rss": 6.0, "atom": 6.0, "json": 1.0}
NAMES = {"rss": "RSS", "atom": "Atom", "json": "JSON Feed"}


def installed(bench):
    """The folder with the script and its packages, fetched when they are not there."""
    source, folder = bench.sources / "generators", bench.out / "generators"
    folder.mkdir(exist_ok=True)
    wanted = (source / "package.json").read_text()
    here = folder / "package.json"
    if not (folder / "node_modules").exists() or not here.exists() or here.read_text() != wanted:
        here.write_text(wanted)
        subprocess.run(["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--silent"], check=True)
    shutil.copy(source / "render.mjs", folder)
    return folder / "render.mjs"


def measure(bench):
    script, file = installed(bench), feed_file(bench)
    count = 4 if bench.quick else 60
    for document, least in BARS.items():
        seen = {name: [] for name in ("ours", *LIBRARIES)}
        for _ in range(bench.rounds):
            seen["ours"].append(ours(bench, file, document, "render"))
            for library in LIBRARIES:  # V8 is warm after a few hundred milliseconds of the same
                seen[library].append(run(["node", script, file, library, document, count, count]))
        seconds = {name: statistics.median(round_[0] for round_ in rounds) for name, rounds in seen.items()}
        faster = min(LIBRARIES, key=seconds.get)
        said = "; ".join(f"{name} {seconds[name] * 1e3:.2f} ms, {seen[name][0][1]:,} bytes" for name in seen)
        yield Result(NAMES[document], f"CPU time, {faster} (the faster) ÷ sosik", seconds[faster] / seconds["ours"],
                     least=least, seen=said)
