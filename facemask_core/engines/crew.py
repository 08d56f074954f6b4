"""The Ray workers of one task: they die, hang, and come late with their machines."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from facemask_core.data.datasets import Dataset
from facemask_core.data.reading import Progress
from facemask_core.engines import machines
from facemask_core.engines.base import Notice
from facemask_core.engines.machines import Machines
from facemask_core.engines.schedule import TRIES, Schedule
from facemask_core.engines.worker import Introduction, check_introduction
from facemask_core.errors import EngineError
from facemask_core.runs.rows import Rows

PATIENCE = 300.0
"""Seconds without any worker; on a busy cluster starting one and loading a model takes minutes."""

HEAD_PATIENCE = 40.0
"""Seconds without the cluster's head; after a minute and more Ray itself would end the program."""

LOOK = 5.0
"""Seconds between two looks at which machines there are."""


class RayCrew:
    """The workers of one task on a Ray cluster.

    One that dies is replaced while its machine is there, and a machine that joins gets its own.
    """

    def __init__(
        self, places: Machines, batch_size: int, introduction: Introduction, notice: Notice
    ) -> None:
        """Starts workers and waits for the first.

        Args:
            places: Where to start them.
            batch_size: Files a batch.
            introduction: This process's own. Workers may compute on another device, but all on
                the same.
            notice: Called with how many workers were lost, and which machines take no part.

        Raises:
            EngineError: No worker can be started, or its rows would be others.
        """
        self._machines, self._notice = places, notice
        self._introduction = introduction
        self.batch_size = batch_size
        self.starting: dict[Any, tuple[Any, str]] = {}
        """Workers that have not introduced themselves, and their places, by Ray's reference to the
        introduction."""
        self.workers: dict[Any, str] = {}
        """Ray's names of their machines."""
        self.losses = 0
        self._refused = Counter[str]()
        self._misses = Counter[str]()
        self._device_known = self.under_way = self._told_alone = False
        self._looked = self._alone_since = self._head_seen = time.monotonic()
        self.look()
        while not self._device_known:
            self.wait(())

    @property
    def device(self) -> str:
        """Where the workers compute."""
        return self._introduction.device

    @property
    def size(self) -> int:
        """How many workers there are or will be."""
        return len(self.workers) + len(self.starting)

    def rows(self, dataset: Dataset, progress: Progress, *, start: int = 0) -> Iterator[Rows]:
        """As :meth:`~facemask_core.runs.task.Task.rows`, to the bit and in the same order.

        Args:
            dataset: The images.
            progress: Called after every batch.
            start: How many files to pass over: a multiple of the batch size.

        Raises:
            EngineError: Workers die again and again, or none is left.
        """
        schedule = Schedule(self, dataset, start)
        for first in range(start, len(dataset), self.batch_size):
            since = time.monotonic()
            # The wait as this process sees it, though several workers may compute meanwhile.
            yield replace(schedule.wait_for(first), seconds=time.monotonic() - since)
            self.under_way = True
            progress(min(first + self.batch_size, len(dataset)), len(dataset))
        if schedule.repeats:
            self._notice(
                f"Workers lost: {self.losses}; batches computed again for that: {schedule.repeats}."
            )
        if schedule.copies:
            self._notice(
                f"Batches that another worker computed, too, because they were late: "
                f"{schedule.copies}."
            )

    def wait(self, references: Sequence[Any]) -> Any | None:
        """Waits for what happens next: one of some references, or a worker's introduction.

        Args:
            references: Ray's references to wait for.

        Returns:
            One of them; None if something else happened, or nothing for :data:`LOOK`.

        Raises:
            EngineError: No worker has come for long, or one's rows would be others.
        """
        import ray

        if time.monotonic() - self._looked > LOOK:
            self.look()
        awaited = [*references, *self.starting]
        if not awaited:  # the head is out of reach, and no worker left
            time.sleep(1.0)
            return None
        ready, _ = ray.wait(awaited, num_returns=1, timeout=LOOK)
        if ready and ready[0] in self.starting:
            self._join(ready[0])
        elif ready:
            return ready[0]
        elif not self.workers:
            self._await_machine()
        return None

    def look(self) -> None:
        """Starts a worker wherever one is missing.

        Raises:
            EngineError: There is no worker, and none can be started, or the head of the cluster has
                been out of reach for long.
        """
        self._looked = time.monotonic()
        if not machines.head_answers():
            self._await_head()
            return
        self._head_seen = self._looked
        taken = self._refused + Counter(self.workers.values())
        taken += Counter(place for _, place in self.starting.values())
        for place in self._machines.missing(taken):
            worker = self._machines.start(place)
            self.starting[worker.introduce.remote()] = worker, place
        if not self.size:
            raise EngineError("No worker is left on the Ray cluster, and none can be started.")

    def lose(self, worker: Any) -> None:
        """Gives up a worker that died, hangs, or cannot be reached, unless that was done before.

        Args:
            worker: Ray's handle of it.
        """
        if worker in self.workers:
            self._remove(worker)
            self.losses += 1
            self.look()

    def dismiss(self, worker: Any, reason: EngineError) -> None:
        """Does without a worker's machine from now on.

        Args:
            worker: Ray's handle of the worker.
            reason: Why.

        Raises:
            EngineError: The reason, if no other worker is left.
        """
        if worker in self.workers:
            self._refuse(self._remove(worker), reason)

    def _remove(self, worker: Any) -> str:
        import ray

        place = self.workers.pop(worker)
        ray.kill(worker)  # one that only could not be reached must not go on
        self._alone_since = time.monotonic()
        return place

    def _await_head(self) -> None:
        """Gives up in the end; until then workers may still answer."""
        if time.monotonic() - self._head_seen > HEAD_PATIENCE:
            reason = (
                f"The head of the Ray cluster at {machines.find_head()} has not answered for "
                f"{HEAD_PATIENCE:.0f} s."
            )
            self._notice(reason)  # Ray may end the program before the error is told
            raise EngineError(reason)

    def _await_machine(self) -> None:
        """Says that no worker is there, and in the end gives up."""
        if time.monotonic() - self._alone_since > PATIENCE:
            raise EngineError(
                f"No Ray worker has started within {PATIENCE:.0f} s; is a machine with a free "
                "processor left on the cluster?"
            )
        if self.under_way and not self._told_alone:
            self._told_alone = True
            self._notice(f"No Ray worker is left; one is awaited for up to {PATIENCE:.0f} s.")

    def _join(self, reference: Any) -> None:
        """Adds a worker that has introduced itself."""
        import ray

        worker, place = self.starting.pop(reference)
        try:
            introduction = ray.get(reference)
        except ray.exceptions.RayError as error:
            self._misses[place] += 1
            if _was_cut_short(error) and self._misses[place] < TRIES:
                self.look()  # where its machine is gone, there is no place for it any more
                return
            reason = str(error).strip().splitlines()[-1].strip().rstrip(".")
            failure = EngineError(f"A Ray worker could not be started: {reason}.")
            failure.__cause__ = error
            self._give_up_start(place, failure)
            return
        if not self._device_known:
            self._introduction = replace(self._introduction, device=introduction.device)
            self._device_known = True
        try:
            check_introduction(introduction, self._introduction)
        except EngineError as error:
            ray.kill(worker)
            self._give_up_start(introduction.machine, error)
            return
        self.workers[worker] = introduction.machine

    def _give_up_start(self, place: str, reason: EngineError) -> None:
        """Stops a run that has not begun; one that is under way goes on without the place."""
        if not self.under_way:
            raise reason
        self._refuse(place, reason)

    def _refuse(self, place: str, reason: EngineError) -> None:
        if not self.size:
            raise reason
        self._refused[place] += 1
        self._notice(f"One machine takes no part. {reason}")


def _was_cut_short(error: Exception) -> bool:
    """Whether a worker's start failed because its process or its machine went away."""
    import ray

    gone = ray.exceptions.RayActorError | ray.exceptions.ActorUnschedulableError
    return isinstance(error, gone) and not getattr(error, "actor_init_failed", False)
