"""Runs system tests: run.py [NAME]. test_NAME.py, or all, as many files side by side as there are cores: mostly they wait.
What a file printed is shown when it has failed."""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent


def run(file):
    begin = time.monotonic()
    done = subprocess.run([sys.executable, "-m", "unittest", "discover", "-s", HERE, "-p", file.name], text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace")
    said = done.stdout.strip()
    count = re.search(r"^Ran (\d+) test", said, re.MULTILINE)
    is_good = done.returncode == 0 and count is not None and int(count[1]) > 0
    end = said.rsplit("\n", 1)[-1]
    print(f"-- {file.stem}: {count[1] if count else 'no'} tests, {end} ({time.monotonic() - begin:.0f} s)", flush=True)
    if not is_good:
        print(said, flush=True)
    return file.stem, is_good, int(count[1]) if count else 0


def main():
    pattern = f"test_{sys.argv[1] if len(sys.argv) > 1 else '*'}.py"
    files = sorted(HERE.glob(pattern), key=lambda f: f.stat().st_size, reverse=True)  # the long ones first
    if not files:
        sys.exit(f"there is no tests/system/{pattern}")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(run, files))
    failed = [name for name, is_good, _ in results if not is_good]
    print(f"{sum(count for _, _, count in results)} tests in {len(files)} files; failed: {', '.join(failed) or 'none'}")
    sys.exit(bool(failed))


main()
