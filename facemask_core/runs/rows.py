"""What is kept of the files of a dataset: a few numbers each, never their pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.data.datasets import SkippedFile
from facemask_core.runs.timing import Timing


@dataclass(frozen=True, eq=False)
class Attacked:
    """What an attack made of n images.

    Attributes:
        logits: float32 (n, 2), the answers to the attacked images.
        success: bool (n,), whether the attack reached its goal.
        linf: float64 (n,), largest change of a pixel value.
        l2: float64 (n,), Euclidean length of the change.
        iterations: int64 (n,), steps that led to the image.
        gradient_calls: int64 (n,), gradients asked of the model.
        dead: bool (n,), which met a gradient that was zero or not finite.
    """

    logits: NDArray[np.float32]
    success: NDArray[np.bool_]
    linf: NDArray[np.float64]
    l2: NDArray[np.float64]
    iterations: NDArray[np.int64]
    gradient_calls: NDArray[np.int64]
    dead: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Smallest:
    """How little of an attack fools the model on n images.

    Attributes:
        levels: float64 (n,), the smallest fooling epsilon in steps of 1/255; 0 where the model was
            wrong before, infinite where nothing that was tried fooled it.
        dead: bool (n,), which met a gradient that was zero or not finite.
    """

    levels: NDArray[np.float64]
    dead: NDArray[np.bool_]


Found = TypeVar("Found", Attacked, Smallest)


@dataclass(frozen=True, eq=False)
class Rows:
    """The answers to n images that lie one behind the other, and the files left out among them.

    Attributes:
        paths: The n files, relative to the dataset's root.
        labels: int64 (n,), true classes.
        clean: float32 (n, 2), the answers to the images as they are.
        skipped: Files that could not be used.
        timings: What every batch took that held an image.
        seconds: Wall-clock time spent on these files, reading them included.
        attacked: What an attack made of them; None where none was made.
        smallest: How little of it would do; None where that was not asked.
    """

    paths: tuple[str, ...]
    labels: NDArray[np.int64]
    clean: NDArray[np.float32]
    skipped: tuple[SkippedFile, ...]
    timings: tuple[Timing, ...]
    seconds: float
    attacked: Attacked | None = None
    smallest: Smallest | None = None


def joined(parts: Sequence[Rows]) -> Rows:
    """Puts rows one behind the other; at least one is needed."""
    return Rows(
        paths=tuple(path for part in parts for path in part.paths),
        labels=np.concatenate([part.labels for part in parts]),
        clean=np.concatenate([part.clean for part in parts]),
        skipped=tuple(entry for part in parts for entry in part.skipped),
        timings=tuple(timing for part in parts for timing in part.timings),
        seconds=sum(part.seconds for part in parts),
        attacked=_joined(Attacked, [part.attacked for part in parts]),
        smallest=_joined(Smallest, [part.smallest for part in parts]),
    )


def _joined(kind: type[Found], parts: Sequence[Found | None]) -> Found | None:
    """Joins what was found; batches without an image have found nothing."""
    found = [part for part in parts if part is not None]
    if not found:
        return None
    names = [field.name for field in fields(kind)]
    return kind(**{name: np.concatenate([getattr(part, name) for part in found]) for name in names})
