"""The jobs of one request as one: what share of them is computed, and how long they still take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from facemask_core.jobs.job import Job, State

_UNKNOWN_SECONDS = 1.0
"""The weight of a job whose computing time nobody has estimated."""


@dataclass(frozen=True)
class Group:
    """Jobs that one request has queued, in the order of their computing.

    Attributes:
        jobs: The jobs; at least one.
    """

    jobs: tuple[Job, ...]

    @property
    def name(self) -> str:
        """The name of the request."""
        return self.jobs[0].request

    @property
    def active(self) -> tuple[Job, ...]:
        """The jobs that wait or run."""
        return tuple(job for job in self.jobs if job.state.active)

    @property
    def ended(self) -> int:
        """How many jobs have come to an end."""
        return len(self.jobs) - len(self.active)

    @property
    def share(self) -> float:
        """The share of the computing that is done, from 0 to 1."""
        weights = [_weigh(job) for job in self.jobs]
        shares = [_share(job) for job in self.jobs]
        return sum(map(float.__mul__, weights, shares)) / sum(weights)

    @property
    def seconds_left(self) -> float | None:
        """About how many seconds of computing are left; None before that is known.

        A job that has a rate goes by that. The others go by their estimates, which are upper
        bounds; so they are scaled by what the jobs before them took of theirs.
        """
        rest = 0.0
        for job in self.active:
            seconds = job.seconds_left
            if seconds is None and job.estimate is not None:
                seconds = self._scale * job.estimate * (1.0 - _share(job))
            if seconds is None:
                return None
            rest += seconds
        return rest

    @property
    def _scale(self) -> float:
        """The computing time of the jobs that are done, as a share of their estimates."""
        done = [job for job in self.jobs if job.state is State.DONE and job.estimate]
        estimates = sum(job.estimate or 0.0 for job in done)
        used = sum(job.used for job in done)
        return used / estimates if estimates and used else 1.0


def group_jobs(jobs: Iterable[Job]) -> list[Group]:
    """Puts the jobs of each request together.

    Args:
        jobs: Jobs of one owner, as :meth:`facemask_core.jobs.Queue.jobs` lists them.

    Returns:
        The groups in the order of their first jobs.
    """
    groups: dict[str, list[Job]] = {}
    for job in jobs:
        groups.setdefault(job.request, []).append(job)
    return [Group(tuple(members)) for members in groups.values()]


def _weigh(job: Job) -> float:
    return job.estimate or _UNKNOWN_SECONDS


def _share(job: Job) -> float:
    """The share of a job that is done; nothing is left to do for one that ended early."""
    if not job.state.active:
        return 1.0
    return job.done / job.total if job.total else 0.0
