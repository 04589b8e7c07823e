"""Servers under measurement: started on their core, asked how much CPU time and memory they used, stopped."""
import atexit
import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

SERVER_CORE, LOAD_CORE = "0", "1"
PATIENCE = 300  # seconds for what must come: the start on a million posts, under valgrind


def fail(why):
    sys.exit(f"bench: {why}")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(check, what):
    end = time.monotonic() + PATIENCE
    while not (got := check()):
        if time.monotonic() > end:
            fail(f"waited {PATIENCE} s in vain for {what}")
        time.sleep(0.02)
    return got


class Process:
    """A server of ours, nginx or the anchor. `with` stops it."""

    def __init__(self, command, port, prefix=("taskset", "-c", SERVER_CORE), log=os.devnull):
        self.port = port
        self.name = pathlib.Path(command[0]).name
        with open(log, "ab") as out:
            self.child = subprocess.Popen([*prefix, *command], stdout=out, stderr=out)
        self.pid = self.child.pid
        atexit.register(self._end)  # a measurement that fails half-way leaves nothing running

    def wait_until_up(self):
        wait_for(self._is_up, f"{self.name} to listen")
        return self

    def _is_up(self):
        if self.child.poll() is not None:
            fail(f"{self.name} ended with {self.child.returncode}")
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def cpu_seconds(self):
        """Of all threads that live, to the nanosecond."""
        total = 0
        for task in os.listdir(f"/proc/{self.pid}/task"):
            with contextlib.suppress(FileNotFoundError), open(f"/proc/{self.pid}/task/{task}/schedstat") as f:
                total += int(f.read().split()[0])
        return total / 1e9

    def resident_bytes(self):
        with open(f"/proc/{self.pid}/statm") as f:
            return int(f.read().split()[1]) * os.sysconf("SC_PAGESIZE")

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        self.child.wait(PATIENCE)

    def _end(self):
        if self.child.poll() is None:
            self.child.kill()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.child.poll() is None:
            self.stop()
