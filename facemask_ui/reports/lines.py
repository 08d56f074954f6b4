"""The reports that this visitor may know of.

A visitor sees the jobs that this tab asked for, and stored runs over photographs that everyone
on this server may see. Any other run is found by its whole name alone: that hash covers the
photographs, so nobody comes by it without them or a link.
"""

from __future__ import annotations

import streamlit as st

from facemask_core import runs
from facemask_core.data import datasets, samples
from facemask_core.jobs import Data, Job, Kind
from facemask_core.runs import Stored
from facemask_ui.reports import dataset_choice, owner
from facemask_ui.reports.line import Line
from facemask_ui.reports.server import queue
from facemask_ui.reports.stored import stored_runs

_MOST_OTHERS = 12


def mine() -> list[Job]:
    """This visitor's jobs, the latest first."""
    found = queue()
    return found.jobs(owner.token()) if found.exists else []


def known_lines() -> list[Line]:
    """This visitor's lines, the latest first, and then those everyone may see."""
    own, stored = mine(), stored_runs()
    found = [_own(job, stored) for job in own]
    known = {job.run for job in own}
    jobs = {job.run: job for job in (queue().jobs() if queue().exists else []) if job.run}
    others = [
        Line(None, run, data)
        for sha256, run in stored.items()
        if sha256 not in known
        and run.state is runs.State.COMPLETE
        and (data := _open_to_all(run, jobs.get(sha256))) is not None
    ]
    return found + others[:_MOST_OTHERS]


def linked(sha256: str) -> Line:
    """What there is under a run's whole name, whoever asked for it.

    Args:
        sha256: The whole name.
    """
    jobs, stored = queue().of_run(sha256) if queue().exists else [], stored_runs()
    own = [job for job in jobs if job.owner == owner.token()]
    if own:
        return _own(own[0], stored)
    run, job = stored.get(sha256), next(iter(jobs), None)
    return Line(job, run, None if run is None else _open_to_all(run, job))


def _own(job: Job, stored: dict[str, Stored]) -> Line:
    return Line(job, stored.get(job.run or ""), job.order.data, mine=True)


def _open_to_all(run: Stored, job: Job | None) -> Data | None:
    """A run's photographs, if everyone on this server may see them."""
    values = run.question.values
    if values["data_sha256"] == _portraits(values["files"]):
        return Data(kind=Kind.PORTRAITS, title=dataset_choice.PORTRAITS)
    if job is not None and dataset_choice.readable(job.order.data):
        return job.order.data
    return None


@st.cache_data(show_spinner=False)
def _portraits(count: int) -> str:
    """The hash of so many of the shipped portraits."""
    dataset = datasets.open_dataset(samples.FACES_DIR)
    return datasets.fingerprint(dataset.limited(count)) if count <= len(dataset) else ""
