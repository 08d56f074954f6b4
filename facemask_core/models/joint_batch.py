"""Requests of several clients, computed as one batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Sequence[NDArray[Any]]


def compute_together(
    inputs: list[Arrays], work: Callable[[Arrays], list[NDArray[Any]]]
) -> list[list[NDArray[Any]]]:
    """Computes several requests as one batch, and returns to each its own rows.

    Args:
        inputs: The arrays of each request, with the same first axis.
        work: Computes outputs, row by row independent, with that first axis.
    """
    if len(inputs) == 1:
        return [work(inputs[0])]
    outputs = work([np.concatenate(column) for column in zip(*inputs, strict=True)])
    ends = np.cumsum([len(arrays[0]) for arrays in inputs])
    return [
        [output[end - len(arrays[0]) : end] for output in outputs]
        for arrays, end in zip(inputs, ends, strict=True)
    ]
