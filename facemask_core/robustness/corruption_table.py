"""Measures a model under corruptions: a table of accuracies by corruption and severity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core import cores, corruptions
from facemask_core.corruptions import SEVERITIES, Corruption
from facemask_core.data.reading import Progress
from facemask_core.errors import CorruptionError
from facemask_core.evaluation import confidence_intervals
from facemask_core.evaluation.confidence_intervals import Interval
from facemask_core.labels import LABELS
from facemask_core.models.classifier import BUCKETS, Classifier
from facemask_core.pictures import images

AVERAGED = (1, 3, 5)
"""The severities of the mean over all corruptions: the least, the middle and the worst."""
MIDDLE = 3


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
    """

    corruption: str
    severity: int
    value: str
    images: int
    accuracy: float
    balanced_accuracy: float
    interval: Interval

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
    """

    corruptions: tuple[Corruption, ...]
    severities: tuple[int, ...]
    labels: NDArray[np.int64]
    clean: NDArray[np.float32]
    logits: NDArray[np.float32]

    @property
    def clean_accuracy(self) -> float:
        """Balanced accuracy on the pictures as they are."""
        groups = self._groups(self.clean, None)
        return float(np.mean([group.mean() for group in groups]))

    @property
    def cells(self) -> list[Cell]:
        """The table's cells, corruption by corruption; without those that no picture counts for."""
        cells = []
        for row, corruption in enumerate(self.corruptions):
            for column, severity in enumerate(self.severities):
                groups = self._groups(self.logits[:, row, column], corruption.label)
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
                        balanced_accuracy=float(np.mean([group.mean() for group in groups])),
                        interval=interval,
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
            "mean_balanced_accuracy": self.mean(),
            "mean_severities": [s for s in AVERAGED if s in self.severities],
            "worst_at_middle": None if worst is None else worst.corruption,
            "corruptions": [corruption.statement() for corruption in self.corruptions],
            "cells": [cell.as_dict() for cell in self.cells],
        }

    def _groups(self, logits: NDArray[np.float32], label: int | None) -> list[NDArray[np.bool_]]:
        """Which answers are right, bool, one array for each class that counts and occurs."""
        right = logits.argmax(axis=1) == self.labels
        classes = range(len(LABELS)) if label is None else (label,)
        groups = [right[self.labels == each] for each in classes]
        return [group for group in groups if len(group)]


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
        severities: Whole numbers from 1 to 5.
        seed: Seed of all randomness.
        progress: Called after every batch with how many pictures are done and of all.

    Raises:
        CorruptionError: There is no picture, or a severity or the seed is outside the contract.
    """
    if not len(pictures):
        raise CorruptionError("There is no picture to change; give at least one.")
    chosen = tuple(corruptions.make(name) for name in corruptions.names())
    chosen = chosen if kinds is None else tuple(kinds)
    clean, answers, size = [], [], BUCKETS[-1]
    for start in range(0, len(pictures), size):
        batch = pictures[start : start + size]
        clean.append(classifier.predict(images.to_float(batch)))
        answers.append(classify_corrupted(classifier, batch, chosen, severities, seed))
        progress(start + len(batch), len(pictures))
    return CorruptionTable(
        corruptions=chosen,
        severities=check_severities(severities),
        labels=np.asarray(labels, np.int64),
        clean=np.concatenate(clean),
        logits=np.concatenate(answers),
    )


def classify_corrupted(
    classifier: Classifier,
    pictures: NDArray[np.uint8],
    kinds: Sequence[Corruption],
    severities: Sequence[int],
    seed: int,
) -> NDArray[np.float32]:
    """Computes a model's answers to pictures under corruptions.

    Args:
        classifier: The model.
        pictures: uint8 (n, 224, 224, 3).
        kinds: The k corruptions.
        severities: The s severities.
        seed: Seed of all randomness.

    Returns:
        float32 (n, k, s, 2), the logits.

    Raises:
        CorruptionError: A severity or the seed is outside the contract.
    """
    check_severities(severities)
    answers = []
    for kind in kinds:
        for severity in severities:
            change = partial(kind.apply, strength=severity, seed=seed)
            changed = np.stack(cores.map_rows(change, list(pictures)))
            answers.append(classifier.predict(images.to_float(changed)))
    shape = len(pictures), len(kinds), len(severities), len(LABELS)
    return np.stack(answers, axis=1).reshape(shape)


def check_severities(severities: Sequence[int]) -> tuple[int, ...]:
    """Checks severities, and returns them as a tuple.

    Raises:
        CorruptionError: They are not rising whole numbers from 1 to 5.
    """
    chosen = tuple(severities)
    if not chosen or not set(chosen) <= set(SEVERITIES) or list(chosen) != sorted(set(chosen)):
        raise CorruptionError("Severities are rising whole numbers from 1 to 5, such as 1, 3, 5.")
    return chosen
