"""Epsilon as people write it: 0.05, 8/255; and as the screen shows it: both at once."""

from __future__ import annotations

import math

from facemask_core.errors import AttackError

LEVELS = 255
"""Steps of an 8-bit pixel value; one step is 1/255 on the [0, 1] scale."""


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


def describe_epsilon(epsilon: float) -> str:
    """Writes an epsilon on both scales, such as ``8/255 (0.0314)`` or ``12.75/255 (0.05)``."""
    return f"{round(LEVELS * epsilon, 3):g}/255 ({epsilon:.3g})"
