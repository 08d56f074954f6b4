"""In which order a sweep computes its epsilons: a few far apart first, then those between them."""

from __future__ import annotations

import math
from collections.abc import Sequence

SHARES = (8, 4, 2, 16, 1, 32)
"""An eighth of the way first, where most models fall and a slider stands before it is moved."""


def coarse_places(epsilons: Sequence[float]) -> tuple[int, ...]:
    """Picks the epsilons of a sweep that come first.

    Args:
        epsilons: All of them, rising.

    Returns:
        Their places in the list: of 0, 1, 2 to 32 those of 4, 8, 16, 2, 32 and 1.
    """
    zeros = sum(epsilon == 0.0 for epsilon in epsilons)
    count = len(epsilons) - zeros
    places = [zeros + math.ceil(count / share) - 1 for share in SHARES] if count else []
    return tuple(dict.fromkeys(places))


def order_sweep(epsilons: Sequence[float]) -> list[int]:
    """Orders the epsilons of a sweep: 0, the coarse ones, then the gaps between them from the left.

    Each gap is filled from above, so that the next larger epsilon always has an answer already.

    Args:
        epsilons: All of them, rising.

    Returns:
        The places of all of them, each once.
    """
    coarse = coarse_places(epsilons)
    below = sum(epsilon == 0.0 for epsilon in epsilons) - 1
    order = [*range(below + 1), *coarse]
    for place in sorted(coarse):
        order += range(place - 1, below, -1)
        below = place
    return order
