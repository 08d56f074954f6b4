"""``jobs``: the queued, running and ended reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from facemask_core.cli.options import JsonFlag
from facemask_core.cli.store_options import StoreOption
from facemask_core.cli.terminal import print_json, print_line, print_table
from facemask_core.epsilons import describe_epsilon
from facemask_core.models import visiting
from facemask_core.text import write_span

if TYPE_CHECKING:
    from facemask_core.jobs import Job, Order

_NAME_LENGTH = 8
_TO_THE_MINUTE = len("2025-01-01T12:00")

JobsArgument = Annotated[list[str], typer.Argument(help="Jobs' names, or how they begin.")]
OwnerOption = Annotated[
    str | None,
    typer.Option(metavar="OWNER", help="Only one visitor's, as jobs list names them."),
]

jobs = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="List, cancel, resume and delete queued reports.",
)


@jobs.command("list")
def list_jobs(
    waiting: Annotated[
        bool, typer.Option("--waiting", help="Only jobs that wait or run, as their turns come.")
    ] = False,
    owner: OwnerOption = None,
    store: StoreOption = None,
    as_json: JsonFlag = False,
) -> None:
    """List the jobs of all visitors, the latest first."""
    from facemask_core.jobs import Queue

    entries = [job for job in Queue(store).jobs() if owner in {None, job.owner_name}]
    if waiting:
        entries = sorted((job for job in entries if job.state.active), key=lambda job: job.ahead)
    if as_json:
        print_json([_row(job) for job in entries])
        return
    table = Table()
    for name in ("job", "owner" if waiting else "asked, UTC", "model"):
        table.add_column(name, no_wrap=True)
    for name in ("attack", "computing" if waiting else "data", "state"):
        table.add_column(name)
    print_table(table, map(_waiting_cells if waiting else _cells, entries))


@jobs.command()
def cancel(
    job: Annotated[list[str] | None, typer.Argument(help="Jobs' names, or how they begin.")] = None,
    every: Annotated[
        bool, typer.Option("--all", help="All that wait or run: the queue is empty at once.")
    ] = False,
    owner: OwnerOption = None,
    store: StoreOption = None,
    as_json: JsonFlag = False,
) -> None:
    """End queued or running jobs; their stored batches stay."""
    from facemask_core.errors import QueueError
    from facemask_core.jobs import Queue, removal

    if [bool(job), every, owner is not None].count(True) != 1:
        raise QueueError("Name jobs, or give either --all or --owner.")
    queue = Queue(store)
    if job:
        entries = [queue.get(name) for name in job]
    else:
        entries = [
            entry
            for entry in queue.jobs()
            if entry.state.active and (every or entry.owner_name == owner)
        ]
    removal.cancel_jobs(queue, entries)
    now = {entry.id: entry for entry in queue.jobs()}
    _say("cancelled", [now.get(entry.id, entry) for entry in entries], as_json=as_json)


@jobs.command()
def resume(job: JobsArgument, store: StoreOption = None, as_json: JsonFlag = False) -> None:
    """Queue ended jobs again; they resume at their last stored batch."""
    from facemask_core.jobs import Queue

    queue = Queue(store)
    for entry in [queue.get(name) for name in job]:
        queue.resume(entry)
    _say("queued", [queue.get(name) for name in job], as_json=as_json)


@jobs.command()
def delete(job: JobsArgument, store: StoreOption = None, as_json: JsonFlag = False) -> None:
    """Delete jobs and their runs."""
    from facemask_core.jobs import Queue, removal

    queue = Queue(store)
    entries = [queue.get(name) for name in job]
    for entry in entries:
        removal.delete_job_and_run(queue, entry)
    _say("deleted", entries, as_json=as_json)


def _say(verb: str, entries: list[Job], *, as_json: bool) -> None:
    if as_json:
        print_json([_row(job) for job in entries])
        return
    for job in entries:
        print_line(f"{verb} {job.id[:_NAME_LENGTH]}")


def _row(job: Job) -> dict[str, Any]:
    """Makes a job's keys for the JSON; not its owner's token, which lets a visitor cancel it."""
    order = job.order
    return {
        "job": job.id,
        "owner": job.owner_name,
        "state": job.state.value,
        "reason": job.reason,
        "run": job.run,
        "added": job.added,
        "ended": job.ended,
        "done": job.done,
        "total": job.total,
        "images_per_second": job.rate,
        "estimated_seconds": job.estimate,
        "computed_seconds": job.used,
        "model": visiting.write_title(order.model),
        "data": {"kind": order.data.kind.value, "title": order.data.title},
        "attack": order.attack,
        "settings": order.settings,
        "source": None if order.source is None else visiting.write_title(order.source),
        "epsilon": order.epsilon,
        "largest_level": order.largest,
        "seed": order.seed,
        "precision": order.precision,
        "limit": order.limit,
        "crop": order.crop,
    }


def _cells(job: Job) -> tuple[str, ...]:
    return (
        job.id[:_NAME_LENGTH],
        job.added[:_TO_THE_MINUTE].replace("T", " "),
        visiting.write_title(job.order.model),
        _attack(job.order),
        job.order.data.title,
        _state(job),
    )


def _waiting_cells(job: Job) -> tuple[str, ...]:
    """Makes the cells of a job that waits or runs: whose it is, and how much it may take."""
    return (
        job.id[:_NAME_LENGTH],
        job.owner_name,
        visiting.write_title(job.order.model),
        _attack(job.order),
        _computing(job),
        _state(job),
    )


def _attack(order: Order) -> str:
    if order.attack is None:
        return "none"
    search = "" if order.largest is None else "smallest up to "
    source = "" if order.source is None else f" made on {visiting.write_title(order.source)}"
    radius_text = describe_epsilon(order.epsilon, str(order.settings.get("norm")))
    return f"{order.attack} {search}{radius_text}{source}"


def _computing(job: Job) -> str:
    most = "" if job.estimate is None else f" of {write_span(job.estimate)}"
    return f"{write_span(job.used)}{most}"


def _state(job: Job) -> str:
    text = f"{job.state.value}, {job.done} of {job.total}" if job.total else job.state.value
    return text if job.reason is None else f"{text}: {job.reason}"
