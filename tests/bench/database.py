"""A PostgreSQL of the benchmarks' own."""
import atexit
import glob
import pathlib
import shutil
import subprocess
import tempfile

from processes import fail


def programs():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    return pathlib.Path(found[-1]) if found else fail("there is no PostgreSQL: install the package postgresql")


class Server:
    """A PostgreSQL of our own that keeps what it commits."""

    def __init__(self, bench):
        self.script = bench.sources.parents[1] / "scripts/postgres"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sosik-bench-"))
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
