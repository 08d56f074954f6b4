"""The worker: computes one job after another, and keeps the last models loaded."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facemask_core import runs
from facemask_core.errors import FacemaskError, QueueError, RunInUseError
from facemask_core.jobs import guard, planned_stop, removal, turns, workers
from facemask_core.jobs.job import Job, State
from facemask_core.jobs.queue import Queue
from facemask_core.models import visiting
from facemask_core.text import write_span

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
    """Computes jobs until no new one comes for a while, or the process is asked to end.

    A planned stop (Ctrl+C, SIGTERM) puts the job under way back into the queue after its batch, or
    without it where that takes longer than a few seconds.

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

        def leave() -> None:
            workers.remove_lock(queue.home, name)  # no block is left on the way out
            guard.leave_at_once()

        stop = threading.Event()
        worker = Worker(queue, name, leave=leave, stop=stop)
        with planned_stop.watch_signals(stop, worker.give_back_and_leave):
            return worker.work_until_idle(idle)


class _Interruption(Exception):  # noqa: N818  (no error)
    """Ends a job's turn at the end of a batch; the job goes back into the queue."""


class _Clock:
    """Measures the computing time of one turn of a job.

    That is the time that passed, or what the process had of the processors where that is less: a
    job that stands aside for others is not to blame for it.
    """

    def __init__(self, is_other_due: Callable[[], bool]) -> None:
        self._is_other_due = is_other_due
        self._start, self._busy_before = time.monotonic(), time.process_time()
        self._lap = 0.0

    def read(self) -> float:
        """Returns the seconds of the turn so far."""
        return min(time.monotonic() - self._start, time.process_time() - self._busy_before)

    def read_lap(self) -> float:
        """Returns the seconds since it was last asked for them."""
        before, self._lap = self._lap, self.read()
        return self._lap - before

    def is_turn_over(self) -> bool:
        """Tells whether the job has had its time and another owner's job waits."""
        return time.monotonic() - self._start >= turns.SECONDS and self._is_other_due()


class Worker:
    """Takes jobs from a queue; one a process."""

    def __init__(
        self,
        queue: Queue,
        name: str,
        *,
        leave: Callable[[], None],
        stop: threading.Event | None = None,
    ) -> None:
        """Makes a worker.

        Args:
            queue: The queue of its jobs.
            name: Its name, from :func:`~facemask_core.jobs.workers.register`.
            leave: Ends the process; called in another thread once the worker's job was cancelled
                or deleted, and by :meth:`give_back_and_leave`.
            stop: Set when the worker shall end after the batch under way.
        """
        self._queue = queue
        self._name = name
        self._leave = leave
        self._stop = stop or threading.Event()
        self._models: OrderedDict[tuple[str, str, str], Classifier] = OrderedDict()

    def work_until_idle(self, seconds: float) -> int:
        """Works until no job has come for so many seconds; returns how many jobs it has left."""
        ended, since = 0, time.monotonic()
        while not self._stop.is_set():
            job = self._queue.take(self._name)
            # Crashes leave zips behind, and take() fails a job that has lost too many workers.
            removal.sweep_uploads(self._queue)
            if job is not None:
                ended, since = ended + self.compute(job), time.monotonic()
            elif time.monotonic() - since >= seconds:
                break
            else:
                self._stop.wait(_LOOK_SECONDS)
        return ended

    def give_back_and_leave(self) -> None:
        """Puts the job under way back into the queue, drops its batch, and ends the process."""
        with suppress(QueueError):  # the next worker sees that this one is gone
            self._queue.give_back(self._name)
        self._leave()

    def compute(self, job: Job) -> bool:
        """Computes a job and records how it ended; a failure does not affect the next job.

        Args:
            job: A job that this worker has taken.

        Returns:
            Whether it ended, rather than went back into the queue.
        """
        end, clock = self._queue.end, _Clock(lambda: self._queue.is_turn_over(job))
        try:
            with self._watch(job, clock):
                self._compute_rows(job, clock)
        except RunInUseError:
            self._queue.put_back(self._name, job, _REST_SECONDS)
            return False
        except _Interruption:
            self._queue.put_back(self._name, job)
            return False
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
        return True

    def _watch(self, job: Job, clock: _Clock) -> AbstractContextManager[None]:
        def is_mine() -> bool:
            if job.most_seconds is not None and job.used + clock.read() > job.most_seconds:
                self._queue.end(self._name, job, State.FAILED, _describe_limit(job))
            return self._queue.holds(self._name, job)

        return guard.watch_job(is_mine, self._leave)

    def _compute_rows(self, job: Job, clock: _Clock) -> None:
        from facemask_core.engines import RunContext, compute
        from facemask_core.jobs import measuring

        order = job.order

        def load(model: str) -> Classifier:
            return self._load(model, order.precision)

        recalled: list[int] = []

        def progress(done: int, total: int) -> None:
            computed = done not in recalled
            seconds = clock.read_lap()
            self._queue.record_progress(
                self._name, job, done, total, computed=computed, seconds=seconds
            )
            if done < total and (self._stop.is_set() or clock.is_turn_over()):
                raise _Interruption

        def record_run(question: Question) -> None:
            self._queue.record_run(self._name, job, question.sha256)

        def record_beginning() -> None:
            self._queue.record_beginning(self._name, job)

        def record_speed(seconds: float) -> None:
            if not visiting.is_visiting(order.model):  # it is gone with its visitor
                self._queue.record_speed(order.model, seconds)

        dataset, task = order.open_dataset(self._queue.home), order.make_task(load)
        with _RecordingStore(self._queue.home, record_run, record_beginning) as store:
            context = RunContext(
                store=store,
                engine=measuring.Measuring(record=record_speed),
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

        place, more = model, dict[str, Any]()
        if visiting.is_visiting(model):  # its name says which reading of which file it is
            file, choices = visiting.find_visitor(self._queue.home, model)
            place, sha256, more = str(file), "", {"choices": choices}
        else:
            sha256 = checkpoints.read_card(checkpoints.locate(model)).weights_sha256
        key = (model, sha256, precision)
        if key not in self._models:
            while len(self._models) >= _MOST_MODELS:
                self._models.popitem(last=False)
            self._models[key] = facemask_core.load_classifier(
                place, warm_up=False, precision=precision, **more
            )
        self._models.move_to_end(key)
        return self._models[key]


def _describe_limit(job: Job) -> str:
    estimate = write_span(job.estimate or 0.0)
    return (
        f"The report was stopped after {write_span(job.most_seconds or 0.0)} of computing; it was "
        f"estimated at {estimate}. The images computed so far are kept: resume it, or ask for "
        "fewer images or steps."
    )


class _RecordingStore(runs.Store):
    """A store that reports which run is claimed, and when its first batch is about to begin."""

    def __init__(
        self,
        folder: Path,
        record_run: Callable[[Question], None],
        record_beginning: Callable[[], None],
    ) -> None:
        super().__init__(folder)
        self._record_run = record_run
        self._record_beginning = record_beginning

    @contextmanager
    def claim(self, question: Question) -> Iterator[Run]:
        self._record_run(question)
        with super().claim(question) as run:
            if not run.complete:
                self._record_beginning()
            yield run
