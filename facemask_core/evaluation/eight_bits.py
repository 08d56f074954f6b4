"""Changes that rounding to 8 bits undoes: a saved picture of them is the original again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks import Attack
from facemask_core.epsilons import LEVELS, describe_epsilon

HALF_LEVEL = 0.5 / LEVELS
"""A value on the k/255 grid that moves by less than this is rounded back to where it was."""


def is_rounded_away(linf: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Says which changes rounding undoes, bool (n,).

    Args:
        linf: float64 (n,), the largest change of each image, whose original has 8 bits a value.
    """
    return (linf > 0.0) & (linf < HALF_LEVEL)


def find_hindrance(attack: Attack, epsilon: float, *, least: float = HALF_LEVEL) -> str | None:
    """Finds out from the settings alone why an attack cannot do what its epsilon promises.

    Args:
        attack: The attack.
        epsilon: Its radius.
        least: The smallest change of a value that a saved picture shows; the length of a change
            in L2 is at least as long as the change of any one value.

    Returns:
        A sentence for the user; None where nothing is in the way.
    """
    norm = str(attack.threat_model(epsilon)["norm"])
    if epsilon == 0.0:
        return "Epsilon is 0, so the attack changes nothing and its figures say nothing of it."
    way = attack.longest_way(epsilon)
    if way < least * (1.0 - 1e-6):
        enough = "2" if norm == "l2" else "1/255"
        return (
            f"The attack moves an image by at most {describe_epsilon(way, norm)} in {norm}, which "
            "is too little to change any value of a picture saved in 8 bits; take a larger "
            f"epsilon or longer steps, such as {enough}."
        )
    if way < epsilon * (1.0 - 1e-6):
        return (
            f"All steps together go {describe_epsilon(way, norm)} of the {norm} epsilon "
            f"{describe_epsilon(epsilon, norm)}; take more or longer steps to measure that epsilon."
        )
    return None
