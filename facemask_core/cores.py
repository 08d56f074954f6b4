"""Work on independent rows, shared out over the machine's cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Row = TypeVar("Row")
Result = TypeVar("Result")


def map_rows(function: Callable[[Row], Result], rows: Sequence[Row]) -> list[Result]:
    """Applies a function to every row, several at a time.

    Args:
        function: A function that NumPy or another library computes without Python's lock; with the
            lock, threads only wait for one another.
        rows: The rows.

    Returns:
        The results in the rows' order.
    """
    if len(rows) < 2:  # one face on a page does not wait for threads to start
        return [function(row) for row in rows]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(function, rows))
