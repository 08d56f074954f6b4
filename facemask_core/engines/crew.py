"""Hands batches out to Ray workers that may die, and gives their rows back in order."""

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
from facemask_core.engines.worker import Introduction, refuse_others
from facemask_core.errors import EngineError, FacemaskError
from facemask_core.runs.rows import Rows

TRIES = 3
"""How many deaths of workers a batch may see before they are laid to it."""

PATIENCE = 300.0
"""Seconds without any worker; on a busy cluster starting one and loading a model takes minutes."""

AT_ONCE = 2
"""Batches a worker has in hand: one is read while the other is computed."""

_AHEAD = 8
"""Batches a worker that may be answered before their turn; so many rows wait in memory."""


class RayCrew:
    """Workers of one task on a Ray cluster.

    They join when they are there, and one that is lost is replaced.
    """

    def __init__(
        self,
        hire: Callable[[], Any],
        count: int,
        batch_size: int,
        expected: Introduction,
        notice: Notice,
    ) -> None:
        """Hires workers and waits for the first.

        Args:
            hire: Starts a worker and returns Ray's handle of it.
            count: How many to keep.
            batch_size: Files a batch.
            expected: What this process says of itself. Workers may compute on another device, but
                all on the same.
            notice: Told how many were lost.

        Raises:
            EngineError: None can be started, or its rows would be others.
        """
        self._hire, self._expected, self._notice = hire, expected, notice
        self.batch_size, self.size = batch_size, count
        self.coming: dict[Any, Any] = {}
        """Workers that have not introduced themselves, by the reference to what they will say."""
        self.present: list[Any] = []
        self.lost = 0
        self._met = False
        for _ in range(count):
            self._take_on()
        while not self._met:
            self.join(next_of(list(self.coming), PATIENCE))

    @property
    def device(self) -> str:
        """Where the workers compute."""
        return self._expected.device

    def rows(self, dataset: Dataset, progress: Progress, *, start: int = 0) -> Iterator[Rows]:
        """As :meth:`~facemask_core.runs.task.Task.rows`, to the bit and in the same order.

        Args:
            dataset: What to answer.
            progress: Told after every batch has been dealt with.
            start: How many files were dealt with before: a multiple of the batch size.

        Raises:
            EngineError: Workers die again and again.
        """
        work = _Work(self, dataset, start)
        for first in range(start, len(dataset), self.batch_size):
            since = time.monotonic()
            # What this run took, whatever several workers took for it at the same time.
            yield replace(work.take(first), seconds=time.monotonic() - since)
            progress(min(first + self.batch_size, len(dataset)), len(dataset))
        if work.repeated:
            self._notice(
                f"Workers lost: {self.lost}; batches computed again for that: {work.repeated}."
            )

    def join(self, reference: Any) -> None:
        """Lets a worker in that has introduced itself.

        Args:
            reference: One of :attr:`coming`.

        Raises:
            EngineError: It could not be started, or its rows would be others.
        """
        import ray

        worker = self.coming.pop(reference)
        try:
            found = ray.get(reference)
        except ray.exceptions.RayError as error:
            reason = str(error).strip().splitlines()[-1].strip().rstrip(".")
            raise EngineError(f"A Ray worker could not be started: {reason}.") from error
        if not self._met:
            self._expected, self._met = replace(self._expected, device=found.device), True
        refuse_others(found, self._expected)
        self.present.append(worker)

    def lose(self, worker: Any) -> None:
        """Replaces a worker that died or cannot be reached, unless that was done before.

        Args:
            worker: Ray's handle of it.
        """
        import ray

        if worker in self.present:
            self.present.remove(worker)
            ray.kill(worker)  # one that only could not be reached must not go on
            self.lost += 1
            self._take_on()

    def _take_on(self) -> None:
        worker = self._hire()
        self.coming[worker.introduce.remote()] = worker


class _Work:
    """The batches of one dataset: waiting, in hand, or answered before their turn."""

    def __init__(self, crew: RayCrew, dataset: Dataset, start: int) -> None:
        self._crew, self._dataset = crew, dataset
        self._waiting = deque(range(start, len(dataset), crew.batch_size))
        self._in_hand: dict[Any, tuple[int, Any]] = {}
        self._answered: dict[int, Rows] = {}
        self._deaths: Counter[int] = Counter()
        self.repeated = 0

    def take(self, first: int) -> Rows:
        """Waits for the batch that begins with a file."""
        while first not in self._answered:
            self._hand_out(first + _AHEAD * self._crew.size * self._crew.batch_size)
            self._receive()
        return self._answered.pop(first)

    def _hand_out(self, end: int) -> None:
        """Gives every worker what it can hold, as long as it is not too far ahead."""
        while self._waiting and self._waiting[0] < end:
            busy = Counter(worker for _, worker in self._in_hand.values())
            worker = min(self._crew.present, key=busy.__getitem__, default=None)
            if worker is None or busy[worker] >= AT_ONCE:
                return
            first = self._waiting.popleft()
            samples = self._dataset.samples[first : first + self._crew.batch_size]
            reference = worker.answer.remote(blocks.block(self._dataset, samples))
            self._in_hand[reference] = first, worker

    def _receive(self) -> None:
        """Deals with whatever happens next: an answer, a death, or another worker's arrival."""
        import ray

        patience = None if self._in_hand else PATIENCE
        reference = next_of([*self._in_hand, *self._crew.coming], patience)
        if reference in self._crew.coming:
            self._crew.join(reference)
            return
        first, worker = self._in_hand.pop(reference)
        try:
            self._answered[first] = ray.get(reference)
        except ray.exceptions.RayTaskError as error:  # it lives, and complains
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
        self.repeated += 1


def next_of(references: list[Any], patience: float | None) -> Any:
    """Waits for one of Ray's references.

    Args:
        references: What is waited for.
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
