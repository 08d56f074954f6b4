"""Converts rows to the store's columns and back; reading gives what was written, to the bit.

Only the sign of a zero is lost, for SQLite does not store it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from facemask_core.data.datasets import Sample, SkippedFile
from facemask_core.runs.rows import AttackRows, CorruptionRows, RowKind, Rows, SmallestLevels
from facemask_core.runs.timing import Timing


class Image(NamedTuple):
    """One file's columns, without the run."""

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
    corrupted: str | None = None
    felled_by: str | None = None


_CLEAN = ("clean_without_mask", "clean_with_mask")
_PACKED = np.dtype("<f4")
"""The numbers in the column ``corrupted``, in Base64: a hundred columns would be as many names."""
_ATTACKED = ("attacked_without_mask", "attacked_with_mask")
"""Columns in the order of the logits."""
_LATER = ("smallest_level", "corrupted", "felled_by")
"""The last columns, which the first schema did not have."""


class Batch(NamedTuple):
    """One batch's columns, without the run and the checksum."""

    first: int
    files: int
    images: int
    forward_seconds: float | None
    attack_seconds: float | None
    compiled: int | None
    seconds: float


def to_records(samples: Sequence[Sample], rows: Rows, first: int) -> tuple[Batch, list[Image]]:
    """Converts a batch's rows to columns.

    Args:
        samples: The batch's files, in the dataset's order.
        rows: Their rows; every file has one or is skipped.
        first: Position of the first file in the dataset.
    """
    indices = {path: index for index, path in enumerate(rows.paths)}
    reasons = {entry.path: entry.reason for entry in rows.skipped}
    images = [
        Image(position, sample.path, sample.label, reasons[sample.path])
        if sample.path in reasons
        else Image(position, sample.path, sample.label, **_numbers(rows, indices[sample.path]))
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
    """The numbers of one image, by column."""
    numbers: dict[str, Any] = dict(zip(_CLEAN, map(_real, rows.clean[index]), strict=True))
    if rows.smallest is not None:
        level = _real(rows.smallest.levels[index])
        return numbers | {"smallest_level": level, "dead": int(rows.smallest.dead[index])}
    if rows.corrupted is not None:
        packed = rows.corrupted.logits[index].astype(_PACKED).tobytes()
        return numbers | {"corrupted": base64.b64encode(packed).decode("ascii")}
    attack = rows.attack
    if attack is None:
        return numbers
    return numbers | {
        **dict(zip(_ATTACKED, map(_real, attack.logits[index]), strict=True)),
        "success": int(attack.success[index]),
        "linf": _real(attack.linf[index]),
        "l2": _real(attack.l2[index]),
        "iterations": int(attack.iterations[index]),
        "gradient_calls": int(attack.gradient_calls[index]),
        "dead": int(attack.dead[index]),
        "felled_by": None if attack.felled_by is None else str(attack.felled_by[index]),
    }


def _real(value: np.floating) -> float | None:
    """A number as SQLite stores it: None for NaN, and a zero without its sign."""
    number = float(value)
    return None if math.isnan(number) else number + 0.0


def to_rows(batch: Batch, images: Sequence[Image], kind: RowKind | None) -> Rows:
    """Converts a batch's columns to rows.

    Args:
        batch: The batch.
        images: Its files, in their order.
        kind: What the rows hold besides the clean answers, if anything.
    """
    usable = [image for image in images if image.skipped is None]
    return Rows(
        paths=tuple(image.path for image in usable),
        labels=np.array([image.label for image in usable], np.int64),
        clean=_logits(usable, _CLEAN),
        skipped=tuple(
            SkippedFile(image.path, image.skipped) for image in images if image.skipped is not None
        ),
        timings=_timings(batch),
        seconds=batch.seconds,
        attack=_attack(usable) if kind is AttackRows and usable else None,
        smallest=_smallest(usable) if kind is SmallestLevels and usable else None,
        corrupted=_corrupted(usable) if kind is CorruptionRows and usable else None,
    )


def _attack(usable: Sequence[Image]) -> AttackRows:
    felled_by = [image.felled_by for image in usable]
    return AttackRows(
        logits=_logits(usable, _ATTACKED),
        success=np.array([image.success for image in usable], np.bool_),
        linf=np.array([image.linf for image in usable], np.float64),
        l2=np.array([image.l2 for image in usable], np.float64),
        iterations=np.array([image.iterations for image in usable], np.int64),
        gradient_calls=np.array([image.gradient_calls for image in usable], np.int64),
        dead=np.array([image.dead for image in usable], np.bool_),
        felled_by=None if None in felled_by else np.array(felled_by, np.str_),
    )


def _smallest(usable: Sequence[Image]) -> SmallestLevels:
    return SmallestLevels(
        levels=np.array([image.smallest_level for image in usable], np.float64),
        dead=np.array([image.dead for image in usable], np.bool_),
    )


def _corrupted(usable: Sequence[Image]) -> CorruptionRows:
    packed = b"".join(base64.b64decode(image.corrupted or "") for image in usable)
    logits = np.frombuffer(packed, _PACKED).astype(np.float32)
    return CorruptionRows(logits.reshape(len(usable), -1, len(_CLEAN)))


def _logits(usable: Sequence[Image], columns: Sequence[str]) -> NDArray[np.float32]:
    values = [[getattr(image, column) for column in columns] for image in usable]
    return np.array(values, np.float32).reshape(-1, len(columns))


def _timings(batch: Batch) -> tuple[Timing, ...]:
    if batch.forward_seconds is None:
        return ()
    return (
        Timing(batch.images, batch.forward_seconds, batch.attack_seconds, bool(batch.compiled)),
    )


def checksum(batch: Batch, images: Sequence[Image]) -> str:
    """Hashes a batch's columns: SQLite's own check does not notice a changed number.

    A column of a later schema counts only where it has a value, so that rows stored before keep
    their hash.
    """
    columns = [_checksum_columns(image) for image in images]
    return hashlib.sha256(json.dumps([batch, columns]).encode()).hexdigest()


def _checksum_columns(image: Image) -> tuple[object, ...]:
    first, later = image[: -len(_LATER)], image[-len(_LATER) :]
    return (*first, *(value for value in later if value is not None))
