"""Forgetting a job together with what was computed for it."""

from __future__ import annotations

import time

from facemask_core import runs
from facemask_core.errors import RunInUseError
from facemask_core.jobs import uploads
from facemask_core.jobs.job import Job
from facemask_core.jobs.queue import Queue

_PATIENCE = 5.0
"""Seconds for the job's worker to let go; it takes a fraction of one."""


def cancel(queue: Queue, job: Job) -> None:
    """Ends a job, and removes its upload if no other needs it.

    Args:
        queue: The job's queue.
        job: The job.

    Raises:
        QueueError: The queue cannot be used.
    """
    queue.cancel(job)
    sweep(queue)


def forget(queue: Queue, job: Job) -> None:
    """Forgets a job and its upload; what was computed for it stays in the store.

    Args:
        queue: The job's queue.
        job: The job; one that runs is ended.

    Raises:
        QueueError: The queue cannot be used.
    """
    queue.delete(job)
    sweep(queue)


def delete(queue: Queue, job: Job) -> None:
    """Forgets a job, its upload, and its run, unless another job has the same.

    Args:
        queue: The job's queue.
        job: The job; one that runs is ended.

    Raises:
        QueueError: The queue cannot be used.
        RunStoreError: The store cannot be used, or another process computes the run.
    """
    forget(queue, job)
    if job.run is None or queue.of_run(job.run):
        return
    with runs.Store(queue.home) as store:
        stored = store.named(job.run)
        if stored is not None:
            _delete(store, stored)


def sweep(queue: Queue) -> None:
    """Removes the uploads that no job of a queue waits for or works on.

    Args:
        queue: The queue.

    Raises:
        QueueError: The queue cannot be used.
    """
    uploads.sweep(queue.home, queue.uploads)


def _delete(store: runs.Store, stored: runs.Stored) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            return store.delete(stored.question)
        except RunInUseError:
            if time.monotonic() > end:
                raise
