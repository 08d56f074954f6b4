"""Measures a model under corruptions: a table of accuracies by corruption and severity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from facemask_core import corruptions
from facemask_core.corruptions import SEVERITIES, Corruption
from facemask_core.data import datasets
from facemask_core.data.reading import Progress, refuse_unreadable
from facemask_core.engines.compute import compute_rows
from facemask_core.engines.context import RunContext, RunOptions
from facemask_core.errors import CorruptionError, RunStoreError
from facemask_core.evaluation import confidence_intervals
from facemask_core.evaluation.confidence_intervals import Interval
from facemask_core.evaluation.predictions import Predictions
from facemask_core.labels import LABELS
from facemask_core.models.classifier import BUCKETS, Classifier
from facemask_core.pictures import images
from facemask_core.robustness.corruption_task import CorruptionTask, classify_corrupted
from facemask_core.runs.rows import Rows

AVERAGED = (1, 3, 5)
"""The severities of the mean over all corruptions: the least, the middle and the worst."""
MIDDLE = 3

_DEFAULT = RunContext()


@dataclass(frozen=True)
class Cell:
    """The figures of one corruption at one severity.

    Attributes:
        corruption: Its name.
        severity: From 1 to 5.
        value: The dial's value, such as ``quality 15``.
        images: How many pictures count.
        accuracy: Share of them classed rightly.
        balanced_accuracy: Mean of the shares of the classes that count.
        interval: The 95 % confidence interval of the balanced accuracy.
        unsure: On how many of the pictures the model is unsure; None where that is not known.
        balanced_accuracy_unsure_half: The balanced accuracy if an unsure answer counts as half a
            right one, whatever it is; None where it is not known.
    """

    corruption: str
    severity: int
    value: str
    images: int
    accuracy: float
    balanced_accuracy: float
    interval: Interval
    unsure: int | None = None
    balanced_accuracy_unsure_half: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """The figures, fit for JSON."""
        return vars(self) | {"interval": self.interval.as_dict()}


@dataclass(frozen=True, eq=False)
class CorruptionTable:
    """A model's answers to corrupted pictures.

    Attributes:
        corruptions: The k corruptions.
        severities: The s severities.
        labels: int64 (n,), true classes.
        clean: float32 (n, 2), the answers to the pictures as they are.
        logits: float32 (n, k, s, 2), the answers to the corrupted pictures.
        seed: Seed of all randomness.
        skipped: Files that could not be used, and why.
        unsure_below: The confidence below which the model is unsure, 0 if it never is; None where
            that is not known.
    """

    corruptions: tuple[Corruption, ...]
    severities: tuple[int, ...]
    labels: NDArray[np.int64]
    clean: NDArray[np.float32]
    logits: NDArray[np.float32]
    seed: int
    skipped: tuple[datasets.SkippedFile, ...] = ()
    unsure_below: float | None = None

    @classmethod
    def from_rows(cls, description: Mapping[str, Any], rows: Rows) -> CorruptionTable:
        """Makes the table of the rows of a whole dataset.

        Args:
            description: The :meth:`CorruptionTask.description` of the task that computed them.
            rows: The rows.

        Raises:
            DatasetError: There is no row.
            RunStoreError: The rows were computed with other dials than this version's.
        """
        if rows.corrupted is None:
            refuse_unreadable(rows.skipped, len(rows.skipped))
        kinds = tuple(map(_read_corruption, description["corruptions"]))
        severities = tuple(description["severities"])
        shape = len(rows.paths), len(kinds), len(severities), len(LABELS)
        return cls(
            corruptions=kinds,
            severities=severities,
            labels=rows.labels,
            clean=rows.clean,
            logits=rows.corrupted.logits.reshape(shape),
            seed=description["corruption_seed"],
            skipped=rows.skipped,
            unsure_below=description.get("unsure_below"),  # runs stored before have none
        )

    @property
    def clean_accuracy(self) -> float:
        """Balanced accuracy on the pictures as they are."""
        return _balance(self._groups(self._right(self.clean), None))

    @property
    def clean_unsure(self) -> int | None:
        """On how many pictures as they are the model is unsure; None where that is not known."""
        doubts = self._unsure(self.clean)
        return None if doubts is None else int(doubts.sum())

    @property
    def cells(self) -> list[Cell]:
        """The table's cells, corruption by corruption; without those that no picture counts for."""
        cells = []
        for row, corruption in enumerate(self.corruptions):
            for column, severity in enumerate(self.severities):
                logits = self.logits[:, row, column]
                groups = self._groups(self._right(logits), corruption.label)
                interval = confidence_intervals.bound_mean_of_proportions(groups)
                if interval is None:
                    continue
                cells.append(
                    Cell(
                        corruption=corruption.name,
                        severity=severity,
                        value=corruption.describe(severity),
                        images=sum(map(len, groups)),
                        accuracy=float(np.concatenate(groups).mean()),
                        balanced_accuracy=_balance(groups),
                        interval=interval,
                        **self._count_unsure(logits, corruption.label),
                    )
                )
        return cells

    def mean(self, severities: Sequence[int] = AVERAGED) -> float | None:
        """The mean balanced accuracy over all corruptions at some severities; None without any."""
        shares = [cell.balanced_accuracy for cell in self.cells if cell.severity in severities]
        return float(np.mean(shares)) if shares else None

    def worst(self, severity: int = MIDDLE) -> Cell | None:
        """The corruption with the lowest balanced accuracy at a severity; None without any."""
        cells = [cell for cell in self.cells if cell.severity == severity]
        return min(cells, key=lambda cell: cell.balanced_accuracy, default=None)

    def as_dict(self) -> dict[str, Any]:
        """The figures, fit for JSON."""
        worst = self.worst()
        return {
            "images": len(self.labels),
            "clean_balanced_accuracy": self.clean_accuracy,
            "clean_unsure": self.clean_unsure,
            "unsure_below": self.unsure_below or None,
            "mean_balanced_accuracy": self.mean(),
            "mean_severities": [s for s in AVERAGED if s in self.severities],
            "worst_at_middle": None if worst is None else worst.corruption,
            "severities": list(self.severities),
            "corruptions": [corruption.statement() for corruption in self.corruptions],
            "seed": self.seed,
            "cells": [cell.as_dict() for cell in self.cells],
            "skipped": [{"path": entry.path, "reason": entry.reason} for entry in self.skipped],
        }

    def _right(self, logits: NDArray[np.float32]) -> NDArray[np.bool_]:
        return logits.argmax(axis=1) == self.labels

    def _unsure(self, logits: NDArray[np.float32]) -> NDArray[np.bool_] | None:
        return Predictions(self.labels, logits, self.unsure_below).unsure

    def _groups(self, values: NDArray[Any], label: int | None) -> list[NDArray[Any]]:
        """Divides values, one a picture, into one array for each class that counts and occurs."""
        classes = range(len(LABELS)) if label is None else (label,)
        groups = [values[self.labels == each] for each in classes]
        return [group for group in groups if len(group)]

    def _count_unsure(self, logits: NDArray[np.float32], label: int | None) -> dict[str, Any]:
        """Counts a cell's unsure answers, and measures it with half a right answer for each."""
        doubts = self._unsure(logits)
        if doubts is None:
            return {}
        halves = np.where(doubts, 0.5, self._right(logits))
        return {
            "unsure": sum(int(group.sum()) for group in self._groups(doubts, label)),
            "balanced_accuracy_unsure_half": _balance(self._groups(halves, label)),
        }


