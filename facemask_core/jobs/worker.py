"""The worker: computes one job after another, and keeps the last models loaded."""

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
"""How long a job waits whose run another process is computing."""
_MOST_MODELS = 2

_log = logging.getLogger(__name__)


def work(queue: Queue, *, idle: float, beside: bool = False) -> int:
    """Computes jobs until no new one comes for a while.

    Args:
        queue: The queue of the jobs.
        idle: Seconds to wait for another job before ending.
        beside: Whether to work beside another worker, rather than refuse.

    Returns:
        How many jobs ended.

    Raises:
        WorkerError: Another worker is at work.
        QueueError: The queue cannot be used.
    """
    with (
        workers.register(queue.home) if beside else workers.take_place(queue.home),
        workers.register(queue.home) as name,
    ):
        return Worker(queue, name, leave=guard.leave_at_once).work_until_idle(idle)


class Worker:
    """Takes jobs from a queue; one a process."""

    def __init__(self, queue: Queue, name: str, *, leave: Callable[[], None]) -> None:
        """Makes a worker.

        Args:
            queue: The queue of its jobs.
            name: Its name, from :func:`~facemask_core.jobs.workers.register`.
            leave: Called in another thread once its job was cancelled or deleted.
        """
        self._queue = queue
        self._name = name
        self._leave = leave
        self._models: OrderedDict[tuple[str, str, str], Classifier] = OrderedDict()

    def work_until_idle(self, seconds: float) -> int:
        """Works until no job has come for so many seconds; returns how many jobs ended."""
        ended, since = 0, time.monotonic()
        while True:
            job = self._queue.take(self._name)
            # Crashes leave zips behind, and take() fails a job that has lost too many workers.
            removal.sweep_uploads(self._queue)
            if job is not None:
                self.compute(job)
                ended, since = ended + 1, time.monotonic()
            elif time.monotonic() - since >= seconds:
                return ended
            else:
                time.sleep(_LOOK_SECONDS)

    def compute(self, job: Job) -> None:
        """Computes a job and records how it ended; a failure does not affect the next job.

        Args:
            job: A job that this worker has taken.
        """
        end = self._queue.end
        try:
            with self._watch(job):
                self._compute_rows(job)
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
        removal.sweep_uploads(self._queue)

    def _watch(self, job: Job) -> AbstractContextManager[None]:
        return guard.watch_job(lambda: self._queue.holds(self._name, job), self._leave)

    def _compute_rows(self, job: Job) -> None:
        from facemask_core.engines import RunContext, compute

        order = job.order

        def load(model: str) -> Classifier:
            return self._load(model, order.precision)

        recalled: list[int] = []

        def progress(done: int, total: int) -> None:
            computed = done not in recalled
            self._queue.record_progress(self._name, job, done, total, computed=computed)

        def record_run(question: Question) -> None:
            self._queue.record_run(self._name, job, question.sha256)

        dataset, task = order.open_dataset(self._queue.home), order.make_task(load)
        with _RecordingStore(self._queue.home, record_run) as store:
            context = RunContext(
                store=store,
                progress=progress,
                recalled=lambda done, _total: recalled.append(done),
            )
            compute.compute_rows(task, dataset, context)
            for note in store.notes:
                _log.warning(note)

    def _load(self, model: str, precision: str) -> Classifier:
        """Loads a model unless it is still loaded; after training it counts as another."""
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


class _RecordingStore(runs.Store):
    """A store that reports which run is claimed, before any of it is computed."""

    def __init__(self, folder: Path, record_run: Callable[[Question], None]) -> None:
        super().__init__(folder)
        self._record_run = record_run

    @contextmanager
    def claim(self, question: Question) -> Iterator[Run]:
        self._record_run(question)
        with super().claim(question) as run:
            yield run
