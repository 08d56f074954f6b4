"""95 % confidence intervals: how far a figure can be off because the dataset is a sample.

Images count as independent draws. Several pictures of one person are not independent, so a dataset
with many of those says less than its intervals claim.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, bootstrap

LEVEL = 0.95
"""The share of all intervals that contain the true value."""
_RESAMPLES = 2000
_CELLS = 2**20
"""Random numbers at a time, so that memory does not grow with the dataset."""


@dataclass(frozen=True)
class Interval:
    """The range in which a figure's true value is to be expected.

    Attributes:
        low: Lower end.
        high: Upper end.
        method: How it is computed: ``wilson``, ``wilson, combined`` or ``bootstrap``.
    """

    low: float
    high: float
    method: str

    def as_dict(self) -> dict[str, Any]:
        """The interval, fit for JSON."""
        return asdict(self) | {"level": LEVEL}


def bound_proportion(hits: NDArray[np.bool_]) -> Interval | None:
    """Computes the interval of a share, after Wilson 1927.

    Not a bootstrap: resampling a share gives the binomial distribution at the observed share, so
    where all images are right, or there is only one image, its interval is a single point. Wilson's
    inverts the score test; it needs no random numbers, stays in [0, 1], and is never a point.

    Args:
        hits: bool (n,), the images that count and whether each is a hit.

    Returns:
        The interval, or None without an image.
    """
    if not len(hits):
        return None
    interval = binomtest(int(hits.sum()), len(hits)).proportion_ci(LEVEL, method="wilson")
    return Interval(float(interval.low), float(interval.high), "wilson")


def bound_mean_of_proportions(groups: list[NDArray[np.bool_]]) -> Interval | None:
    """Computes the interval of the plain mean of several shares, such as balanced accuracy.

    Each share has its own Wilson interval. The distances of their ends from the shares are added
    in squares, as independent errors are, each side by itself (Newcombe 1998, method 10; Zou and
    Donner 2008). A bootstrap within the groups would treat a small group without an error as
    certain; here its interval keeps its width.

    Args:
        groups: bool (n_i,), one array a group; empty ones are left out.

    Returns:
        The interval, or None without an image.
    """
    shares, lows, highs = [], [], []
    for group in groups:
        if (interval := bound_proportion(group)) is not None:
            shares.append(group.mean())
            lows.append(interval.low)
            highs.append(interval.high)
    if not shares:
        return None
    centre = np.array(shares)
    below, above = np.linalg.norm(centre - lows), np.linalg.norm(centre - highs)
    low, high = centre.mean() - below / len(centre), centre.mean() + above / len(centre)
    return Interval(float(max(low, 0.0)), float(min(high, 1.0)), "wilson, combined")


def bound_mean(values: NDArray[np.floating], *, seed: int = 0) -> Interval | None:
    """Computes the interval of a mean, by bootstrap over the images; for shares see above.

    The ends are percentiles of the means of 2000 resamples (Efron 1979). The bias-corrected and
    accelerated variant would leave out one image at a time, and take time in the square of their
    number.

    Args:
        values: Floats (n,), one an image.
        seed: Seed of the resampling; the same seed gives the same interval.

    Returns:
        The interval, or None where all values are equal, for then every resample is the same.
    """
    if not len(values) or np.ptp(values) == 0:
        return None
    interval = bootstrap(
        (values,),
        np.mean,
        n_resamples=_RESAMPLES,
        batch=max(1, _CELLS // len(values)),
        confidence_level=LEVEL,
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return Interval(float(interval.low), float(interval.high), "bootstrap")
