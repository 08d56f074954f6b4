"""Epsilon as text (0.05, 8/255), on the screen, and on a slider."""

from __future__ import annotations

import math
from dataclasses import dataclass

from facemask_core.errors import AttackError

LEVELS = 255
"""Steps of an 8-bit pixel value; one step is 1/255 on the [0, 1] scale."""
_STOPS = (*range(9), 10, 12, 14, 16, 20, 24, 28, 32)


def parse_epsilon(text: str) -> float:
    """Reads a length on the [0, 1] pixel scale.

    Args:
        text: A decimal number or a fraction of whole numbers.

    Raises:
        AttackError: It is neither, or it is negative.
    """
    above, slash, below = text.partition("/")
    try:
        number = int(above) / int(below) if slash else float(text)
    except (ValueError, ZeroDivisionError, OverflowError) as error:
        raise AttackError(f"{text!r} is no number; write 0.05 or 8/255.") from error
    if not math.isfinite(number):
        raise AttackError(f"{text!r} is not finite; write 0.05 or 8/255.")
    if number < 0:
        raise AttackError(f"{text!r} is negative; a distance is 0 or more.")
    return number


def describe_epsilon(epsilon: float, norm: str = "linf") -> str:
    """Writes an epsilon on both scales, such as ``8/255 (0.0314)`` or ``12.75/255 (0.05)``.

    A length in L2 has no scale of 8-bit levels and is written as it is, such as ``2.25``.
    """
    if norm == "l2":
        return f"{epsilon:.4g}"
    return f"{round(LEVELS * epsilon, 3):g}/255 ({epsilon:.3g})"


@dataclass(frozen=True)
class Grid:
    """Epsilons in equal steps from 0, as on a slider; each step is a notch.

    Such an epsilon is written as a number, over a unit if there is one: 8/255, or plain 2.25.

    Attributes:
        norm: The norm that epsilon is a length in: ``linf`` or ``l2``.
        step: The number's increase a notch.
        unit: The number's denominator.
        last: The slider's last notch; the first is 0.
        usual: The slider's notch at first.
    """

    norm: str
    step: float
    unit: int = 1
    last: int = 32
    usual: int = 4

    @property
    def notches(self) -> range:
        """All notches of the slider."""
        return range(self.last + 1)

    @property
    def stops(self) -> list[int]:
        """The notches where the lab's slider stops: each as far as most faces fall, then fewer."""
        return [notch for notch in _STOPS if notch <= self.last]

    def number(self, notch: int) -> float:
        """Returns the number that is written for a notch."""
        return notch * self.step

    def epsilon(self, notch: int) -> float:
        """Returns the epsilon at a notch, as attacks take it."""
        return self.number(notch) / self.unit

    def write(self, notch: int) -> str:
        """Writes the epsilon at a notch: ``8/255``, or ``2.25``."""
        share = f"/{self.unit}" if self.unit > 1 else ""
        return f"{self.number(notch):g}{share}"

    def notch(self, number: float) -> int:
        """Finds the notch of a number, also beyond the slider.

        Raises:
            AttackError: It is no whole number of steps from 0 on.
        """
        notch = number / self.step
        if not (math.isfinite(notch) and notch >= 0 and notch == int(notch)):
            raise AttackError(f"{number:g} is no whole number of steps of {self.write(1)}.")
        return int(notch)


LINF = Grid("linf", step=1, unit=LEVELS)
"""Every notch is an 8-bit level, so that rounding a picture changes nothing about FGSM."""
L2 = Grid("l2", step=0.25)
"""From no fooled sample to most of them on the robust model too (measured with PGD)."""
_GRIDS = {grid.norm: grid for grid in (LINF, L2)}


def grid(norm: str) -> Grid:
    """Returns the slider of a norm.

    Args:
        norm: ``linf`` or ``l2``.

    Raises:
        AttackError: There is none.
    """
    if norm not in _GRIDS:
        raise AttackError(f"There is no slider in {norm!r}; choose one of {', '.join(_GRIDS)}.")
    return _GRIDS[norm]
