"""Shares batches out among Ray workers that may die, and returns their rows in order."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from facemask_core.data.datasets import Dataset
from facemask_core.data.reading import Progress
from facemask_core.engines import blocks
from facemask_core.engines.base import Notice
from facemask_core.engines.worker import Introduction, check_introduction
from facemask_core.errors import EngineError, FacemaskError
from facemask_core.runs.rows import Rows

TRIES = 3
"""How many workers may die while they compute one batch before the run fails."""

PATIENCE = 300.0
"""Seconds without any worker; on a busy cluster starting one and loading a model takes minutes."""

AT_ONCE = 2
"""Batches that a worker has at a time: one is read while the other is computed."""

_AHEAD = 8
"""Batches a worker that may be computed before their turn; their rows wait in memory."""


class RayCrew:
    """The workers of one task on a Ray cluster; one that dies is replaced."""

    def __init__(
        self,
        start_worker: Callable[[], Any],
        count: int,
        batch_size: int,
        introduction: Introduction,
        notice: Notice,
    ) -> None:
        """Starts workers and waits for the first.

        Args:
            start_worker: Starts a worker and returns Ray's handle of it.
            count: How many workers to keep.
            batch_size: Files a batch.
            introduction: This process's own. Workers may compute on another device, but all on
                the same.
            notice: Called with how many workers were lost.

        Raises:
            EngineError: No worker can be started, or its rows would be others.
        """
        self._start_worker, self._notice = start_worker, notice
        self._introduction = introduction
        self.batch_size, self.size = batch_size, count
        self.starting: dict[Any, Any] = {}
        """Workers that have not introduced themselves, by Ray's reference to the introduction."""
        self.workers: list[Any] = []
        self.losses = 0
        self._device_known = False
        for _ in range(count):
            self._add_worker()
        while not self._device_known:
            self.join(wait_for_one(list(self.starting), PATIENCE))

    @property
    def device(self) -> str:
        """Where the workers compute."""
        return self._introduction.device

    def rows(self, dataset: Dataset, progress: Progress, *, start: int = 0) -> Iterator[Rows]:
        """As :meth:`~facemask_core.runs.task.Task.rows`, to the bit and in the same order.

        Args:
            dataset: The images.
            progress: Called after every batch.
            start: How many files to pass over: a multiple of the batch size.

        Raises:
            EngineError: Workers die again and again.
        """
        schedule = _Schedule(self, dataset, start)
        for first in range(start, len(dataset), self.batch_size):
            since = time.monotonic()
            # The wait as this process sees it, though several workers may compute meanwhile.
            yield replace(schedule.wait_for(first), seconds=time.monotonic() - since)
            progress(min(first + self.batch_size, len(dataset)), len(dataset))
        if schedule.repeats:
            self._notice(
                f"Workers lost: {self.losses}; batches computed again for that: {schedule.repeats}."
            )

    def join(self, reference: Any) -> None:
        """Adds a worker that has introduced itself.

        Args:
            reference: One of :attr:`starting`.

        Raises:
            EngineError: It could not be started, or its rows would be others.
        """
        import ray

        worker = self.starting.pop(reference)
        try:
            introduction = ray.get(reference)
        except ray.exceptions.RayError as error:
            reason = str(error).strip().splitlines()[-1].strip().rstrip(".")
            raise EngineError(f"A Ray worker could not be started: {reason}.") from error
        if not self._device_known:
            self._introduction = replace(self._introduction, device=introduction.device)
            self._device_known = True
        check_introduction(introduction, self._introduction)
        self.workers.append(worker)

    def lose(self, worker: Any) -> None:
        """Replaces a worker that died or cannot be reached, unless that was done before.

        Args:
            worker: Ray's handle of it.
        """
        import ray

        if worker in self.workers:
            self.workers.remove(worker)
            ray.kill(worker)  # one that only could not be reached must not go on
            self.losses += 1
            self._add_worker()

    def _add_worker(self) -> None:
        worker = self._start_worker()
        self.starting[worker.introduce.remote()] = worker


class _Schedule:
    """The batches of one dataset: waiting, at a worker, or computed before their turn."""

    def __init__(self, crew: RayCrew, dataset: Dataset, start: int) -> None:
        self._crew, self._dataset = crew, dataset
        self._waiting = deque(range(start, len(dataset), crew.batch_size))
        self._at_workers: dict[Any, tuple[int, Any]] = {}
        self._rows: dict[int, Rows] = {}
        self._deaths: Counter[int] = Counter()
        self.repeats = 0

    def wait_for(self, first: int) -> Rows:
        """Waits for the rows of the batch that begins with a file."""
        while first not in self._rows:
            self._share_out(first + _AHEAD * self._crew.size * self._crew.batch_size)
            self._receive()
        return self._rows.pop(first)

    def _share_out(self, end: int) -> None:
        """Gives every worker as many batches as it takes, none beyond ``end``."""
        while self._waiting and self._waiting[0] < end:
            load = Counter(worker for _, worker in self._at_workers.values())
            worker = min(self._crew.workers, key=load.__getitem__, default=None)
            if worker is None or load[worker] >= AT_ONCE:
                return
            first = self._waiting.popleft()
            samples = self._dataset.samples[first : first + self._crew.batch_size]
            reference = worker.compute.remote(blocks.make_block(self._dataset, samples))
            self._at_workers[reference] = first, worker

    def _receive(self) -> None:
        """Waits for what happens next: rows, a worker's death, or a new worker's introduction."""
        import ray

        patience = None if self._at_workers else PATIENCE
        reference = wait_for_one([*self._at_workers, *self._crew.starting], patience)
        if reference in self._crew.starting:
            self._crew.join(reference)
            return
        first, worker = self._at_workers.pop(reference)
        try:
            self._rows[first] = ray.get(reference)
        except ray.exceptions.RayTaskError as error:  # the worker lives, and raised it
            if isinstance(error.cause, FacemaskError):
                raise error.cause from error
            raise
        except ray.exceptions.RayError:
            self._crew.lose(worker)
            self._repeat(first)

    def _repeat(self, first: int) -> None:
        self._deaths[first] += 1
        if self._deaths[first] == TRIES:
            raise EngineError(
                f"Ray workers died {TRIES} times over the batch that begins with "
                f"{self._dataset.samples[first].path}; perhaps they need more memory."
            )
        self._waiting.appendleft(first)
        self.repeats += 1


def wait_for_one(references: list[Any], patience: float | None) -> Any:
    """Waits for the first of Ray's references.

    Args:
        references: The references.
        patience: Seconds to wait at most; None for as long as it takes.

    Raises:
        EngineError: Nothing came.
    """
    import ray

    ready, _ = ray.wait(references, num_returns=1, timeout=patience)
    if not ready:
        raise EngineError(
            f"No Ray worker has started within {PATIENCE:.0f} s; is a processor free?"
        )
    return ready[0]
