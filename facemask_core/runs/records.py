"""Rows as the store's columns, and back; what is read is what was written, to the bit.

Only the sign of a zero is lost, which SQLite does not keep.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from facemask_core.data.datasets import Sample, SkippedFile
from facemask_core.runs.rows import Attacked, Rows, Smallest
from facemask_core.runs.timing import Timing


class Image(NamedTuple):
    """One file's columns, but for the run."""

    position: int
    path: str
    label: int
    skipped: str | None = None
    clean_without_mask: float | None = None
    clean_with_mask: float | None = None
    attacked_without_mask: float | None = None
    attacked_with_mask: float | None = None
    success: int | None = None
    linf: float | None = None
    l2: float | None = None
    iterations: int | None = None
    gradient_calls: int | None = None
    dead: int | None = None
    smallest_level: float | None = None


_CLEAN = ("clean_without_mask", "clean_with_mask")
_ATTACKED = ("attacked_without_mask", "attacked_with_mask")
"""Columns in the order of the logits."""
_LATER = ("smallest_level",)
"""Columns, in the end, that the first schema did not have."""


class Batch(NamedTuple):
    """One batch's columns, but for the run and the checksum."""

    first: int
    files: int
    images: int
    forward_seconds: float | None
    attack_seconds: float | None
    compiled: int | None
    seconds: float


def to_records(samples: Sequence[Sample], rows: Rows, first: int) -> tuple[Batch, list[Image]]:
    """Writes a batch's rows as columns.

    Args:
        samples: The batch's files, in the dataset's order.
        rows: Their answers; every file is either answered or skipped.
        first: Place of the first file in the dataset.
    """
    answered = {path: index for index, path in enumerate(rows.paths)}
    reasons = {entry.path: entry.reason for entry in rows.skipped}
    images = [
        Image(position, sample.path, sample.label, reasons[sample.path])
        if sample.path in reasons
        else Image(position, sample.path, sample.label, **_numbers(rows, answered[sample.path]))
        for position, sample in enumerate(samples, first)
    ]
    batch = Batch(first, len(samples), len(rows.paths), *_times(rows), rows.seconds)
    return batch, images


def _times(rows: Rows) -> tuple[float | None, float | None, int | None]:
    if not rows.timings:  # no image in this batch
        return None, None, None
    (timing,) = rows.timings
    return timing.forward, timing.attack, int(timing.compiled)


def _numbers(rows: Rows, index: int) -> dict[str, Any]:
    """What was found of one image, by column."""
    numbers: dict[str, Any] = dict(zip(_CLEAN, map(_real, rows.clean[index]), strict=True))
    if rows.smallest is not None:
        level = _real(rows.smallest.levels[index])
        return numbers | {"smallest_level": level, "dead": int(rows.smallest.dead[index])}
    if rows.attacked is None:
        return numbers
    found = rows.attacked
    return numbers | {
        **dict(zip(_ATTACKED, map(_real, found.logits[index]), strict=True)),
        "success": int(found.success[index]),
        "linf": _real(found.linf[index]),
        "l2": _real(found.l2[index]),
        "iterations": int(found.iterations[index]),
        "gradient_calls": int(found.gradient_calls[index]),
        "dead": int(found.dead[index]),
    }


def _real(value: np.floating) -> float | None:
    """A number as SQLite keeps it: without NaN and without a zero's sign."""
    number = float(value)
    return None if math.isnan(number) else number + 0.0


def to_rows(
    batch: Batch, images: Sequence[Image], kind: type[Attacked] | type[Smallest] | None
) -> Rows:
    """Reads a batch's rows back.

    Args:
        batch: The batch.
        images: Its files, in their order.
        kind: What was looked for beside the clean answers, if anything.
    """
    used = [image for image in images if image.skipped is None]
    return Rows(
        paths=tuple(image.path for image in used),
        labels=np.array([image.label for image in used], np.int64),
        clean=_logits(used, _CLEAN),
        skipped=tuple(
            SkippedFile(image.path, image.skipped) for image in images if image.skipped is not None
        ),
        timings=_timings(batch),
        seconds=batch.seconds,
        attacked=_attacked(used) if kind is Attacked and used else None,
        smallest=_smallest(used) if kind is Smallest and used else None,
    )


def _attacked(used: Sequence[Image]) -> Attacked:
    return Attacked(
        logits=_logits(used, _ATTACKED),
        success=np.array([image.success for image in used], np.bool_),
        linf=np.array([image.linf for image in used], np.float64),
        l2=np.array([image.l2 for image in used], np.float64),
        iterations=np.array([image.iterations for image in used], np.int64),
        gradient_calls=np.array([image.gradient_calls for image in used], np.int64),
        dead=np.array([image.dead for image in used], np.bool_),
    )


def _smallest(used: Sequence[Image]) -> Smallest:
    return Smallest(
        levels=np.array([image.smallest_level for image in used], np.float64),
        dead=np.array([image.dead for image in used], np.bool_),
    )


def _logits(used: Sequence[Image], columns: Sequence[str]) -> NDArray[np.float32]:
    found = [[getattr(image, column) for column in columns] for image in used]
    return np.array(found, np.float32).reshape(-1, len(columns))


def _timings(batch: Batch) -> tuple[Timing, ...]:
    if batch.forward_seconds is None:
        return ()
    return (
        Timing(batch.images, batch.forward_seconds, batch.attack_seconds, bool(batch.compiled)),
    )


def checksum(batch: Batch, images: Sequence[Image]) -> str:
    """Hashes a batch's columns: SQLite's own check does not see a changed number.

    A column that came with a later schema counts only where it holds something, so that rows of
    before keep the hash they were stored with.
    """
    columns = [_as_stored(image) for image in images]
    return hashlib.sha256(json.dumps([batch, columns]).encode()).hexdigest()


def _as_stored(image: Image) -> tuple[object, ...]:
    first, later = image[: -len(_LATER)], image[-len(_LATER) :]
    return (*first, *(value for value in later if value is not None))
