"""What visitors may do with their own reports: request, resume, cancel and delete them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from facemask_core.jobs import Job, Order, cost, removal, uploads
from facemask_core.models import visiting
from facemask_ui.base import mode
from facemask_ui.choices import own_models
from facemask_ui.reports import dataset_choice, owner, stored
from facemask_ui.reports.server import open_queue, start_supervisor


def estimate_reports(orders: Sequence[Order], images: int) -> list[float]:
    """Estimates the seconds of computing that each report may take at most.

    Args:
        orders: The reports.
        images: How many images each covers.

    Raises:
        TooLongReportError: One would take more than a report may take on this server.
        QueueError: The queue, which knows this machine's speed, cannot be read.
    """
    queue, budget = open_queue(), mode.read_mode().budget
    measured = queue.speeds() if queue.exists else {}
    measured |= {own.name: own.seconds for own in own_models.list_own()}
    if budget is None:
        return [cost.estimate_cost(order, images, measured).seconds for order in orders]
    return [cost.check_cost(order, images, measured, budget).seconds for order in orders]


def request_reports(orders: list[Order], content: bytes | None, images: int) -> list[Job]:
    """Queues orders in this visitor's name.

    Args:
        orders: The reports to compute.
        content: The zip they are about; None for anything else.
        images: How many images each covers.

    Raises:
        TooLongReportError: One would take more than a report may take on this server.
        QueueError: There is no room for them, or the queue cannot be written.
    """
    queue, token, seconds = open_queue(), owner.read_token(), estimate_reports(orders, images)
    account = owner.find_account()
    if content is None:
        jobs = queue.add(token, orders, seconds, account)
    else:
        try:
            with uploads.pause_sweep(queue.home):
                name = uploads.save(queue.home, content)
                placed = [_set_place(order, name) for order in orders]
                jobs = queue.add(token, placed, seconds, account)
        finally:  # the queue may be full, or its jobs run already, with a zip of their own
            removal.sweep_uploads(queue)
    start_supervisor().wake()
    return jobs


def _set_place(order: Order, name: str) -> Order:
    return replace(order, data=replace(order.data, place=name))


def resume_job(job: Job) -> None:
    """Queues one of this visitor's jobs again; its zip comes from this session's memory."""
    images = job.total or job.order.limit or mode.read_mode().images
    content = dataset_choice.find_zip(job.order.data)
    request_reports([job.order], content, max(1, images - job.done))


def cancel_jobs(jobs: Sequence[Job]) -> None:
    """Ends jobs of this visitor's, all at once."""
    removal.cancel_jobs(open_queue(), jobs)
    start_supervisor().wake()


def keeps_run(job: Job) -> bool:
    """Whether a job's run stays when the job is deleted, because others may be looking at it."""
    if visiting.is_visiting(job.order.model):
        return False
    return mode.read_mode().keeps_shared and dataset_choice.is_public(job.order.data)


def delete_job(job: Job) -> None:
    """Deletes one of this visitor's jobs, and its run unless others may be looking at it."""
    if keeps_run(job):
        removal.delete_job(open_queue(), job)
    else:
        removal.delete_job_and_run(open_queue(), job)
    stored.clear_caches()
    start_supervisor().wake()
