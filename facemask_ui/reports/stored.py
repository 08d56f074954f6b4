"""What the store holds for a line: its report, its headline figures, its search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from facemask_core import evaluation, runs
from facemask_core.data import provenance
from facemask_core.data.datasets import Dataset, Sample, Source
from facemask_core.errors import DatasetError
from facemask_core.evaluation import Evaluation
from facemask_core.robustness import SmallestEpsilons
from facemask_core.runs import Stored
from facemask_core.runs.rows import Rows, joined
from facemask_core.storage import place
from facemask_ui.reports import dataset_choice, headline_figures
from facemask_ui.reports.headline_figures import Figure
from facemask_ui.reports.line import Line
from facemask_ui.reports.server import queue


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
    return [] if found is None else headline_figures.figures(found)


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
    return None if line.data is None else dataset_choice.at_hand(line.data)


def stored_runs() -> dict[str, Stored]:
    """All runs by name, the newest first; a store is not made for a look."""
    home = queue().home
    if not (home / place.FILE).exists():
        return {}
    with runs.Store(home) as store:
        return {run.question.sha256: run for run in store.runs()}


def forget_all() -> None:
    """Empties what this session keeps of the store, after something in it was deleted."""
    for kept in (_figures, _evaluation, _search):
        kept.clear()
