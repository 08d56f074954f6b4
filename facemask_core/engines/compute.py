"""From a task and a dataset to the rows, through the store of runs or without one."""

from __future__ import annotations

from typing import Any

from facemask_core import runs
from facemask_core.data import datasets
from facemask_core.data.reading import refuse_unreadable
from facemask_core.engines.base import Crew
from facemask_core.engines.context import RunContext
from facemask_core.runs.pinned import PinnedDataset
from facemask_core.runs.rows import Rows, join_rows
from facemask_core.runs.task import Task


def compute_rows(
    task: Task, dataset: datasets.Dataset, context: RunContext
) -> tuple[dict[str, Any], Rows]:
    """Computes the rows of a whole dataset; memory does not grow with its pixels.

    With a store every batch is written as soon as it is computed, batches that are there already
    are not computed again, and the rows that are returned are read from the store.

    Args:
        task: What to compute for every image.
        dataset: The images.
        context: Where to compute and to store, and what to call meanwhile.

    Returns:
        The task's description with the dataset's hash as ``data_sha256``, and the rows.

    Raises:
        DatasetError: No file of the dataset can be read, or one changed meanwhile.
        EngineError: The engine cannot be started, or fails.
        RunInUseError: Another process is computing the same.
        RunStoreError: The store cannot be used.
    """
    with context.engine.start(task, context.notice) as crew:
        if context.store is None:
            description, rows = _compute_all(task, crew, dataset, context)
        else:
            description, rows = _complete_run(context.store, task, crew, dataset, context)
    if not rows.paths:
        refuse_unreadable(rows.skipped, len(rows.skipped))
    return description, rows


def _compute_all(
    task: Task, crew: Crew, dataset: datasets.Dataset, context: RunContext
) -> tuple[dict[str, Any], Rows]:
    rows = join_rows(list(crew.rows(dataset, context.progress)))
    data_sha256 = datasets.fingerprint(dataset)
    return task.description() | {"data_sha256": data_sha256, "device": crew.device}, rows


def _complete_run(
    store: runs.Store, task: Task, crew: Crew, dataset: datasets.Dataset, context: RunContext
) -> tuple[dict[str, Any], Rows]:
    """Computes what the store lacks of a run, and reads the whole run from it."""
    pinned = PinnedDataset(dataset)
    question = runs.make_question(task, dataset, pinned.sha256, crew.device)
    with store.claim(question) as run:
        if run.done:
            context.recalled(run.done, len(dataset))
            context.progress(run.done, len(dataset))
        for rows in crew.rows(pinned.dataset, context.progress, start=run.done):
            pinned.check()
            run.append(dataset.samples[run.done : run.done + task.batch_size], rows)
        return question.values, join_rows(run.rows())
