"""The batches of one dataset among workers: who has which, since when, and who else gets it."""

from __future__ import annotations

import statistics
import time
from collections import Counter, deque
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from facemask_core.data.datasets import Dataset
from facemask_core.engines import blocks
from facemask_core.engines.machines import AT_ONCE
from facemask_core.errors import EngineError, FacemaskError
from facemask_core.runs.rows import Rows

TRIES = 3
"""How many workers may die while they compute one batch before the run fails."""

LATE, LATE_SECONDS = 3.0, 5.0
"""A batch is late after so many times the usual time, and not before so many seconds."""

HUNG, HUNG_SECONDS = 30.0, 300.0
"""A worker hangs after so many times the usual time, and not before so many seconds; the first
batch of a new one takes minutes where its processors are busy."""

_AHEAD = 8
"""Batches a worker that may be computed before their turn; their rows wait in memory."""


class Workers(Protocol):
    """The workers that a schedule hands batches to: a :class:`~facemask_core.engines.crew.RayCrew`.

    Attributes:
        batch_size: Files a batch.
    """

    batch_size: int

    @property
    def workers(self) -> Mapping[Any, str]:
        """Those that can be given batches, by Ray's handle of them, and their machines."""

    @property
    def size(self) -> int:
        """How many there are or will be."""

    def wait(self, references: Sequence[Any]) -> Any | None:
        """Waits for one of Ray's references; None if something else happened."""

    def lose(self, worker: Any) -> None:
        """Gives up a worker that died, hangs, or cannot be reached."""

    def dismiss(self, worker: Any, reason: EngineError) -> None:
        """Does without a worker's machine from now on."""


@dataclass(frozen=True)
class _Errand:
    """A batch at a worker.

    Attributes:
        first: Number of the batch's first file.
        worker: Ray's handle of the worker.
        since: When it was handed out.
    """

    first: int
    worker: Hashable
    since: float


class Schedule:
    """Hands out batches, and keeps the first answer to each.

    A batch that is late is given to an idle worker, too, so that nothing waits for a host that is
    slow, stopped, or cut off. What the slower of the two finds is dropped: it is the same.
    """

    def __init__(self, crew: Workers, dataset: Dataset, start: int) -> None:
        """Plans the batches of a dataset.

        Args:
            crew: The workers.
            dataset: The images.
            start: How many files to pass over: a multiple of the batch size.
        """
        self._crew, self._dataset = crew, dataset
        self._waiting = deque(range(start, len(dataset), crew.batch_size))
        self._open = set(self._waiting)
        self._errands: dict[Any, _Errand] = {}
        self._rows: dict[int, Rows] = {}
        self._deaths: Counter[int] = Counter()
        self._seconds: list[float] = []
        self.repeats = 0
        self.copies = 0

    def wait_for(self, first: int) -> Rows:
        """Waits for the rows of the batch that begins with a file.

        Raises:
            EngineError: Workers die again and again, or none is left.
        """
        while first not in self._rows:
            self._share_out(first + _AHEAD * self._crew.size * self._crew.batch_size)
            self._copy_late()
            self._lose_hung()
            reference = self._crew.wait(list(self._errands))
            if reference is not None:
                self._receive(reference)
        return self._rows.pop(first)

    def _share_out(self, end: int) -> None:
        """Gives every worker as many batches as it takes, none beyond ``end``."""
        while self._waiting and self._waiting[0] < end:
            load = self._load()
            worker = min(self._crew.workers, key=load.__getitem__, default=None)
            if worker is None or load[worker] >= AT_ONCE:
                return
            self._hand_out(self._waiting.popleft(), worker)

    def _hand_out(self, first: int, worker: Any) -> None:
        samples = self._dataset.samples[first : first + self._crew.batch_size]
        reference = worker.compute.remote(blocks.make_block(self._dataset, samples))
        self._errands[reference] = _Errand(first, worker, time.monotonic())

    def _load(self) -> Counter[Any]:
        return Counter(errand.worker for errand in self._errands.values())

    def _copy_late(self) -> None:
        """Gives batches that are late to idle workers, too, the one that is due first before."""
        load, limit = self._load(), self._limit(LATE, LATE_SECONDS)
        idle = [worker for worker in self._crew.workers if not load[worker]]
        for first in sorted({errand.first for errand in self._errands.values()} & self._open):
            at = [errand for errand in self._errands.values() if errand.first == first]
            holders = {errand.worker for errand in at}
            worker = next((one for one in idle if one not in holders), None)
            if worker is not None and time.monotonic() - max(one.since for one in at) > limit:
                idle.remove(worker)
                self._hand_out(first, worker)
                self.copies += 1

    def _lose_hung(self) -> None:
        """Gives up workers that answer no more though their machine does."""
        oldest = time.monotonic() - self._limit(HUNG, HUNG_SECONDS)
        for errand in list(self._errands.values()):
            if errand.since < oldest:
                self._crew.lose(errand.worker)

    def _limit(self, times: float, seconds: float) -> float:
        """So many times what a batch usually takes; without end while none has been answered."""
        if not self._seconds:
            return float("inf")
        return max(seconds, times * statistics.median(self._seconds))

    def _receive(self, reference: Any) -> None:
        """Takes rows that have come, or what came in their place."""
        import ray

        errand = self._errands.pop(reference)
        try:
            rows = ray.get(reference)
        except ray.exceptions.RayTaskError as error:  # the worker lives, and raised it
            self._take_error(errand, error)
        except ray.exceptions.RayError:
            self._crew.lose(errand.worker)
            self._deaths[errand.first] += 1
            self._repeat(errand.first)
        else:
            if errand.first in self._open:
                self._open.remove(errand.first)
                self._rows[errand.first] = rows
                self._seconds.append(time.monotonic() - errand.since)

    def _take_error(self, errand: _Errand, error: Any) -> None:
        if isinstance(error.cause, blocks.MissingFileError):
            self._crew.dismiss(errand.worker, error.cause)
            self._repeat(errand.first)
        elif errand.first in self._open:
            if isinstance(error.cause, FacemaskError):
                raise error.cause from error
            raise error

    def _repeat(self, first: int) -> None:
        """Puts a batch back, unless it was answered or another worker has it."""
        if first not in self._open or any(one.first == first for one in self._errands.values()):
            return
        if self._deaths[first] >= TRIES:
            raise EngineError(
                f"Ray workers died {TRIES} times over the batch that begins with "
                f"{self._dataset.samples[first].path}; perhaps they need more memory."
            )
        self._waiting.appendleft(first)
        self.repeats += 1
