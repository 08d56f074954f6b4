"""In which order a sweep computes its epsilons: a few far apart first, then those between them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

SHARES = (8, 4, 2, 16, 1, 32)
"""An eighth of the way first, where most models fall and a slider stands before it is moved."""
_SLACK = 1e-9
"""Relative: 32/255 divided by eight may come out a little above 4/255."""


def coarse_places(epsilons: Sequence[float]) -> tuple[int, ...]:
    """Picks the epsilons of a sweep that come first: the last, and the next above shares of it.

    Args:
        epsilons: All of them, rising.

    Returns:
        Their places in the list: of 0, 1, 2 to 32 those of 4, 8, 16, 2, 32 and 1, and of a list
        with gaps those of the same epsilons, where it has them.
    """
    last = len(epsilons) - 1
    if last < 0 or epsilons[last] == 0.0:
        return ()
    shares = [epsilons[last] / share * (1.0 - _SLACK) for share in SHARES]
    places = [
        last if part == 1 else bisect_left(epsilons, share)
        for part, share in zip(SHARES, shares, strict=True)
    ]
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
