"""From a task and a dataset to its rows, through the store of runs or without one."""

from __future__ import annotations

from typing import Any

from facemask_core import engines, runs
from facemask_core.data import datasets
from facemask_core.data.reading import Progress
from facemask_core.runs.pinned import Pinned
from facemask_core.runs.rows import Rows, joined
from facemask_core.runs.task import Task

HERE = engines.Local()
"""Where a task is answered unless told otherwise: in this process."""


def answered(
    task: Task,
    dataset: datasets.Dataset,
    *,
    progress: Progress = lambda *_: None,
    store: runs.Store | None = None,
    recalled: Progress = lambda *_: None,
    engine: engines.Engine = HERE,
    notice: engines.Notice = lambda _: None,
) -> tuple[dict[str, Any], Rows]:
    """Answers a whole dataset; memory does not grow with its pixels.

    With a store every batch is kept as soon as it is answered, batches that are there already are
    not computed again, and what is returned is read from what is stored.

    Args:
        task: What is asked.
        dataset: Of what.
        progress: Told after every batch.
        store: Where answers are kept and looked up; None computes everything and keeps nothing.
        recalled: Told before anything is computed how many files the store has answers for, if
            any, and how many there are.
        engine: Where to compute; the rows do not depend on it.
        notice: Told what the user should know of that, such as how many workers were lost.

    Returns:
        What the rows have to be read with, and the rows.

    Raises:
        DatasetError: A file changed meanwhile.
        EngineError: The engine cannot be started, or fails.
        RunInUseError: Another process is computing the same.
        RunStoreError: The store cannot be used.
    """
    with engine.ready(task, notice) as crew:
        if store is not None:
            return _through(store, task, crew, dataset, progress, recalled)
        rows = joined(list(crew.rows(dataset, progress)))
        found = {"data_sha256": datasets.fingerprint(dataset), "device": crew.device}
        return task.described() | found, rows


def _through(
    store: runs.Store,
    task: Task,
    crew: engines.Crew,
    dataset: datasets.Dataset,
    progress: Progress,
    recalled: Progress,
) -> tuple[dict[str, Any], Rows]:
    """Completes a run in the store, and reads what it says and its rows."""
    pinned = Pinned(dataset)
    question = runs.ask(task, dataset, pinned.sha256, crew.device)
    with store.claim(question) as run:
        if run.done:
            recalled(run.done, len(dataset))
            progress(run.done, len(dataset))
        for rows in crew.rows(pinned.dataset, progress, start=run.done):
            pinned.check()
            run.append(dataset.samples[run.done : run.done + task.batch_size], rows)
        return question.values, joined(list(run.rows()))
