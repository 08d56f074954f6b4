"""The lab's server as a process of its own, what it holds in memory, and a report beside it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from facemask_core.jobs import Data, Job, Kind, Order, Queue

ROOT = Path(__file__).resolve().parents[2]
_MIB = 2**20
_REPORT = Order(
    model="mobilenetv3",
    data=Data(kind=Kind.PORTRAITS, title="Shipped portraits"),
    attack="pgd",
    settings={"steps": 20},
    epsilon=4 / 255,
)


class Server:
    """A running lab."""

    def __init__(self, home: Path) -> None:
        """Starts it on a free port and waits until it answers.

        Args:
            home: Where its reports lie.
        """
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.home = home
        self.address = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(  # noqa: S603  (the lab's own command line)
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
            cwd=ROOT,
            env=os.environ | {"FACEMASK_HOME": str(home)},
            stdout=subprocess.DEVNULL,
        )
        self._wait_until_healthy()

    def _wait_until_healthy(self) -> None:
        end = time.monotonic() + 300
        while True:
            try:
                with urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=5):  # noqa: S310
                    return
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise
                time.sleep(0.2)

    def report(self) -> Job:
        """Asks for a report, which the server's worker then computes beside the class."""
        (job,) = Queue(self.home).add("class of thirty", [_REPORT])
        return job

    def reported(self, job: Job) -> tuple[int, int]:
        """How many pictures of the report are answered, and of how many."""
        now = Queue(self.home).get(job.id)
        return now.done, now.total

    @property
    def memory(self) -> float:
        """MiB the server holds."""
        status = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii")
        return int(status.split()[1]) * os.sysconf("SC_PAGE_SIZE") / _MIB

    @property
    def processor(self) -> float:
        """Seconds the server has had of the processors."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
        spent = fields.rpartition(")")[2].split()[11:13]
        return sum(map(int, spent)) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """Ends it and its worker."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        for pid in _workers(self.home):
            os.kill(pid, signal.SIGKILL)


def _workers(home: Path) -> Iterator[int]:
    """The processes that compute this home's reports; they outlive their server."""
    variable = f"FACEMASK_HOME={home}".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            variables = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended meanwhile, or is another user's
        if words[2:4] == [b"facemask_core", b"work"] and variable in variables:
            yield int(entry.name)


@contextmanager
def running(home: Path) -> Iterator[Server]:
    """A lab for as long as the block runs."""
    server = Server(home)
    try:
        yield server
    finally:
        server.stop()
