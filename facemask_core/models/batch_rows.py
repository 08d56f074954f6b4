"""Rows of batches, joined again and padded up to a size."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def join_rows(parts: list[list[NDArray[Any]]]) -> list[NDArray[Any]]:
    """Joins the outputs of consecutive rows.

    Args:
        parts: By part, the same outputs of the rows that follow those of the part before.
    """
    if len(parts) == 1:
        return parts[0]
    return [np.concatenate(column) for column in zip(*parts, strict=True)]


def pad_rows(array: NDArray[Any], length: int) -> NDArray[Any]:
    """Repeats the last row: unlike zeros it cannot produce an overflow real rows do not have.

    Args:
        array: At least one row.
        length: How many rows there shall be.
    """
    missing = length - len(array)
    return np.concatenate([array, np.repeat(array[-1:], missing, axis=0)]) if missing else array
