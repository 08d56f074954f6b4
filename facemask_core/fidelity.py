"""How much of a picture an attack left: the numbers beside the noise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from facemask_core.epsilons import LEVELS

_WINDOW = 7
_VALUES = _WINDOW**2
_BORDER = _WINDOW // 2
"""Nearer to the edge than this, a window would reach outside the picture."""
_SMALL_MEAN, _SMALL_VARIANCE = (0.01 * LEVELS) ** 2, (0.03 * LEVELS) ** 2
"""The paper's two constants, which keep both ratios defined on black and on flat pictures."""


@dataclass(frozen=True)
class Fidelity:
    """Distances between two 8-bit pictures.

    Attributes:
        linf: Largest change of a value, in levels of 255.
        l2: Euclidean length of the change, on the [0, 1] scale.
        changed: Share of the values that changed at all.
        pixels: Share of the pixels in which one of the three values changed.
        ssim: Structural similarity (Wang et al. 2004, doi 10.1109/TIP.2003.819861), mean over the
            colours; 1 for equal pictures.
        psnr: Peak signal-to-noise ratio in decibels; infinite for equal pictures.
    """

    linf: int
    l2: float
    changed: float
    pixels: float
    ssim: float
    psnr: float

    def as_dict(self) -> dict[str, Any]:
        """The figures, fit for JSON, which knows no infinity: there ``psnr`` is None."""
        return asdict(self) | {"psnr": self.psnr if math.isfinite(self.psnr) else None}


def measure(original: NDArray[np.uint8], attacked: NDArray[np.uint8]) -> Fidelity:
    """Compares a picture with what an attack made of it.

    Args:
        original: uint8 (height, width, 3), each side at least 7.
        attacked: uint8 of the same shape.
    """
    return measure_all(original, [attacked])[0]


def measure_all(
    original: NDArray[np.uint8], attacked: Sequence[NDArray[np.uint8]]
) -> list[Fidelity]:
    """As :func:`measure`, for many attacked pictures of one original."""
    windows = _Windows(original)
    return [_measured(windows, picture) for picture in attacked]


def _measured(original: _Windows, attacked: NDArray[np.uint8]) -> Fidelity:
    change = attacked.astype(np.int32) - original.picture
    square = int((change**2).sum())
    moved = change != 0
    return Fidelity(
        linf=int(np.abs(change).max()),
        l2=math.sqrt(square) / LEVELS,
        changed=float(moved.mean()),
        pixels=float(moved.any(axis=2).mean()),
        ssim=_structural_similarity(original, _Windows(attacked)),
        psnr=10 * math.log10(LEVELS**2 * change.size / square) if square else math.inf,
    )


class _Windows:
    """A picture's mean and variance in every window; the original's serve many comparisons."""

    def __init__(self, picture: NDArray[np.uint8]) -> None:
        self.picture = picture
        self.values = picture.astype(np.float32)

    @cached_property
    def mean(self) -> NDArray[np.float64]:
        return _sums(self.values) / _VALUES

    @cached_property
    def variance(self) -> NDArray[np.float64]:
        return _covariance(self, self)


def _sums(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Sums over every whole window: exact, for they are whole numbers below 2**24."""
    summed = cv2.boxFilter(values, cv2.CV_32F, (_WINDOW, _WINDOW), normalize=False)
    return summed[_BORDER:-_BORDER, _BORDER:-_BORDER].astype(np.float64)


def _covariance(one: _Windows, other: _Windows) -> NDArray[np.float64]:
    products = _sums(one.values * other.values) - _VALUES * one.mean * other.mean
    return products / (_VALUES - 1)


def _structural_similarity(one: _Windows, other: _Windows) -> float:
    """Equation 13 of the paper, with even windows, averaged over windows and colours."""
    level = 2 * one.mean * other.mean + _SMALL_MEAN
    level /= one.mean**2 + other.mean**2 + _SMALL_MEAN
    shape = 2 * _covariance(one, other) + _SMALL_VARIANCE
    shape /= one.variance + other.variance + _SMALL_VARIANCE
    return float((level * shape).mean())
