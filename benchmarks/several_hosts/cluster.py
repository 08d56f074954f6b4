"""A Ray cluster on hosts, and the report that is computed on it."""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from benchmarks.several_hosts.hosts import Host
from facemask_core import runs
from facemask_core.runs.rows import join_rows

ROOT = Path(__file__).resolve().parents[2]
_PORT = 6379
_LOOK = 0.5
"""Seconds between two looks at how far a report is."""

Event = Callable[["Cluster"], None]


class Cluster:
    """Ray on several hosts; the first one is its head, computes nothing, and asks for reports.

    Attributes:
        data: The photographs, which all hosts see.
        workers: The hosts that compute.
    """

    def __init__(self, workers: int, data: Path) -> None:
        """Starts it.

        Args:
            workers: How many hosts compute.
            data: The photographs.
        """
        self.data = data
        self._stack = ExitStack()
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        self._shared = self._folder / "ray"
        self._shared.mkdir()
        self.head = self._start_host()
        self.workers: list[Host] = []
        self.head.run(
            _ray(
                *("--head", f"--port={_PORT}", f"--temp-dir={self._shared}", "--num-cpus=0"),
                *("--include-dashboard=false", f"--node-ip-address={self.head.address}"),
            )
        )
        for _ in range(workers):
            self.add_worker()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"{self.head.address}:{_PORT}"

    def add_worker(self) -> None:
        """Adds a host that computes."""
        host = self._start_host()
        own = f"--node-ip-address={host.address}"
        host.run(_ray(f"--address={self.address}", own, "--num-cpus=1"))
        self.workers.append(host)

    def slow_down(self, host: Host, share: float) -> None:
        """Lets a host compute for only a share of each second, to the end."""
        self._stack.enter_context(host.slowed(share))

    def _start_host(self) -> Host:
        number = sum(path.name.startswith("host") for path in self._folder.iterdir()) + 1
        own = self._folder / f"host{number}"
        own.mkdir()
        host = Host(number, own, self._shared)
        self._stack.callback(host.end)
        return host


def _ray(*words: str) -> list[str]:
    program = shutil.which("ray", path=str(Path(sys.executable).parent)) or "ray"
    memory = f"--object-store-memory={200 * 2**20}"
    return [program, "start", *words, memory, "--disable-usage-stats"]


def evaluate(words: Sequence[str], store: Path) -> list[str]:
    """The command of a report.

    Args:
        words: Its options.
        store: Where its rows are stored.
    """
    return [sys.executable, "-m", "facemask_core", "evaluate", *words, "--store", str(store)]


def report_on(
    cluster: Cluster, words: Sequence[str], store: Path, event: Event, share: float, limit: float
) -> dict[str, Any]:
    """Computes a report while something happens to its hosts.

    Args:
        cluster: The hosts.
        words: Options of the report.
        store: An empty folder for its rows.
        event: What happens.
        share: After which share of the files.
        limit: Seconds after which the report is given up.

    Returns:
        ``seconds`` from the command to its end, ``after_s`` of them after the event, ``code`` (None
        where it was given up), ``said``, its lines on standard error, and ``processor_s``, what
        each host's workers took.
    """
    started = time.perf_counter()
    engine = ("--engine", "ray", "--address", cluster.address)
    command = cluster.head.start(evaluate([*words, *engine], store), PYTHONPATH=str(ROOT))
    happened, processor = None, dict[str, float]()
    with runs.Store(store) as opened:
        while command.poll() is None and time.perf_counter() - started < limit:
            if happened is None and _share_done(opened) >= share:
                event(cluster)
                happened = time.perf_counter()
            for host in cluster.workers:  # those that ended are not counted any more
                before = processor.get(host.address, 0.0)
                processor[host.address] = max(before, host.processor_seconds())
            time.sleep(_LOOK)
    ended, code = time.perf_counter(), command.poll()
    if happened is None:
        raise RuntimeError("The report ended before anything happened.")
    command.kill()
    _, said = command.communicate()
    return {
        "seconds": round(ended - started, 1),
        "after_s": round(ended - happened, 1),
        "code": code,
        "said": [line for line in said.splitlines() if line.strip()],
        "processor_s": [round(processor[host.address], 1) for host in cluster.workers],
    }


def _share_done(store: runs.Store) -> float:
    return max((entry.done / entry.question.files for entry in store.runs()), default=0.0)


def fingerprint(store: Path) -> dict[str, Any]:
    """What a store's only run asks and holds, as hashes; times are left out.

    Args:
        store: Its folder.
    """
    with runs.Store(store) as opened:
        (entry,) = opened.runs()
        rows = join_rows(opened.read(entry.question).rows())
    digest = hashlib.sha256(repr((rows.paths, rows.skipped)).encode())
    for column in (rows.labels, rows.clean, *vars(rows.attack).values()):
        digest.update(b"" if column is None else column.tobytes())
    return {
        "question_sha256": entry.question.sha256,
        "rows_sha256": digest.hexdigest(),
        "images": len(rows.paths),
    }
