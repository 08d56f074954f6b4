"""What an attack climbs: functions of the margin by which the wanted class leads.

With two classes cross-entropy is a monotone function of the margin, so both have the same maximum
and the same gradient direction. They differ where a computer's numbers end: far from the boundary
cross-entropy's slope underflows to zero, and an attack that follows it stands still.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from facemask_core.backend import keras
from facemask_core.errors import AttackError
from facemask_core.models.gradients import Tensor

ops = keras.ops


@dataclass(frozen=True)
class Loss:
    """A loss as a function of the wanted class's lead over the other, shape (n,).

    Attributes:
        name: As the setting calls it.
        value: The loss to be raised, shape (n,).
        slope: Its derivative, shape (n,).
    """

    name: str
    value: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor], Tensor]


MARGIN = Loss("margin", value=lambda lead: lead, slope=ops.ones_like)
"""The lead itself; its slope never vanishes (Carlini & Wagner 2017, arXiv:1608.04644, f6)."""

CROSS_ENTROPY = Loss("cross-entropy", value=ops.softplus, slope=ops.sigmoid)
"""Cross-entropy of the true class, which untargeted attacks raise (Goodfellow et al. 2015)."""

_TARGETED_CROSS_ENTROPY = Loss(
    "cross-entropy", value=lambda lead: -ops.softplus(-lead), slope=lambda lead: ops.sigmoid(-lead)
)
"""Cross-entropy of the target, which targeted attacks lower."""

_NAMES = (MARGIN.name, CROSS_ENTROPY.name)


def names() -> tuple[str, ...]:
    """Lists the names of the losses an attack can climb."""
    return _NAMES


def loss(name: str, *, targeted: bool) -> Loss:
    """Returns a loss by its name.

    Args:
        name: A name from :func:`names`.
        targeted: Whether the attack wants one class, rather than away from another.

    Raises:
        AttackError: There is no such loss, or it needs more classes than there are.
    """
    if name == "dlr":
        raise AttackError(
            "The DLR loss compares the three highest scores (Croce & Hein 2020), and a mask "
            "detector has two; choose margin, which never saturates either."
        )
    if name not in _NAMES:
        raise AttackError(f"There is no loss {name!r}; choose one of {', '.join(_NAMES)}.")
    if name == MARGIN.name:
        return MARGIN
    return _TARGETED_CROSS_ENTROPY if targeted else CROSS_ENTROPY
