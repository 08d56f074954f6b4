"""A run killed at random moments gives the rows of an unbroken one, a batch lost each time."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import needs
import numpy as np
import pytest
import stored_runs

from facemask_core.data import datasets
from facemask_core.runs.task import BATCH_SIZE

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, ForkServerProcess

pytestmark = needs.forks
IMAGES = 400
KILLS = 20


@pytest.fixture(scope="module")
def starter() -> ForkServerContext:
    """Forks children off a process that has imported everything, so that each starts at once."""
    from multiprocessing import forkserver

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["stored_runs"])
    with pytest.MonkeyPatch.context() as patched:
        # The process that is forked is no child of pytest's and has to find the tests by itself.
        patched.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        forkserver.ensure_running()
    return context


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("killed") / "data"
    stored_runs.write_pictures(root, IMAGES, broken=(5, 399))
    return root


class Child:
    """A process that computes the run, or what is left of it."""

    def __init__(self, starter: ForkServerContext, home: Path, data: Path, log: Path) -> None:
        log.unlink(missing_ok=True)
        self._pipe, end = starter.Pipe()
        self.process: ForkServerProcess = starter.Process(
            target=stored_runs.compute, args=(home, data, log, end)
        )
        self.process.start()
        end.close()
        self._pipe.recv()

    def go(self) -> None:
        self._pipe.send("go")

    def kill_after(self, seconds: float | None) -> bool:
        """Tells whether it was killed: it may have ended before, or be left in peace."""
        self.process.join(seconds)
        self.process.kill()  # with SIGKILL, if it has not ended by itself
        self.process.join()
        return self.process.exitcode == -signal.SIGKILL


@pytest.mark.slow
def test_twenty_kills_change_nothing(
    starter: ForkServerContext, data: Path, tmp_path: Path
) -> None:
    log, moments = tmp_path / "log.txt", np.random.default_rng(0)
    pictures = stored_runs.names(datasets.open_dataset(data))
    child = Child(starter, tmp_path / "unbroken", data, log)
    started = time.monotonic()
    child.go()
    child.process.join()
    window = (time.monotonic() - started) / 2  # so that a run takes many kills to end
    expected = stored_runs.stored(tmp_path / "unbroken")
    assert child.process.exitcode == 0
    assert len(expected) == IMAGES

    kills, runs = 0, 1
    while True:
        home = tmp_path / f"broken {runs}"
        before = _pictures(home, pictures)
        child = Child(starter, home, data, log)
        child.go()
        killed = child.kill_after(moments.uniform(0, window) if kills < KILLS else None)
        after = _pictures(home, pictures)
        computed = set(log.read_text().split()) if log.exists() else set()
        computed &= set(pictures.values())
        assert not computed & before, "a stored image was computed again"
        assert before <= after, "a stored row was lost"
        assert len(computed - after) <= BATCH_SIZE, "more than a batch was lost"
        kills += killed
        if killed:
            continue
        assert child.process.exitcode == 0
        assert stored_runs.stored(home) == expected, "to the bit"
        if kills == KILLS:
            break
        runs += 1  # it ended before it could be killed often enough


def _pictures(home: Path, names: dict[str, str]) -> set[str]:
    return {names[row.path] for row in stored_runs.stored(home) if row.skipped is None}


@pytest.mark.slow
def test_two_processes_never_compute_one_run(
    starter: ForkServerContext, data: Path, tmp_path: Path
) -> None:
    home, logs = tmp_path / "home", [tmp_path / "first", tmp_path / "second"]
    children = [Child(starter, home, data, log) for log in logs]
    for child in children:
        child.go()
    for child in children:
        child.process.join()
    ends = sorted(child.process.exitcode or 0 for child in children)
    assert ends in ([0, 0], [0, stored_runs.IN_USE])
    names = [name for log in logs if log.exists() for name in log.read_text().split()]
    assert len(names) == len(set(names)) == 2 * (IMAGES - 2), "each once, and once with noise"
    assert len(stored_runs.stored(home)) == IMAGES
