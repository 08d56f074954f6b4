"""The worker: computes one job after the other, and keeps the last models loaded."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from facemask_core import runs
from facemask_core.errors import FacemaskError, RunInUseError
from facemask_core.jobs import guard, removal, workers
from facemask_core.jobs.job import Job, State
from facemask_core.jobs.queue import Queue

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from facemask_core.models.classifier import Classifier
    from facemask_core.runs import Question, Run

_LOOK_SECONDS = 0.3
_REST_SECONDS = 3.0
"""How long a job is left alone whose run another process computes."""
_MOST_MODELS = 2

_log = logging.getLogger(__name__)


def work(queue: Queue, *, idle: float, beside: bool = False) -> int:
    """Computes jobs until none has come for a while.

    Args:
        queue: Where they come from.
        idle: Seconds to wait for another job before ending.
        beside: Work beside another worker, rather than leave it to that.

    Returns:
        How many jobs came to an end.

    Raises:
        WorkerError: Another worker is at work.
        QueueError: The queue cannot be used.
    """
    with (
        workers.registered(queue.home) if beside else workers.alone(queue.home),
        workers.registered(queue.home) as name,
    ):
        return Worker(queue, name, leave=guard.leave_at_once).until_idle(idle)


class Worker:
    """Takes jobs from a queue; one a process."""

    def __init__(self, queue: Queue, name: str, *, leave: Callable[[], None]) -> None:
        """Makes a worker.

        Args:
            queue: Where its jobs come from.
            name: What others know it by; registered for as long as it lives.
            leave: Called in another thread once its job was cancelled or deleted.
        """
        self._queue = queue
        self._name = name
        self._leave = leave
        self._models: OrderedDict[tuple[str, str, str], Classifier] = OrderedDict()

    def until_idle(self, seconds: float) -> int:
        """Works until no job has come for so many seconds; returns how many came to an end."""
        ended, since = 0, time.monotonic()
        while True:
            job = self._queue.take(self._name)
            # Crashes leave zips behind, and taking ends a job that has lost too many workers.
            removal.sweep(self._queue)
            if job is not None:
                self.compute(job)
                ended, since = ended + 1, time.monotonic()
            elif time.monotonic() - since >= seconds:
                return ended
            else:
                time.sleep(_LOOK_SECONDS)

    def compute(self, job: Job) -> None:
        """Answers a job, and writes down how it ended; no job's failure is the next one's.

        Args:
            job: A job that was taken in this worker's name.
        """
        end = self._queue.end
        try:
            with self._watching(job):
                self._answer(job)
        except RunInUseError:
            self._queue.put_back(self._name, job, _REST_SECONDS)
        except FacemaskError as error:
            end(self._name, job, State.FAILED, str(error))
        except KeyboardInterrupt:
            self._queue.put_back(self._name, job)
            raise
        except Exception:
            _log.exception("The job %s failed.", job.id)
            end(self._name, job, State.FAILED, "The report failed; the worker's log says why.")
        else:
            end(self._name, job, State.DONE)
        removal.sweep(self._queue)

    def _watching(self, job: Job) -> AbstractContextManager[None]:
        return guard.watching(lambda: self._queue.holds(self._name, job), self._leave)

    def _answer(self, job: Job) -> None:
        from facemask_core.engines import RunContext, compute

        order = job.order

        def load(model: str) -> Classifier:
            return self._loaded(model, order.precision)

        recalled: list[int] = []

        def progress(done: int, total: int) -> None:
            computed = done not in recalled
            self._queue.tell(self._name, job, done, total, computed=computed)

        def name(question: Question) -> None:
            self._queue.name_run(self._name, job, question.sha256)

        dataset, task = order.dataset(self._queue.home), order.task(load)
        with _NamingStore(self._queue.home, name) as store:
            context = RunContext(
                store=store,
                progress=progress,
                recalled=lambda done, _total: recalled.append(done),
            )
            compute.compute_rows(task, dataset, context)
            for note in store.notes:
                _log.warning(note)

    def _loaded(self, model: str, precision: str) -> Classifier:
        """Loads a model, unless it is one of the last ones; a retrained one counts as another."""
        import facemask_core
        from facemask_core.models import checkpoints

        card = checkpoints.read_card(checkpoints.locate(model))
        key = (model, card.weights_sha256, precision)
        if key not in self._models:
            while len(self._models) >= _MOST_MODELS:
                self._models.popitem(last=False)
            self._models[key] = facemask_core.load_classifier(
                model, warm_up=False, precision=precision
            )
        self._models.move_to_end(key)
        return self._models[key]


class _NamingStore(runs.Store):
    """A store that tells which run was asked for, before anything of it is computed."""

    def __init__(self, folder: Path, name: Callable[[Question], None]) -> None:
        super().__init__(folder)
        self._name = name

    @contextmanager
    def claim(self, question: Question) -> Iterator[Run]:
        self._name(question)
        with super().claim(question) as run:
            yield run
