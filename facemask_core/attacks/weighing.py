"""The search for the smallest weight of success against distance that still fools."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from facemask_core.errors import AttackError

_TENFOLD = np.float32(10.0)
_LARGEST = 1e10
"""Weights far beyond any use would overflow the optimiser's numbers."""
_LARGEST_TRIED = 1e-4
"""With a smaller weight in every search the distance alone decides, and the image stays itself."""


def check_first_weight(first: float, searches: int) -> None:
    """Checks the weight that a search begins with.

    Args:
        first: The weight.
        searches: How many are tried; each is ten times the one before, until one fools.

    Raises:
        AttackError: It is out of range, or no weight that is tried lets the attack move.
    """
    smallest = _LARGEST_TRIED / float(_TENFOLD) ** (searches - 1)
    if not max(smallest, float(np.finfo(np.float32).tiny)) <= first <= _LARGEST:
        raise AttackError(
            f"The first weight is {first:g}, with which the attack cannot move; over {searches} "
            f"searches it must lie from {smallest:g} to {_LARGEST:g}."
        )


class Weights:
    """One weight an image: tenfold until it fools, then halving the interval.

    Carlini & Wagner 2017 (arXiv:1608.04644), section V-C; Szegedy et al. 2014 (arXiv:1312.6199),
    section 4.1, by line search.
    """

    def __init__(self, count: int, first: float) -> None:
        """Begins with the same weight for every image."""
        self.current = np.full(count, first, np.float32)
        """float32 (count,), the weights to try next."""
        self._low = np.zeros(count, np.float32)
        self._high = np.full(count, np.inf, np.float32)

    def learn(self, success: NDArray[np.bool_]) -> None:
        """Chooses the next weights.

        Args:
            success: bool (count,), whether the present weights fooled the model.
        """
        self._high = np.where(success, np.minimum(self._high, self.current), self._high)
        self._low = np.where(success, self._low, np.maximum(self._low, self.current))
        bounded = np.isfinite(self._high)
        middle = (self._low + np.where(bounded, self._high, self._low)) / 2
        self.current = np.where(
            bounded, middle, np.minimum(self.current * _TENFOLD, _LARGEST)
        ).astype(np.float32)
