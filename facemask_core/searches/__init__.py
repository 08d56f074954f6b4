"""Questions that take many attacks: from which epsilon on, how many images, on which models."""

from __future__ import annotations

from facemask_core.searches.curve import RobustnessCurve, robustness_curve
from facemask_core.searches.matrix import TransferMatrix, transfer_matrix
from facemask_core.searches.smallest import SmallestEpsilons, minimal_epsilon, minimal_epsilons
from facemask_core.searches.sweep import Sweep, epsilon_sweep

__all__ = [
    "RobustnessCurve",
    "SmallestEpsilons",
    "Sweep",
    "TransferMatrix",
    "epsilon_sweep",
    "minimal_epsilon",
    "minimal_epsilons",
    "robustness_curve",
    "transfer_matrix",
]
