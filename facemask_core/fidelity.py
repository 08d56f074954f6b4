"""How much of a picture an attack left: the numbers beside the noise."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

from facemask_core.epsilons import LEVELS


@dataclass(frozen=True)
class Fidelity:
    """Distances between two 8-bit pictures.

    Attributes:
        linf: Largest change of a value, in levels of 255.
        l2: Euclidean length of the change, on the [0, 1] scale.
        changed: Share of the values that changed at all.
        ssim: Structural similarity (Wang et al. 2004, doi 10.1109/TIP.2003.819861), mean over the
            colours; 1 for equal pictures.
        psnr: Peak signal-to-noise ratio in decibels; infinite for equal pictures.
    """

    linf: int
    l2: float
    changed: float
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
    change = attacked.astype(np.float64) - original
    mean_square = float((change**2).mean())
    return Fidelity(
        linf=int(np.abs(change).max()),
        l2=float(np.linalg.norm(change)) / LEVELS,
        changed=float((change != 0).mean()),
        ssim=float(structural_similarity(original, attacked, channel_axis=2)),
        psnr=10 * math.log10(LEVELS**2 / mean_square) if mean_square else math.inf,
    )
