"""The lab as a process of its own: started, watched and ended, for benchmarks and tests."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

ROOT = Path(__file__).resolve().parents[1]
_MIB = 2**20


class Server:
    """The lab on a free port, with its reports in a folder.

    Attributes:
        process: The server.
        port: Its port.
        address: Where it answers.
    """

    environment: ClassVar[dict[str, str]] = {}
    """Variables that every server gets; tests keep all of theirs from other machines by it."""

    def __init__(
        self,
        home: Path,
        entry: Sequence[str] = ("-m", "streamlit"),
        *,
        log: Path | None = None,
        port: int | None = None,
        **more: str,
    ) -> None:
        """Starts it and waits until it answers.

        Args:
            home: The folder.
            entry: What Python is told to run, instead of Streamlit as it is.
            log: Where what it prints is kept; nowhere if None.
            port: Its port; a free one if None.
            **more: Further variables of its environment.

        Raises:
            RuntimeError: It does not come up.
        """
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = port or probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        with (log or Path(os.devnull)).open("wb") as output:
            self.process = subprocess.Popen(  # noqa: S603  (the lab's own command line)
                [sys.executable, *entry, "run", "app.py", "--server.port", str(self.port)],
                cwd=ROOT,
                env=os.environ
                | {"PYTHONUNBUFFERED": "1", "FACEMASK_HOME": str(home)}
                | self.environment
                | more,
                stdout=output,
            )
        try:
            wait_until_healthy(self.address, lambda: self.process.poll() is None)
        except RuntimeError:
            self.kill()
            raise

    @property
    def memory(self) -> float:
        """MiB the server holds; Linux alone tells them in a file."""
        status = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii")
        return int(status.split()[1]) * os.sysconf("SC_PAGE_SIZE") / _MIB

    @property
    def processor(self) -> float:
        """Seconds the server has had of the processors; Linux alone tells them in a file."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
        spent = fields.rpartition(")")[2].split()[11:13]
        return sum(map(int, spent)) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """Ends it, by force if it does not go."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Ends it at once, as a crash would."""
        self.process.kill()
        self.process.wait(20)


@contextmanager
def running(
    home: Path,
    entry: Sequence[str] = ("-m", "streamlit"),
    *,
    log: Path | None = None,
    port: int | None = None,
    **more: str,
) -> Iterator[Server]:
    """A lab for as long as the block runs; its worker ends with it.

    Args:
        home: Where its reports lie.
        entry: What Python is told to run, instead of Streamlit as it is.
        log: Where what it prints is kept; nowhere if None.
        port: Its port; a free one if None.
        **more: Further variables of its environment.
    """
    server = Server(home, entry, log=log, port=port, **more)
    try:
        yield server
    finally:
        server.stop()
        for pid in workers(home):
            os.kill(pid, signal.SIGKILL)


def workers(home: Path) -> list[int]:
    """The processes that compute the reports of a folder; they outlive their server.

    Without ``/proc``, as on macOS and Windows, none is found, and each ends by itself once it has
    had nothing to do for a minute.

    Args:
        home: The folder.
    """
    found, variable = [], f"FACEMASK_HOME={home}".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            variables = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended meanwhile, or is another user's
        if words[2:4] == [b"facemask_core", b"work"] and variable in variables:
            found.append(int(entry.name))
    return found


def wait_until_healthy(
    address: str, lives: Callable[[], bool] = lambda: True, seconds: float = 90.0
) -> None:
    """Waits until a server answers.

    Args:
        address: Where.
        lives: Whether it can still come up.
        seconds: How long at most.

    Raises:
        RuntimeError: It has ended, or takes too long.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not lives():
            raise RuntimeError("The server stopped while starting.")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5):  # noqa: S310
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"The server did not become healthy in {seconds:.0f} seconds.")
