"""The report that a server computes beside the class."""

from __future__ import annotations

from pathlib import Path

from facemask_core.jobs import Data, Job, Kind, Order, Queue

_REPORT = Order(
    model="mobilenetv3",
    data=Data(kind=Kind.PORTRAITS, title="Shipped portraits"),
    attack="pgd",
    settings={"steps": 20},
    epsilon=4 / 255,
)


def ask(home: Path) -> Job:
    """Asks for it; the server's worker then computes it.

    Args:
        home: Where the server's reports lie.
    """
    (job,) = Queue(home).add("class of thirty", [_REPORT])
    return job


def done(home: Path, job: Job) -> tuple[int, int]:
    """How many pictures of it are answered, and of how many."""
    now = Queue(home).get(job.id)
    return now.done, now.total
