"""The basic iterative method: FGSM in small steps, from the image itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from facemask_core.attacks.iterative_ascent import IterativeAscent


@dataclass(frozen=True, kw_only=True)
class BIM(IterativeAscent):
    """Kurakin et al. 2017 (arXiv:1607.02533), section 2.2.

    It is PGD without a random start, and with shorter steps: the authors take about 1.25 times
    epsilon's levels as the number of steps of one level.
    """

    name: ClassVar[str] = "bim"
    title: ClassVar[str] = "BIM"
    reach: ClassVar[float] = 1.25

    steps: int = 10
