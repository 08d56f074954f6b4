"""A server of two cores that one address floods in every known way, while a visitor works."""

from __future__ import annotations

import os
import statistics
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hostile import Hostile, large_picture, order_report, run
from websocket_client import Tab

from benchmarks.served import Server, workers
from facemask_core.data import samples
from facemask_core.jobs import Queue, State

pytestmark = pytest.mark.slow
PROC = Path("/proc")
FLOOR_SECONDS = 2.0
"""What a page may usually take before three times as much is too long: a busy machine's noise."""
QUEUE_SECONDS = 120
"""Another visitor's report is taken within this time of the flood's having filled its places, and
computed within this time of the flood's end."""
AFTERMATH_SECONDS = 10.0
"""Of a processor, which the server takes once the flood's tabs have closed; 35 were measured where
it finished what it had begun for them."""
WORKER_SECONDS = 60.0
"""Of a processor: what the worker needs to start, for the batch of the flood's that it has begun,
and for the report, twice over. A machine that other programs keep busy gives it less."""
LIBRARIES_THREADS = 16 * (os.cpu_count() or 2)
"""What an idle server has once many have computed, for each core: the libraries' own stay. Pages of
samples whose films lie on disk start none of them."""
FLOODS = {
    "_forge",
    "_come_from_elsewhere",
    "_upload_large",
    "_upload_unasked",
    "_fill_queue",
    "_close_tabs",
}
"""Those that end, and begin again; the forty tabs under attack do not."""


@contextmanager
def two_cores() -> Iterator[None]:
    """What is started meanwhile has two cores."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(sorted(cores)[:2]))
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def visit(address: str, number: int) -> float:
    """Looks at a sample under FGSM; returns the seconds until the page was whole."""
    name = samples.gallery()[-1 - number].id
    with Tab(address) as tab:
        start = time.monotonic()
        kinds = {
            message.delta.new_element.WhichOneof("type")
            for message in run(tab, "Attack", f"epsilon={number + 3}&sample={name}")
        }
        assert "exception" not in kinds
        return time.monotonic() - start


def list_family(pid: int) -> list[int]:
    """A process and all that it has begun."""
    pids = [pid]
    for path in (PROC / f"{pid}/task").glob("*/children"):
        with suppress(OSError):  # a thread that has ended
            for child in path.read_text(encoding="ascii").split():
                pids += list_family(int(child))
    return pids


def measure_memory(pids: list[int]) -> int:
    """The bytes that processes hold together, what they share counted once."""
    total = 0
    for pid in pids:
        try:
            lines = (PROC / f"{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        except OSError:
            continue  # it has ended
        total += sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Waits so long at most; tells whether it came about."""
    end = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < end:
        time.sleep(0.2)
    return met


def read_own_states(home: Path) -> list[State]:
    """The states of the reports without an attack, which the flood orders none of."""
    return [job.state for job in Queue(home).jobs() if job.order.attack is None]


def read_processor(pids: Iterable[int]) -> float:
    """The seconds that processes have had of the processors; of one that has ended none."""
    seconds = 0.0
    for pid in pids:
        with suppress(OSError):
            fields = (PROC / f"{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            seconds += sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
    return seconds


def count_threads(pid: int) -> int:
    return len(list((PROC / f"{pid}/task").iterdir()))


class Watch:
    """The most memory that a server and its processes have held together."""

    def __init__(self, pid: int) -> None:
        self.most, self.pids = 0, {pid}
        self._pid, self._over = pid, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.5):
            pids = list_family(self._pid)
            self.pids.update(pids)
            self.most = max(self.most, measure_memory(pids))


@pytest.mark.skipif(not PROC.is_dir(), reason="what a process holds is read from /proc")
def test_a_visitor_works_while_one_address_does_all_it_can(tmp_path: Path) -> None:
    picture = large_picture()
    with two_cores():
        server = Server(
            tmp_path,
            FACEMASK_MODE="public",
            FACEMASK_MODELS="mobilenetv3",
            FACEMASK_STOP_WORKER="1",
        )
    pid = server.process.pid
    try:
        visit(server.address, 0)  # the first loads the model
        usual = statistics.mean(visit(server.address, number) for number in (1, 2))
        watch, threads = Watch(pid), count_threads(pid)
        hostile = Hostile(server.address, picture)
        hostile.begin()
        time.sleep(4)
        flooded = [visit(server.address, number) for number in (3, 4, 5)]
        assert wait_until(lambda: hostile.refused > 0, 60), "its places for reports are not full"
        full = time.monotonic()
        with Tab(server.address) as tab:
            complaint = order_report(tab, "attacks=none&limit=4")
        open_after = time.monotonic() - full
        hostile.stop()
        spent, worker = server.processor, read_processor(workers(tmp_path))
        assert not hostile.failures
        assert {name for name in FLOODS if hostile.counts[name]} == FLOODS
        assert statistics.median(flooded) <= 3 * max(usual, FLOOR_SECONDS)
        assert not complaint, "the queue of reports is open to others"
        assert open_after <= QUEUE_SECONDS
        if not wait_until(lambda: State.DONE in read_own_states(tmp_path), QUEUE_SECONDS):
            assert read_processor(workers(tmp_path)) - worker < WORKER_SECONDS, "not computed"
        assert len(read_own_states(tmp_path)) == 1
        assert server.processor - spent < AFTERMATH_SECONDS, "it computes for closed tabs"
        most = max(threads, LIBRARIES_THREADS) + 8
        assert wait_until(lambda: count_threads(pid) <= most, 20), "threads are left"
        watch.stop()
        assert watch.most < 4 * 10**9
    finally:
        server.stop()
    assert wait_until(
        lambda: not any((PROC / str(it)).exists() for it in (*watch.pids, *workers(tmp_path))), 20
    ), "processes are left"
