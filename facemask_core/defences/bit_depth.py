"""Bit-depth reduction: with few levels, noise of less than half a level disappears."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from facemask_core.defences.base import Defence, check_whole_number
from facemask_core.defences.rounding import round_straight_through
from facemask_core.models.gradients import Tensor


@dataclass(frozen=True, kw_only=True)
class BitDepth(Defence):
    """Xu, Evans & Qi 2018 (arXiv:1704.01155), section III-A, "feature squeezing".

    Each value goes to the nearest of ``2 ** bits`` evenly spaced levels, black and white included.
    The rounding is straight-through for gradients.

    Attributes:
        bits: Bits a value, from 1 to 8; at 8 an 8-bit image stays as it is.
    """

    name: ClassVar[str] = "bit_depth"
    title: ClassVar[str] = "Bit depth"

    bits: int = 3

    def __post_init__(self) -> None:
        check_whole_number(self.bits, "The bit depth", 1, 8)

    @property
    def label(self) -> str:
        return f"bit depth {self.bits}"

    def __call__(self, pixels: Tensor) -> Tensor:
        highest = 2**self.bits - 1
        return round_straight_through(pixels * highest) / highest
