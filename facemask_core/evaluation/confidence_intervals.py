"""How far a figure can be off because the dataset is a sample: 95 % confidence intervals.

Images are taken for independent draws. Several pictures of one person are not, so where a dataset
holds many of those, the truth is less certain than an interval says.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, bootstrap

LEVEL = 0.95
"""Of all intervals, the share meant to hold the truth."""
_RESAMPLES = 2000
_CELLS = 2**20
"""Numbers drawn at a time, so that memory does not grow with the dataset."""


@dataclass(frozen=True)
class Interval:
    """Where the truth behind a figure is to be expected.

    Attributes:
        low: Lower end.
        high: Upper end.
        method: How it was found: ``wilson``, ``wilson, combined`` or ``bootstrap``.
    """

    low: float
    high: float
    method: str

    def as_dict(self) -> dict[str, Any]:
        """The interval, fit for JSON."""
        return asdict(self) | {"level": LEVEL}


def proportion(hits: NDArray[np.bool_]) -> Interval | None:
    """The interval of a share, after Wilson 1927.

    Not a bootstrap: resampling a share is the binomial distribution at the share observed, so where
    all images are right, or one image is all there is, its interval is a single point. Wilson's is
    the score test turned round; it needs no draws, stays in [0, 1], and is never a point.

    Args:
        hits: bool (n,), the images that count and whether each is a hit.

    Returns:
        The interval, or None without an image.
    """
    if not len(hits):
        return None
    found = binomtest(int(hits.sum()), len(hits)).proportion_ci(LEVEL, method="wilson")
    return Interval(float(found.low), float(found.high), "wilson")


def mean_of_proportions(groups: list[NDArray[np.bool_]]) -> Interval | None:
    """The interval of the plain mean of several shares, such as balanced accuracy.

    Each share's Wilson interval is found alone, and their distances from the shares are added as
    independent errors are, in squares, each side by itself (Newcombe 1998, method 10; Zou and
    Donner 2008). A bootstrap within the groups would take a small group that is all right for
    certain; here its interval keeps its width.

    Args:
        groups: bool (n_i,), one array a group; empty ones are left out.

    Returns:
        The interval, or None without an image.
    """
    shares, lows, highs = [], [], []
    for group in groups:
        if (alone := proportion(group)) is not None:
            shares.append(group.mean())
            lows.append(alone.low)
            highs.append(alone.high)
    if not shares:
        return None
    centre = np.array(shares)
    below, above = np.linalg.norm(centre - lows), np.linalg.norm(centre - highs)
    low, high = centre.mean() - below / len(centre), centre.mean() + above / len(centre)
    return Interval(float(max(low, 0.0)), float(min(high, 1.0)), "wilson, combined")


def mean(values: NDArray[np.floating], *, seed: int = 0) -> Interval | None:
    """The interval of a mean of anything but hits and misses, by bootstrap over the images.

    Percentiles of the means of 2000 resamples (Efron 1979). The corrected and accelerated variant
    would leave out one image at a time, which takes a time that grows with the square of their
    number.

    Args:
        values: Floats (n,), one an image.
        seed: Of the resampling; the same seed, the same interval.

    Returns:
        The interval, or None where all values are equal: resampling those says nothing.
    """
    if not len(values) or np.ptp(values) == 0:
        return None
    found = bootstrap(
        (values,),
        np.mean,
        n_resamples=_RESAMPLES,
        batch=max(1, _CELLS // len(values)),
        confidence_level=LEVEL,
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return Interval(float(found.low), float(found.high), "bootstrap")
