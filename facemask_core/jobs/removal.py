"""Deletes jobs, and the uploads and runs that belong to them."""

from __future__ import annotations

import time
from collections.abc import Sequence

from facemask_core import runs
from facemask_core.errors import RunInUseError
from facemask_core.jobs import uploads
from facemask_core.jobs.job import Job
from facemask_core.jobs.queue import Queue

_PATIENCE = 5.0
"""Seconds to wait for the job's worker to end; it takes a fraction of one."""


def cancel_job(queue: Queue, job: Job) -> None:
    """Ends a job, and removes its upload if no other needs it.

    Args:
        queue: The job's queue.
        job: The job.

    Raises:
        QueueError: The queue cannot be used.
    """
    cancel_jobs(queue, [job])


def cancel_jobs(queue: Queue, jobs: Sequence[Job]) -> None:
    """Ends jobs at once, and removes the uploads that no other needs.

    Args:
        queue: The jobs' queue.
        jobs: The jobs.

    Raises:
        QueueError: The queue cannot be used.
    """
    queue.cancel_all(jobs)
    sweep_uploads(queue)


def delete_job(queue: Queue, job: Job) -> None:
    """Deletes a job and its upload; its run stays in the store.

    Args:
        queue: The job's queue.
        job: The job; one that runs is ended.

    Raises:
        QueueError: The queue cannot be used.
    """
    queue.delete(job)
    sweep_uploads(queue)


def delete_job_and_run(queue: Queue, job: Job) -> None:
    """Deletes a job, its upload, and its run, unless another job has the same run.

    Args:
        queue: The job's queue.
        job: The job; one that runs is ended.

    Raises:
        QueueError: The queue cannot be used.
        RunStoreError: The store cannot be used, or another process computes the run.
    """
    delete_job(queue, job)
    if job.run is None or queue.jobs_of_run(job.run):
        return
    with runs.Store(queue.home) as store:
        run = store.get(job.run)
        if run is not None:
            _delete_run(store, run)


def sweep_uploads(queue: Queue) -> None:
    """Removes the uploads of a queue that no waiting or running job needs.

    Args:
        queue: The queue.

    Raises:
        QueueError: The queue cannot be used.
    """
    uploads.sweep(queue.home, queue.uploads)


def _delete_run(store: runs.Store, run: runs.StoredRun) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            return store.delete(run.question)
        except RunInUseError:
            if time.monotonic() > end:
                raise
