"""What this visitor may know of the queue and the store, and what they may change there.

A visitor sees the jobs that this tab asked for, and stored runs over photographs that everyone
on this server may see. Any other run is found by its whole name alone: that hash covers the
photographs, so nobody comes by it without them or a link.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import streamlit as st

from facemask_core import datasets, evaluation, provenance, runs, samples
from facemask_core.datasets import Dataset, Sample, Source
from facemask_core.errors import DatasetError
from facemask_core.evaluation import Evaluation
from facemask_core.jobs import Data, Job, Kind, Order, Queue, State, Supervisor, removal, uploads
from facemask_core.rows import Rows, Smallest, joined
from facemask_core.runs import Stored, place
from facemask_core.searches import SmallestEpsilons
from facemask_ui import mode, report_data, report_figures, report_owner
from facemask_ui.report_figures import Figure

_MOST_OTHERS = 12
_ALIKE = ("data_sha256", "order_sha256", "preparation")
"""What the questions of two runs say alike if they are about the same pictures."""


@dataclass(frozen=True)
class Line:
    """A job, a stored run, or both of one question.

    Attributes:
        job: The job; None for one of somebody else's, or where the run was computed otherwise.
        stored: What the store has of it; None for nothing.
        data: Its photographs, where this visitor may know of them.
        mine: Whether this visitor asked for it, and so may change it.
    """

    job: Job | None
    stored: Stored | None
    data: Data | None = None
    mine: bool = False

    @property
    def key(self) -> str:
        """Tells it from other lines."""
        return self.job.id if self.job is not None else self.run

    @property
    def run(self) -> str:
        """The run's name; empty as long as there is none."""
        if self.stored is not None:
            return self.stored.question.sha256
        return (self.job and self.job.run) or ""

    @property
    def cropped(self) -> bool:
        """Whether each picture was cropped to its face first."""
        if self.stored is not None:
            return self.stored.question.cropped
        return self.job is not None and self.job.order.crop

    @property
    def searched(self) -> bool:
        """Whether it tells how little fools the model, rather than what one epsilon does."""
        if self.stored is not None:
            return self.stored.question.kind is Smallest
        return self.job is not None and self.job.order.largest is not None

    @property
    def complete(self) -> bool:
        """Whether there is a report to show; a run without one picture in it failed."""
        if self.stored is None or self.stored.state is not runs.State.COMPLETE:
            return False
        return self.job is None or not (self.job.state.active or self.job.state is State.FAILED)


def queue() -> Queue:
    """The queue of this server, with room for as much as its mode allows."""
    allowed = mode.current()
    return Queue(most=allowed.reports, each=allowed.reports_each)


def supervise() -> Supervisor:
    """The one thread of this process that sees to it that queued reports are computed."""
    return _supervisor(queue().home)


@st.cache_resource(show_spinner=False)
def _supervisor(home: Path) -> Supervisor:
    supervisor = Supervisor(Queue(home))
    supervisor.start()
    return supervisor


def ask(orders: list[Order], content: bytes | None) -> list[Job]:
    """Queues orders in this visitor's name.

    Args:
        orders: What is asked.
        content: The zip they are about; None for anything else.

    Raises:
        QueueError: There is no room for them, or the queue cannot be written.
    """
    asked = queue()
    if content is None:
        jobs = asked.add(report_owner.token(), orders)
    else:
        try:
            with uploads.keeping(asked.home):
                name = uploads.save(asked.home, content)
                jobs = asked.add(report_owner.token(), [_placed(order, name) for order in orders])
        finally:  # the queue may be full, or its jobs run already, with a zip of their own
            uploads.sweep(asked)
    supervise().wake()
    return jobs


def _placed(order: Order, name: str) -> Order:
    return replace(order, data=replace(order.data, place=name))


def resume(job: Job) -> None:
    """Queues a job of this visitor's again; a zip is kept again from this session's memory."""
    ask([job.order], report_data.kept_zip(job.order.data))


def cancel(job: Job) -> None:
    """Ends a job of this visitor's."""
    removal.cancel(queue(), job)
    supervise().wake()


def outlives(job: Job) -> bool:
    """Whether a job's run stays when a visitor deletes the job: others may be looking at it."""
    return mode.current().keeps_shared and report_data.readable(job.order.data)


def delete(job: Job) -> None:
    """Forgets a job of this visitor's and its run, unless others may be looking at that."""
    if outlives(job):
        removal.forget(queue(), job)
    else:
        removal.delete(queue(), job)
    for kept in (_figures, _evaluation, _search):
        kept.clear()
    supervise().wake()


def mine() -> list[Job]:
    """This visitor's jobs, the latest first."""
    found = queue()
    return found.jobs(report_owner.token()) if found.exists else []


def lines() -> list[Line]:
    """This visitor's lines, the latest first, and then those everyone may see."""
    own, stored = mine(), _stored()
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
    jobs, stored = queue().of_run(sha256) if queue().exists else [], _stored()
    own = [job for job in jobs if job.owner == report_owner.token()]
    if own:
        return _own(own[0], stored)
    run, job = stored.get(sha256), next(iter(jobs), None)
    return Line(job, run, None if run is None else _open_to_all(run, job))


