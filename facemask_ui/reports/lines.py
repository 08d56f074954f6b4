"""The reports that this visitor may know of.

A visitor sees the jobs of this browser, and stored runs on photographs that everyone on this server
may see. Any other run is found by its whole name alone: the name is a hash over the photographs,
so that only someone who has them or a link can know it.
"""

from __future__ import annotations

from facemask_core import runs
from facemask_core.data import datasets, samples
from facemask_core.jobs import Data, Job, Order
from facemask_core.models import checkpoints, visiting
from facemask_core.runs import StoredRun
from facemask_ui.base import mode
from facemask_ui.reports import dataset_choice, owner
from facemask_ui.reports.line import Line
from facemask_ui.reports.server import open_queue
from facemask_ui.reports.stored import list_runs
from facemask_ui.visitors.shared_cache import compute_once

_MOST_OTHERS = 12


def list_own_jobs() -> list[Job]:
    """Lists this visitor's jobs, the latest first."""
    queue = open_queue()
    return queue.jobs(owner.read_token()) if queue.exists else []


def list_lines() -> list[Line]:
    """Lists this visitor's reports, the latest first, and then those everyone may see."""
    own, stored = list_own_jobs(), list_runs()
    own_lines = [_make_own_line(job, stored) for job in own]
    known = {job.run for job in own}
    jobs = {job.run: job for job in (open_queue().jobs() if open_queue().exists else []) if job.run}
    others = [
        Line(None, run, data)
        for sha256, run in stored.items()
        if sha256 not in known
        and run.state is runs.State.COMPLETE
        and (data := _find_public_data(run, jobs.get(sha256))) is not None
    ]
    return own_lines + others[:_MOST_OTHERS]


def find_line(sha256: str) -> Line:
    """Finds the job and the run of a whole name, also those of other visitors.

    Args:
        sha256: The whole name.
    """
    jobs, stored = open_queue().jobs_of_run(sha256) if open_queue().exists else [], list_runs()
    own = [job for job in jobs if job.owner == owner.read_token()]
    if own:
        return _make_own_line(own[0], stored)
    run, job = stored.get(sha256), next(iter(jobs), None)
    return Line(job, run, None if run is None else _find_public_data(run, job))


def _make_own_line(job: Job, stored: dict[str, StoredRun]) -> Line:
    return Line(job, stored.get(job.run or ""), job.order.data, mine=True)


def _find_public_data(run: StoredRun, job: Job | None) -> Data | None:
    """Finds a run's photographs; None unless everyone on this server may see the run."""
    values = run.question.values
    if job is not None and _is_of_a_visitor(job.order):
        return None
    if not (mode.serves_developers() or values["model"] in checkpoints.available()):
        return None  # a visitor's model, whose job is gone
    if values["data_sha256"] == _hash_portraits(values["files"]):
        return dataset_choice.describe_portraits()
    if job is not None and dataset_choice.is_public(job.order.data):
        return job.order.data
    return None


def _is_of_a_visitor(order: Order) -> bool:
    """Tells whether an order is about a model that its visitor brought along."""
    return any(visiting.is_visiting(name or "") for name in (order.model, order.source))


@compute_once(most=64)
def _hash_portraits(count: int) -> str:
    """Computes the hash of the first shipped portraits; empty if there are fewer."""
    dataset = datasets.open_dataset(samples.FACES_DIR)
    return datasets.fingerprint(dataset.take(count)) if count <= len(dataset) else ""
