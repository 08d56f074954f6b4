"""An order in the queue, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from facemask_core.jobs.order import Order


class State(StrEnum):
    """Where a job is."""

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
    """A job as the queue has it at one moment.

    Attributes:
        id: Its name.
        owner: The token of whoever asked for it.
        order: What is asked.
        state: Where it is.
        reason: Why it failed, in a sentence.
        run: The sha256 of its run's question, once a worker has found it.
        added: When it was asked for, UTC, as ISO 8601 writes it.
        ended: When it last came to an end; None before.
        done: How many files are answered.
        total: How many files there are; 0 before a worker has looked.
        rate: Files a second in this session of it; None before two batches have been timed.
        ahead: How many others are computed before it.
        crashes: How often its worker died before one more batch was stored.
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

    @property
    def seconds_left(self) -> float | None:
        """About how long it still takes, where that can be told."""
        return None if not self.rate else (self.total - self.done) / self.rate