def _own(job: Job, stored: dict[str, Stored]) -> Line:
    return Line(job, stored.get(job.run or ""), job.order.data, mine=True)


def asked_the_same(line: Line, among: Iterable[Line]) -> list[Line]:
    """The complete lines of other models on the same files under the same attack.

    Args:
        line: A line with a stored run.
        among: The lines to choose from.
    """
    model = _values(line)["model_sha256"]
    return [
        other
        for other in _agreeing(line, among, (*_ALIKE, "threat_model"))
        if _values(other)["model_sha256"] != model and not other.searched
    ]


def on_the_same(line: Line, among: Iterable[Line]) -> list[Line]:
    """The complete lines on the same files as a line, itself among them.

    Args:
        line: A line with a stored run.
        among: The lines to choose from.
    """
    return _agreeing(line, among, _ALIKE)


def _agreeing(line: Line, among: Iterable[Line], keys: Sequence[str]) -> list[Line]:
    """The complete lines whose questions say the same of some things."""
    this = _values(line)
    return [
        other
        for other in among
        if other.complete and all(_values(other)[key] == this[key] for key in keys)
    ]


def _values(line: Line) -> dict[str, Any]:
    assert line.stored is not None  # noqa: S101  (for the type checker; a complete line has it)
    return line.stored.question.values


def report(line: Line) -> Evaluation | None:
    """Reads a line's report from the store; None if it is gone, or about no picture.

    Args:
        line: A complete line.

    Raises:
        RunStoreError: The store cannot be used.
    """
    source = photographs(line)
    manifest = None if source is None else provenance.locate(Dataset(source, ()))
    state = None if manifest is None else (str(manifest[0]), manifest[0].stat().st_mtime_ns)
    return _evaluation(queue().home, line.run, state, source)


def figures(line: Line) -> list[Figure]:
    """A complete line's headline figures: the rows behind them are not kept for a mere list.

    Args:
        line: A complete line.

    Raises:
        RunStoreError: The store cannot be used.
    """
    return _figures(queue().home, line.run)


@st.cache_resource(scope="session", max_entries=256, show_spinner="Reading the report…")
def _figures(home: Path, sha256: str) -> list[Figure]:
    found = _read(home, sha256, None)
    return [] if found is None else report_figures.figures(found)


@st.cache_resource(scope="session", max_entries=6, show_spinner="Reading the report…")
def _evaluation(
    home: Path, sha256: str, manifest: tuple[str, int] | None, _source: Source | None
) -> Evaluation | None:
    return _read(home, sha256, _source)


def _read(home: Path, sha256: str, source: Source | None) -> Evaluation | None:
    if (found := _rows(home, sha256)) is None:
        return None
    values, rows = found
    return evaluation.of_rows(values, rows, *_sources(source, rows))


def _rows(home: Path, sha256: str) -> tuple[dict[str, Any], Rows] | None:
    """What a run asks and its answers; None if it is gone, or about no picture."""
    with runs.Store(home) as store:
        stored = store.named(sha256)
        if stored is None or stored.state is not runs.State.COMPLETE:
            return None
        rows = joined(list(store.read(stored.question).rows()))
    return (stored.question.values, rows) if rows.paths else None


def search(line: Line) -> SmallestEpsilons | None:
    """Reads what a line's search came to; None if it is gone.

    Args:
        line: A complete line that searched.

    Raises:
        RunStoreError: The store cannot be used.
    """
    return _search(queue().home, line.run)


@st.cache_resource(scope="session", max_entries=64, show_spinner="Reading the search…")
def _search(home: Path, sha256: str) -> SmallestEpsilons | None:
    found = _rows(home, sha256)
    return None if found is None else SmallestEpsilons.of_rows(*found)


def _sources(source: Source | None, rows: Rows) -> tuple[dict[str, str], str | None]:
    if source is None:
        return {}, None
    samples_ = zip(rows.paths, rows.labels.tolist(), strict=True)
    try:
        return provenance.sources(Dataset(source, tuple(Sample(*it) for it in samples_))), None
    except DatasetError as error:
        return {}, str(error)


def photographs(line: Line) -> Source | None:
    """Where a line's files lie, if this session may look at them just now."""
    return None if line.data is None else report_data.at_hand(line.data)


def _stored() -> dict[str, Stored]:
    """All runs by name, the newest first; a store is not made for a look."""
    home = queue().home
    if not (home / place.FILE).exists():
        return {}
    with runs.Store(home) as store:
        return {run.question.sha256: run for run in store.runs()}


def _open_to_all(run: Stored, job: Job | None) -> Data | None:
    """A run's photographs, if everyone on this server may see them."""
    values = run.question.values
    if values["data_sha256"] == _portraits(values["files"]):
        return Data(kind=Kind.PORTRAITS, title=report_data.PORTRAITS)
    if job is not None and report_data.readable(job.order.data):
        return job.order.data
    return None


@st.cache_data(show_spinner=False)
def _portraits(count: int) -> str:
    """The hash of so many of the shipped portraits."""
    dataset = datasets.open_dataset(samples.FACES_DIR)
    return datasets.fingerprint(dataset.limited(count)) if count <= len(dataset) else ""
