"""Questions that take many attacks: from which epsilon on, on which models, against what."""

from __future__ import annotations

from facemask_core.robustness.corruption_table import (
    CorruptionTable,
    evaluate_corruptions,
    measure_corruptions,
)
from facemask_core.robustness.curve import RobustnessCurve, measure_robustness_curve
from facemask_core.robustness.defence_comparison import DefenceComparison, compare_defences
from facemask_core.robustness.first_change import (
    FirstChange,
    find_first_change,
    find_first_epsilon,
    rank_dangers,
)
from facemask_core.robustness.noise_control import measure_noise_control
from facemask_core.robustness.path import Step, follow_attack, has_steps
from facemask_core.robustness.smallest import (
    LARGEST,
    SmallestEpsilons,
    find_smallest_epsilon,
    find_smallest_epsilons,
)
from facemask_core.robustness.survivors import AttackSurvival, measure_attack_survival
from facemask_core.robustness.sweep import Sweep, grid_of, sweep_epsilons, sweep_epsilons_in_parts
from facemask_core.robustness.transfer_matrix import TransferMatrix, measure_transfer

__all__ = [
    "LARGEST",
    "AttackSurvival",
    "CorruptionTable",
    "DefenceComparison",
    "FirstChange",
    "RobustnessCurve",
    "SmallestEpsilons",
    "Step",
    "Sweep",
    "TransferMatrix",
    "compare_defences",
    "evaluate_corruptions",
    "find_first_change",
    "find_first_epsilon",
    "find_smallest_epsilon",
    "find_smallest_epsilons",
    "follow_attack",
    "grid_of",
    "has_steps",
    "measure_attack_survival",
    "measure_corruptions",
    "measure_noise_control",
    "measure_robustness_curve",
    "measure_transfer",
    "rank_dangers",
    "sweep_epsilons",
    "sweep_epsilons_in_parts",
]
