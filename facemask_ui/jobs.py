"""Reports computed in a thread of their own, one at a time in the whole process.

A job knows nothing of Streamlit: pages start it, look at it and stop it. It outlives page switches
and ends with its visitor's session.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from enum import Enum

from facemask_core.errors import FacemaskError
from facemask_core.evaluation import Evaluation
from facemask_core.reading import Progress

_log = logging.getLogger(__name__)
_TURN = threading.Semaphore(1)
_MOST_RESULTS = 8

Compute = Callable[[Progress], Evaluation]


class State(Enum):
    """Where a job is."""

    WAITING = "waiting for another visitor's report"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Cancelled(Exception):  # noqa: N818  (a request that was followed, not an error)
    """Raised inside the computation to leave it."""


class Job:
    """One evaluation in its thread."""

    def __init__(self, question: Hashable, total: int, compute: Compute) -> None:
        """Prepares a job; :meth:`start` runs it.

        Args:
            question: What is asked; equal questions have equal answers.
            total: How many files there are.
            compute: Computes the answer, telling its progress.
        """
        self.question = question
        self.state = State.WAITING
        self.done = 0
        self.total = total
        self.result: Evaluation | None = None
        self.error: FacemaskError | None = None
        self._compute = compute
        self._stop = threading.Event()
        self._started = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="report", daemon=True)

    def start(self) -> None:
        """Begins, or waits for its turn."""
        self._thread.start()

    def cancel(self) -> None:
        """Asks the computation to stop; it does so after the batch it is at."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._stop.is_set()

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in {State.WAITING, State.RUNNING}

    @property
    def rate(self) -> float:
        """Files a second since it began; 0 before the first batch."""
        return self.done / max(time.monotonic() - self._started, 1e-6)

    def _run(self) -> None:
        while not _TURN.acquire(timeout=0.2):
            if self.stopping:
                self.state = State.CANCELLED
                return
        try:
            self._started = time.monotonic()
            self.state = State.RUNNING
            self.result = self._compute(self._progress)
            self.state = State.DONE
        except Cancelled:
            self.state = State.CANCELLED
        except FacemaskError as error:
            self._fail(error)
        except Exception:
            _log.exception("A report failed.")
            self._fail(FacemaskError("The report failed; the server's log says why."))
        finally:
            _TURN.release()

    def _fail(self, error: FacemaskError) -> None:
        self.error = error
        self.state = State.FAILED

    def _progress(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        if self.stopping:
            raise Cancelled


class Board:
    """One visitor's job and the answers to their earlier questions."""

    def __init__(self) -> None:
        self.job: Job | None = None
        self._results: dict[Hashable, Evaluation] = {}

    def start(self, job: Job) -> None:
        """Starts a job in place of the last one."""
        self.close()
        self.job = job
        job.start()

    def answer(self, question: Hashable) -> Evaluation | None:
        """Looks up the answer to a question asked before."""
        self.collect()
        return self._results.get(question)

    def answers(self) -> list[Evaluation]:
        """All that are still remembered, the oldest first."""
        self.collect()
        return list(self._results.values())

    def collect(self) -> None:
        """Files the answer of a job that is done."""
        if self.job is not None and self.job.result is not None:
            self._results[self.job.question] = self.job.result
            while len(self._results) > _MOST_RESULTS:
                self._results.pop(next(iter(self._results)))

    def close(self) -> None:
        """Stops what still runs."""
        if self.job is not None:
            self.job.cancel()
