"""Workers ended at random moments: the rows are those of an unbroken run, each computed once."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import needs
import numpy as np
import pytest
import queued
import stored_runs

from facemask_core.attacks.noise import Noise
from facemask_core.data import datasets
from facemask_core.jobs import Job, Queue, State
from facemask_core.jobs.removal import delete_job_and_run
from facemask_core.pictures import images
from facemask_core.runs import records

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, ForkServerProcess

pytestmark = needs.forks
IMAGES = 400
MOMENTS = 20


@pytest.fixture(scope="module")
def starter() -> ForkServerContext:
    """Forks workers off a process that has imported everything, so that each starts at once."""
    from multiprocessing import forkserver

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["queued"])
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        forkserver.ensure_running()
    return context


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return queued.write(tmp_path_factory.mktemp("killed") / "data", IMAGES, broken=(5, 299))


class Started:
    """A worker in a process of its own, which is ready and waits for the word."""

    def __init__(self, starter: ForkServerContext, home: Path, log: Path, **how: object) -> None:
        self._pipe, end = starter.Pipe()
        self.process: ForkServerProcess = starter.Process(
            target=queued.work, args=(home, log, end), kwargs=how
        )
        self.process.start()
        end.close()
        self._pipe.recv()  # it is ready

    def go(self) -> None:
        self._pipe.send("go")

    def end(self, number: signal.Signals) -> bool:
        """Sends a signal; tells whether it ended the worker, or that had ended by itself."""
        if self.process.exitcode is not None:
            return False
        os.kill(self.process.pid or 0, number)
        self.process.join(30)
        assert self.process.exitcode in {0, -number}
        return True


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def names(root: Path) -> dict[str, str]:
    """The names of a folder's pictures as the model sees them, by path."""
    dataset = datasets.open_dataset(root)
    (batch,) = datasets.stream(dataset, len(dataset), images.resize)
    pictures = zip(batch.paths, images.to_float(batch.images), strict=True)
    return {path: stored_runs.name(pixels) for path, pixels in pictures}


class Unbroken(NamedTuple):
    """A run without any kill: its rows, its pictures' names, and how long it took."""

    rows: list[records.Image]
    pictures: dict[str, str]
    seconds: float


@pytest.fixture(scope="module")
def unbroken(
    starter: ForkServerContext, many: Path, tmp_path_factory: pytest.TempPathFactory
) -> Unbroken:
    whole = Queue(tmp_path_factory.mktemp("unbroken"))
    whole.add("a", [queued.order(many)])
    worker = Started(starter, whole.home, whole.home / "log")
    started = time.monotonic()
    worker.go()
    worker.process.join()
    seconds = time.monotonic() - started
    rows = stored_runs.stored(whole.home)
    assert len(rows) == IMAGES
    return Unbroken(rows, names(many), seconds)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["kill -9", "SIGTERM"])
def test_twenty_ends_change_nothing(
    starter: ForkServerContext,
    many: Path,
    tmp_path: Path,
    unbroken: Unbroken,
    number: signal.Signals,
) -> None:
    moments = np.random.default_rng(0)
    ends, broken, log = 0, 0, tmp_path / "asked"
    while ends < MOMENTS:
        broken += 1
        queue = Queue(tmp_path / f"broken {broken}")
        (job,) = queue.add("a", [queued.order(many)])
        while (job := queue.get(job.id)).state.active:
            log.unlink(missing_ok=True)
            before = _names_in_store(queue.home, unbroken.pictures)
            child = Started(starter, queue.home, log)
            child.go()
            if job.crashes:  # three deaths without one more batch stored would end the job
                until(partial(_has_progressed, queue, job))
            wait = moments.uniform(0, unbroken.seconds / 4) if ends < MOMENTS else None
            child.process.join(wait)
            ends += child.end(number)
            after = _names_in_store(queue.home, unbroken.pictures)
            asked = set(log.read_text().split()) if log.exists() else set()
            asked &= set(unbroken.pictures.values())
            assert not asked & before, "a stored image was computed again"
            assert before <= after, "a stored row was lost"
            assert len(asked - after) <= Noise().batch_size, "more than a batch was lost"
            if number == signal.SIGTERM:
                assert queue.get(job.id).crashes == 0
                assert queue.get(job.id).state in {State.QUEUED, State.DONE}
                assert asked <= after, "the batch under way was stored"
        assert job.state is State.DONE, job.reason
        assert stored_runs.stored(queue.home) == unbroken.rows, "to the bit"


def _names_in_store(home: Path, pictures: dict[str, str]) -> set[str]:
    return {pictures[row.path] for row in stored_runs.stored(home) if row.skipped is None}


def _has_progressed(queue: Queue, before: Job) -> bool:
    job = queue.get(before.id)
    return not job.state.active or job.done > before.done


@pytest.mark.slow
def test_two_workers_share_the_jobs_and_no_run(
    starter: ForkServerContext, many: Path, tmp_path: Path
) -> None:
    queue, logs = Queue(tmp_path / "home"), [tmp_path / "one", tmp_path / "two"]
    jobs = [queue.add(owner, [queued.order(many)])[0] for owner in "ab"]
    # Whoever finds the run in the other's hands puts its job back, and looks again.
    workers = [Started(starter, queue.home, log, beside=True, idle=5) for log in logs]
    for worker in workers:
        worker.go()
    for worker in workers:
        worker.process.join()
        assert worker.process.exitcode == 0
    assert {queue.get(job.id).state for job in jobs} == {State.DONE}
    asked = [name for log in logs if log.exists() for name in log.read_text().split()]
    assert len(asked) == len(set(asked)) == 2 * (IMAGES - 2), "each once, and once with noise"
    assert len(stored_runs.stored(queue.home)) == IMAGES


@pytest.mark.slow
def test_of_two_workers_started_at_once_one_works(
    starter: ForkServerContext, many: Path, tmp_path: Path
) -> None:
    queue = Queue(tmp_path / "home")
    queue.add("a", [queued.order(many, limit=150)])
    log = tmp_path / "log"
    workers = [Started(starter, queue.home, log, idle=3) for _ in range(2)]
    for worker in workers:
        worker.go()
    for worker in workers:
        worker.process.join()
    ends = sorted(worker.process.exitcode or 0 for worker in workers)
    assert ends in ([0, 1], [0, 0]), "or the second came when the first had ended"
    assert queue.jobs()[0].state is State.DONE
    asked = log.read_text().split()
    assert len(asked) == len(set(asked))


@pytest.mark.slow
@pytest.mark.parametrize("end", [Queue.cancel, delete_job_and_run])
def test_cancelling_and_deleting_end_the_worker_at_once(
    starter: ForkServerContext, many: Path, tmp_path: Path, end: Callable[[Queue, object], None]
) -> None:
    queue = Queue(tmp_path / "home")
    (job,) = queue.add("a", [queued.order(many)])
    worker = Started(starter, queue.home, tmp_path / "log")
    worker.go()
    until(lambda: queue.get(job.id).done > 0)
    started = time.monotonic()
    end(queue, queue.get(job.id))
    worker.process.join(60)
    assert worker.process.exitcode == 0
    assert time.monotonic() - started < 20  # that it broke off is seen by what is kept
    kept = len(stored_runs.stored(queue.home))
    if end is delete_job_and_run:
        assert (queue.jobs(), kept) == ([], 0)
    else:
        cancelled = queue.get(job.id)
        assert cancelled.state is State.CANCELLED
        assert 0 < cancelled.done <= kept < IMAGES
