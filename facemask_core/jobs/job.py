"""An order in the queue, and how far it is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from facemask_core.jobs.order import Order


class State(StrEnum):
    """The state of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self in {State.QUEUED, State.RUNNING}


@dataclass(frozen=True)
class Job:
    """A job as it is in the queue at one moment.

    Attributes:
        id: Its name.
        owner: The token of the visitor who ordered it.
        order: What to compute.
        state: Its state.
        reason: Why it failed, in a sentence.
        run: The sha256 of its run's question, once a worker has made it.
        added: When it was first queued, UTC, as ISO 8601 writes it.
        ended: When it last came to an end; None before.
        done: How many files are computed.
        total: How many files there are; 0 before a worker has opened the dataset.
        rate: Files a second since a worker took it; None before two batches have been timed.
        ahead: About how many jobs are computed before it; owners take turns.
        crashes: How often its worker died in one batch.
        estimate: The seconds of computing it was estimated at when it was ordered; None if nobody
            has estimated them.
        used: The seconds of computing it has taken so far.
        most_seconds: The seconds of computing after which it is stopped; None for never.
        request: The name of the request that last queued it, which all jobs queued at once share.
    """

    id: str
    owner: str
    order: Order
    state: State
    reason: str | None
    run: str | None
    added: str
    ended: str | None
    done: int
    total: int
    rate: float | None
    ahead: int
    crashes: int
    estimate: float | None
    used: float
    most_seconds: float | None
    request: str

    @property
    def owner_name(self) -> str:
        """A short name of the owner, from which nobody can find the token."""
        return hashlib.sha256(self.owner.encode()).hexdigest()[:8]

    @property
    def seconds_left(self) -> float | None:
        """About how many seconds it still takes; None before that is known."""
        return None if not self.rate else (self.total - self.done) / self.rate
