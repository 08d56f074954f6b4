"""Rows: a few numbers about each file of a dataset, never its pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.data.datasets import SkippedFile
from facemask_core.runs.timing import Timing


@dataclass(frozen=True, eq=False)
class AttackRows:
    """The results of an attack on n images.

    Attributes:
        logits: float32 (n, 2), the model's answers to the images after the attack.
        success: bool (n,), whether the attack reached its goal.
        linf: float64 (n,), largest change of a pixel value.
        l2: float64 (n,), Euclidean length of the change.
        iterations: int64 (n,), steps that led to the image.
        gradient_calls: int64 (n,), how many gradients of the model the attack computed.
        dead: bool (n,), whether a gradient was zero or not finite.
        felled_by: (n,), which of several attacks in turn felled each image, as
            :class:`~facemask_core.attacks.ensemble.EnsembleBatch` names them; None for a single
            attack, and in runs stored before it was kept.
    """

    logits: NDArray[np.float32]
    success: NDArray[np.bool_]
    linf: NDArray[np.float64]
    l2: NDArray[np.float64]
    iterations: NDArray[np.int64]
    gradient_calls: NDArray[np.int64]
    dead: NDArray[np.bool_]
    felled_by: NDArray[np.str_] | None = None


@dataclass(frozen=True, eq=False)
class SmallestLevels:
    """The smallest epsilons that fool the model on n images.

    Attributes:
        levels: float64 (n,), the smallest fooling epsilon in steps of 1/255; 0 where the model was
            wrong before, infinite where no epsilon of the search fooled it.
        dead: bool (n,), whether a gradient was zero or not finite.
    """

    levels: NDArray[np.float64]
    dead: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class CorruptionRows:
    """The model's answers to n images under m changes, corruption by corruption.

    Attributes:
        logits: float32 (n, m, 2).
    """

    logits: NDArray[np.float32]


RowKind = type[AttackRows] | type[SmallestLevels] | type[CorruptionRows]
"""What rows can hold besides the model's answers to the images as they are."""

Part = TypeVar("Part", AttackRows, SmallestLevels, CorruptionRows)


@dataclass(frozen=True, eq=False)
class Rows:
    """The model's answers to n images in a row, and the files among them that cannot be used.

    Attributes:
        paths: The n files, relative to the dataset's root.
        labels: int64 (n,), true classes.
        clean: float32 (n, 2), the model's answers to the images as they are.
        skipped: Files that could not be used.
        timings: The times of every batch that held an image.
        seconds: Wall-clock time spent on these files, reading them included.
        attack: The results of the attack; None without one.
        smallest: The smallest fooling epsilons; None without a search for them.
        corrupted: The answers under corruptions; None without those.
    """

    paths: tuple[str, ...]
    labels: NDArray[np.int64]
    clean: NDArray[np.float32]
    skipped: tuple[SkippedFile, ...]
    timings: tuple[Timing, ...]
    seconds: float
    attack: AttackRows | None = None
    smallest: SmallestLevels | None = None
    corrupted: CorruptionRows | None = None


def join_rows(parts: Sequence[Rows]) -> Rows:
    """Joins the rows of batches in their order; at least one batch is needed."""
    return Rows(
        paths=tuple(path for part in parts for path in part.paths),
        labels=np.concatenate([part.labels for part in parts]),
        clean=np.concatenate([part.clean for part in parts]),
        skipped=tuple(entry for part in parts for entry in part.skipped),
        timings=tuple(timing for part in parts for timing in part.timings),
        seconds=sum(part.seconds for part in parts),
        attack=_join(AttackRows, [part.attack for part in parts]),
        smallest=_join(SmallestLevels, [part.smallest for part in parts]),
        corrupted=_join(CorruptionRows, [part.corrupted for part in parts]),
    )


def _join(kind: type[Part], parts: Sequence[Part | None]) -> Part | None:
    """Joins the columns of batches; a batch without an image has none."""
    filled = [part for part in parts if part is not None]
    if not filled:
        return None
    columns: dict[str, Any] = {}
    for field in fields(kind):
        values = [getattr(part, field.name) for part in filled]
        lacking = any(value is None for value in values)
        columns[field.name] = None if lacking else np.concatenate(values)
    return kind(**columns)
