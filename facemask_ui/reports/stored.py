"""What the store holds for a line: its report, its headline figures, and its search."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from facemask_core import evaluation, runs
from facemask_core.data.datasets import Dataset, Sample, Source
from facemask_core.data.provenance import Origins, find_manifest, read_origins
from facemask_core.evaluation import Evaluation
from facemask_core.robustness import SmallestEpsilons
from facemask_core.runs import StoredRun
from facemask_core.runs.rows import CorruptionRows, Rows, join_rows
from facemask_core.storage import place
from facemask_ui.language import say
from facemask_ui.reports import dataset_choice, headline_figures
from facemask_ui.reports.headline_figures import Figure
from facemask_ui.reports.line import Line
from facemask_ui.reports.server import open_queue


def read_report(line: Line) -> Evaluation | None:
    """Reads a line's report from the store; None if it is gone, or has no picture.

    Args:
        line: A complete line.

    Raises:
        RunStoreError: The store cannot be used.
    """
    source = find_photographs(line)
    manifest = None if source is None else find_manifest(Dataset(source, ()))
    state = None if manifest is None else manifest.state
    return _read_evaluation(open_queue().home, line.run, state, source)


@dataclass(frozen=True)
class Summary:
    """What a list shows of a report.

    Attributes:
        figures: Its headline figures.
        images: How many images it is about.
        right: How many of them are right at the end: after the attack, if there was one.
    """

    figures: list[Figure]
    images: int
    right: int


def read_summary(line: Line) -> Summary | None:
    """Reads a line's summary; a list does not need the rows behind it in memory.

    Args:
        line: A complete line.

    Returns:
        The summary; None if the report is gone, or has no picture.

    Raises:
        RunStoreError: The store cannot be used.
    """
    return _read_summary(open_queue().home, line.run)


@st.cache_resource(scope="session", max_entries=256, show_spinner=False)
def _read_summary(home: Path, sha256: str) -> Summary | None:
    with st.spinner(say("report.reading")):
        report = _evaluate_rows(home, sha256, None)
    if report is None:
        return None
    right = report.clean.right if report.robust is None else report.robust
    return Summary(headline_figures.list_figures(report), len(report.paths), int(right.sum()))


@st.cache_resource(scope="session", max_entries=6, show_spinner=False)
def _read_evaluation(
    home: Path, sha256: str, manifest: tuple[str, int] | None, _source: Source | None
) -> Evaluation | None:
    with st.spinner(say("report.reading")):
        return _evaluate_rows(home, sha256, _source)


def _evaluate_rows(home: Path, sha256: str, source: Source | None) -> Evaluation | None:
    if (answer := _read_rows(home, sha256)) is None:
        return None
    values, rows = answer
    return evaluation.Evaluation.from_rows(values, rows, _read_origins(source, rows))


def _read_rows(home: Path, sha256: str) -> tuple[dict[str, Any], Rows] | None:
    """Reads a run's question and its rows; None if it is gone, or has no picture."""
    with runs.Store(home) as store:
        stored = store.get(sha256)
        if stored is None or stored.state is not runs.State.COMPLETE:
            return None
        rows = join_rows(list(store.read(stored.question).rows()))
    return (stored.question.values, rows) if rows.paths else None


def read_search(line: Line) -> SmallestEpsilons | None:
    """Reads the smallest epsilons of a line's search; None if it is gone.

    Args:
        line: A complete line of a search.

    Raises:
        RunStoreError: The store cannot be used.
    """
    return _read_search(open_queue().home, line.run)


@st.cache_resource(scope="session", max_entries=64, show_spinner=False)
def _read_search(home: Path, sha256: str) -> SmallestEpsilons | None:
    with st.spinner(say("report.reading_search")):
        answer = _read_rows(home, sha256)
    return None if answer is None else SmallestEpsilons.from_rows(*answer)


def _read_origins(source: Source | None, rows: Rows) -> Origins:
    if source is None:
        return Origins()
    samples_ = zip(rows.paths, rows.labels.tolist(), strict=True)
    return read_origins(Dataset(source, tuple(Sample(*it) for it in samples_)))


def find_photographs(line: Line) -> Source | None:
    """Finds a line's photographs; None if this session may not look at them now."""
    return None if line.data is None else dataset_choice.find_photographs(line.data)


def list_runs() -> dict[str, StoredRun]:
    """Lists the runs by name, the newest first; where there is no store, none is made.

    A table of corruptions is no report: the models' cards and the command line show it.
    """
    home = open_queue().home
    if not (home / place.FILE).exists():
        return {}
    with runs.Store(home) as store:
        return {
            run.question.sha256: run
            for run in store.runs()
            if run.question.kind is not CorruptionRows
        }


def clear_caches() -> None:
    """Clears this session's caches of the store, after something in it was deleted."""
    for cache in (_read_summary, _read_evaluation, _read_search):
        cache.clear()