def _balance(groups: Sequence[NDArray[Any]]) -> float:
    """Computes the mean of the groups' means."""
    return float(np.mean([group.mean() for group in groups]))


def evaluate_corruptions(
    classifier: Classifier,
    pictures: NDArray[np.uint8],
    labels: NDArray[np.integer],
    *,
    kinds: Sequence[Corruption] | None = None,
    severities: Sequence[int] = SEVERITIES,
    seed: int = 0,
    progress: Progress = lambda *_: None,
) -> CorruptionTable:
    """Classifies pictures under every corruption at every severity.

    Args:
        classifier: The model.
        pictures: uint8 (n, 224, 224, 3), at least one.
        labels: Integer (n,), their true classes.
        kinds: The corruptions; None for all there are.
        severities: Rising whole numbers from 1 to 5.
        seed: Seed of all randomness.
        progress: Called after every batch with how many pictures are done and of all.

    Raises:
        CorruptionError: There is no picture, or a severity or the seed is outside the contract.
    """
    if not len(pictures):
        raise CorruptionError("There is no picture to change; give at least one.")
    task = CorruptionTask.of(classifier, kinds=kinds, severities=severities, seed=seed)
    clean, answers, size = [], [], BUCKETS[-1]
    for start in range(0, len(pictures), size):
        batch = pictures[start : start + size]
        clean.append(classifier.predict(images.to_float(batch)))
        answers.append(classify_corrupted(classifier, batch, task.kinds, task.severities, seed))
        progress(start + len(batch), len(pictures))
    return CorruptionTable(
        corruptions=task.kinds,
        severities=task.severities,
        labels=np.asarray(labels, np.int64),
        clean=np.concatenate(clean),
        logits=np.concatenate(answers),
        seed=seed,
        unsure_below=task.description()["unsure_below"],
    )


def measure_corruptions(
    classifier: Classifier,
    dataset: datasets.Dataset,
    *,
    kinds: Sequence[Corruption] | None = None,
    severities: Sequence[int] = SEVERITIES,
    seed: int = 0,
    prepare: datasets.Prepare = images.resize,
    context: RunContext = _DEFAULT,
    **options: Unpack[RunOptions],
) -> CorruptionTable:
    """Classifies a dataset under every corruption at every severity; a stored run is resumed.

    Args:
        classifier: The model.
        dataset: Its images.
        kinds: The corruptions; None for all there are.
        severities: Rising whole numbers from 1 to 5.
        seed: Seed of all randomness.
        prepare: Maps a decoded image to the model's 224 px square, which is then corrupted.
        context: Where to compute and to store, and what to call meanwhile.
        **options: Single fields in place of the context's, such as ``store=store``.

    Raises:
        CorruptionError: A severity or the seed is outside the contract.
        DatasetError: No file of the dataset can be read, or one changed meanwhile.
        EngineError: The engine cannot be started, or fails.
        RunInUseError: Another process is computing the same.
        RunStoreError: The store cannot be used.
    """
    task = CorruptionTask.of(
        classifier, kinds=kinds, severities=severities, seed=seed, prepare=prepare
    )
    rows = compute_rows(task, dataset, replace(context, **options))
    return CorruptionTable.from_rows(*rows)


def _read_corruption(statement: Mapping[str, Any]) -> Corruption:
    settings = set(statement) - {"corruption", "severities"}
    kind = corruptions.make(statement["corruption"], **{name: statement[name] for name in settings})
    if kind.statement() != statement:
        raise RunStoreError(
            f"This run was measured with other severities of {kind.name} than this version's; "
            "measure it again with the command corrupt."
        )
    return kind
