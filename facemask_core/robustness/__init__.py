"""Questions that take many attacks: from which epsilon on, on which models, in spite of what."""

from __future__ import annotations

from facemask_core.robustness.curve import RobustnessCurve, robustness_curve
from facemask_core.robustness.defence_comparison import DefenceComparison, defence_comparison
from facemask_core.robustness.noise_control import noise_control
from facemask_core.robustness.path import Step, attack_path, has_steps
from facemask_core.robustness.smallest import (
    LARGEST,
    SmallestEpsilons,
    minimal_epsilon,
    minimal_epsilons,
)
from facemask_core.robustness.survivors import AttackSurvival, attack_survival
from facemask_core.robustness.sweep import Sweep, epsilon_sweep, epsilon_sweep_parts, grid_of
from facemask_core.robustness.transfer_matrix import TransferMatrix, transfer_matrix

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
