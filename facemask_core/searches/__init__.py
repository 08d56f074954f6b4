"""Questions that take many attacks: from which epsilon on, on which models, in spite of what."""

from __future__ import annotations

from facemask_core.searches.control import noise_control
from facemask_core.searches.curve import RobustnessCurve, robustness_curve
from facemask_core.searches.defences import DefenceComparison, defence_comparison
from facemask_core.searches.matrix import TransferMatrix, transfer_matrix
from facemask_core.searches.path import Step, attack_path, has_steps
from facemask_core.searches.smallest import (
    LARGEST,
    SmallestEpsilons,
    minimal_epsilon,
    minimal_epsilons,
)
from facemask_core.searches.survivors import AttackSurvival, attack_survival
from facemask_core.searches.sweep import Sweep, epsilon_sweep, epsilon_sweep_parts, grid_of

__all__ = [
    "LARGEST",
    "AttackSurvival",
    "DefenceComparison",
    "RobustnessCurve",
    "SmallestEpsilons",
    "Step",
    "Sweep",
    "TransferMatrix",
    "attack_path",
    "attack_survival",
    "defence_comparison",
    "epsilon_sweep",
    "epsilon_sweep_parts",
    "grid_of",
    "has_steps",
    "minimal_epsilon",
    "minimal_epsilons",
    "noise_control",
    "robustness_curve",
    "transfer_matrix",
]
