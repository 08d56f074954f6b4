"""The search for the smallest weight of success against distance that still fools."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_TENFOLD = np.float32(10.0)


class Weights:
    """One weight an image: tenfold until it fools, then halving the interval.

    Carlini & Wagner 2017 (arXiv:1608.04644), section V-C; Szegedy et al. 2014 (arXiv:1312.6199),
    section 4.1, by line search.
    """

    def __init__(self, count: int, first: float) -> None:
        """Begins with the same weight for every image."""
        self.now = np.full(count, first, np.float32)
        """float32 (count,), the weights to be tried next."""
        self._low = np.zeros(count, np.float32)
        self._high = np.full(count, np.inf, np.float32)

    def learn(self, fooled: NDArray[np.bool_]) -> None:
        """Chooses the next weights.

        Args:
            fooled: bool (count,), whether the weights of the moment were enough.
        """
        self._high = np.where(fooled, np.minimum(self._high, self.now), self._high)
        self._low = np.where(fooled, self._low, np.maximum(self._low, self.now))
        bounded = np.isfinite(self._high)
        middle = (self._low + np.where(bounded, self._high, self._low)) / 2
        # Weights far beyond any use would overflow the optimiser's numbers.
        self.now = np.where(bounded, middle, np.minimum(self.now * _TENFOLD, 1e10)).astype(
            np.float32
        )
