"""The momentum iterative method: BIM whose steps keep part of the direction before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from facemask_core.attacks.iterative_ascent import IterativeAscent
from facemask_core.attacks.step_rules import Momentum, StepRule
from facemask_core.errors import AttackError


@dataclass(frozen=True, kw_only=True)
class MIM(IterativeAscent):
    """Dong et al. 2018 (arXiv:1710.06081), algorithm 1; made to transfer between models.

    Attributes:
        decay: Weight of the gradients met before; 0 makes it the basic iterative method.
    """

    name: ClassVar[str] = "mim"
    title: ClassVar[str] = "MIM"
    reach: ClassVar[float] = 1.0

    steps: int = 10
    decay: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0.0 <= self.decay <= 1.0:
            raise AttackError(f"The decay is {self.decay:g}; it must lie from 0 to 1.")

    def _rule(self) -> StepRule:
        return Momentum()

    def _rule_settings(self) -> tuple[np.float32, ...]:
        return (np.float32(self.decay),)
