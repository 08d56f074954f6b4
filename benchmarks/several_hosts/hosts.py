"""Hosts on one machine: each has a network, a process table and a folder of its own.

They are joined by a bridge, whose links can be cut or made slow. All of it lies in a network that
this process made for itself, so the machine's own is not touched and everything ends with it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

_INSIDE = "SEVERAL_HOSTS_INSIDE"
_NETWORK = "10.77.0"
_TOOLS = ("ip", "tc", "unshare", "nsenter", "mount")
_NEW_HOST = ("unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child")
_PERIOD = 1.0
"""Seconds in which a slowed host once stops and goes on."""


def enter(module: str) -> None:
    """Starts this program anew in a network of its own, unless that was done.

    Args:
        module: What ``python -m`` is to run.
    """
    if os.environ.get(_INSIDE):
        _command("ip", "link", "set", "lo", "up")
        _command("ip", "link", "add", "bridge", "type", "bridge")
        _command("ip", "link", "set", "bridge", "up")
        return
    _start_inside(module)


def _start_inside(module: str) -> NoReturn:
    words = ["unshare", "--user", "--map-root-user", "--net", "--mount"]
    words += [sys.executable, "-m", module, *sys.argv[1:]]
    try:
        os.execvpe("unshare", words, os.environ | {_INSIDE: "1"})  # noqa: S606, S607
    except FileNotFoundError:
        sys.exit(f"This needs Linux with {', '.join(_TOOLS)} (util-linux and iproute2).")


class Host:
    """A host on the bridge.

    Attributes:
        address: Its address on the network of the bridge.
    """

    def __init__(self, number: int, own: Path, shared: Path) -> None:
        """Starts one.

        Args:
            number: From 1 to 254.
            own: A new folder, which it alone sees,
            shared: under this path, which is every host's for its own folder.
        """
        self.address, self._link = f"{_NETWORK}.{number}", f"host{number}"
        self._holder = subprocess.Popen(  # noqa: S603
            [*_NEW_HOST, "sh", "-c", "echo started; exec sleep infinity"],
            stdout=subprocess.PIPE,
            text=True,
        )
        if self._holder.stdout is None or not self._holder.stdout.readline():
            raise RuntimeError("This system lets nobody make a namespace of processes.")
        children = Path(f"/proc/{self._holder.pid}/task/{self._holder.pid}/children")
        self._first = int(children.read_text(encoding="ascii"))
        """The host's first process, with which all others end."""
        _command(
            *("ip", "link", "add", self._link, "type", "veth"),
            *("peer", "name", "eth0", "netns", str(self._first)),
        )
        _command("ip", "link", "set", self._link, "master", "bridge", "up")
        for words in (
            ("ip", "link", "set", "lo", "up"),
            ("ip", "address", "add", f"{self.address}/24", "dev", "eth0"),
            ("ip", "link", "set", "eth0", "up"),
            ("mount", "--bind", str(own), str(shared)),
        ):
            _command(*self._inside(words))

    def start(self, words: Sequence[str], **more: str) -> subprocess.Popen[str]:
        """Starts a command on it.

        Args:
            words: The command.
            **more: Environment variables on top of this process's.
        """
        return subprocess.Popen(  # noqa: S603
            self._inside(words),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | more,
        )

    def run(self, words: Sequence[str], **more: str) -> None:
        """Runs a command on it to its end.

        Raises:
            RuntimeError: It failed.
        """
        # No pipe: what the command leaves running would keep it open.
        done = subprocess.run(  # noqa: S603
            self._inside(words), stdout=subprocess.DEVNULL, env=os.environ | more, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)} ended with {done.returncode}.")

    def cut(self) -> None:
        """Takes its link down: nothing reaches it, and it does not know."""
        _command("ip", "link", "set", self._link, "down")

    def narrow(self, rate: str) -> None:
        """Limits its link in both directions.

        Args:
            rate: As tc writes it: ``4mbit``.
        """
        limit = ("root", "tbf", "rate", rate, "burst", "32kb", "latency", "500ms")
        _command("tc", "qdisc", "add", "dev", self._link, *limit)
        _command(*self._inside(("tc", "qdisc", "add", "dev", "eth0", *limit)))

    def hide(self, folder: Path) -> None:
        """Shows it nothing in a folder, as if that was not shared with it."""
        _command(*self._inside(("mount", "-t", "tmpfs", "none", str(folder))))

    def freeze_workers(self) -> None:
        """Stops the workers and nothing else: Ray still hears from the host."""
        self._signal(signal.SIGSTOP, workers=True)

    def freeze(self) -> None:
        """Stops everything on it, as when a laptop's lid is closed."""
        self._signal(signal.SIGSTOP)

    @contextmanager
    def slowed(self, share: float) -> Iterator[None]:
        """Lets its workers compute for only a share of each second.

        Args:
            share: Between 0 and 1.
        """
        over = threading.Event()

        def take_turns() -> None:
            while not over.wait(_PERIOD * share):
                self._signal(signal.SIGSTOP, workers=True)
                over.wait(_PERIOD * (1 - share))
                self._signal(signal.SIGCONT, workers=True)

        thread = threading.Thread(target=take_turns)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def processor_seconds(self) -> float:
        """What its workers have taken of the processors so far."""
        ticks = 0
        for process in self._workers():
            with suppress(OSError):
                status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
                ticks += sum(map(int, status.rpartition(")")[2].split()[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def end(self) -> None:
        """Ends it with everything that runs on it."""
        _command("ip", "link", "delete", self._link)  # its network may outlive it for a while
        os.kill(self._first, signal.SIGKILL)
        self._holder.communicate()

    def _inside(self, words: Sequence[str]) -> list[str]:
        return ["nsenter", f"--target={self._first}", "--net", "--mount", "--pid", "--", *words]

    def _signal(self, number: signal.Signals, *, workers: bool = False) -> None:
        for process in self._workers() if workers else self._processes():
            with suppress(ProcessLookupError):
                os.kill(process, number)

    def _workers(self) -> list[int]:
        found = []
        for process in self._processes():
            with suppress(OSError):
                if Path(f"/proc/{process}/cmdline").read_bytes().startswith(b"ray::Worker"):
                    found.append(process)
        return found

    def _processes(self) -> list[int]:
        """Its processes but the first, by the numbers they have outside."""
        own, found = Path(f"/proc/{self._first}/ns/pid").readlink(), []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it ended meanwhile, or is another user's
                if (folder / "ns/pid").readlink() == own:
                    found.append(int(folder.name))
        return [process for process in found if process != self._first]


def _command(*words: str) -> None:
    try:
        subprocess.run(words, check=True, capture_output=True, text=True)  # noqa: S603
    except FileNotFoundError:
        sys.exit(f"This needs Linux with {', '.join(_TOOLS)} (util-linux and iproute2).")
    except subprocess.CalledProcessError as error:
        raise RuntimeError(f"{' '.join(words)}: {error.stderr.strip()}") from error
