"""How far an adversarial picture is from its original: the numbers beside the noise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

from facemask_core import cores
from facemask_core.epsilons import LEVELS
from facemask_core.pictures import images


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
        """Returns the figures for JSON, which knows no infinity: there ``psnr`` is None."""
        return asdict(self) | {"psnr": self.psnr if math.isfinite(self.psnr) else None}


def measure(original: NDArray[np.uint8], adversarial: NDArray[np.uint8]) -> Fidelity:
    """Compares a picture with an adversarial picture of it.

    Args:
        original: uint8 (height, width, 3), each side at least 7.
        adversarial: uint8 of the same shape.
    """
    return measure_all(original, [adversarial])[0]


def measure_all(
    original: NDArray[np.uint8], adversarial: Sequence[NDArray[np.uint8]]
) -> list[Fidelity]:
    """Compares a picture with many adversarial pictures of it, as :func:`measure` does with one."""
    compare = partial(_compare, original, images.to_float(original))
    return cores.map_rows(compare, adversarial)


def _compare(
    original: NDArray[np.uint8], floats: NDArray[np.float32], adversarial: NDArray[np.uint8]
) -> Fidelity:
    change = adversarial.astype(np.int32) - original
    square = int((change**2).sum())
    differs = change != 0
    # In float32 scikit-image takes a third of the time that it takes for bytes.
    similarity = structural_similarity(
        floats, images.to_float(adversarial), channel_axis=2, data_range=1.0
    )
    return Fidelity(
        linf=int(np.abs(change).max()),
        l2=math.sqrt(square) / LEVELS,
        changed=float(differs.mean()),
        pixels=float(differs.any(axis=2).mean()),
        ssim=float(similarity),
        psnr=10 * math.log10(LEVELS**2 * change.size / square) if square else math.inf,
    )
