"""What a visitor may do with reports: ask for them, resume, cancel and delete their own."""

from __future__ import annotations

from dataclasses import replace

from facemask_core.jobs import Job, Order, removal, uploads
from facemask_ui.base import mode
from facemask_ui.reports import dataset_choice, owner, stored
from facemask_ui.reports.server import queue, supervise


def request_reports(orders: list[Order], content: bytes | None) -> list[Job]:
    """Queues orders in this visitor's name.

    Args:
        orders: What is asked.
        content: The zip they are about; None for anything else.

    Raises:
        QueueError: There is no room for them, or the queue cannot be written.
    """
    asked = queue()
    if content is None:
        jobs = asked.add(owner.token(), orders)
    else:
        try:
            with uploads.keeping(asked.home):
                name = uploads.save(asked.home, content)
                jobs = asked.add(owner.token(), [_placed(order, name) for order in orders])
        finally:  # the queue may be full, or its jobs run already, with a zip of their own
            removal.sweep(asked)
    supervise().wake()
    return jobs


def _placed(order: Order, name: str) -> Order:
    return replace(order, data=replace(order.data, place=name))


def resume(job: Job) -> None:
    """Queues a job of this visitor's again; a zip is kept again from this session's memory."""
    request_reports([job.order], dataset_choice.kept_zip(job.order.data))


def cancel(job: Job) -> None:
    """Ends a job of this visitor's."""
    removal.cancel(queue(), job)
    supervise().wake()


def outlives(job: Job) -> bool:
    """Whether a job's run stays when a visitor deletes the job: others may be looking at it."""
    return mode.read_mode().keeps_shared and dataset_choice.readable(job.order.data)


def delete(job: Job) -> None:
    """Forgets a job of this visitor's and its run, unless others may be looking at that."""
    if outlives(job):
        removal.forget(queue(), job)
    else:
        removal.delete(queue(), job)
    stored.forget_all()
    supervise().wake()
