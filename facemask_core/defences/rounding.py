"""Rounding that lets gradients pass, although its own slope is zero."""

from __future__ import annotations

from facemask_core.backend import keras
from facemask_core.models.gradients import Tensor

ops = keras.ops


def straight_through(value: Tensor, exact: Tensor) -> Tensor:
    """Returns ``exact``, with the gradient of ``value``.

    The straight-through estimator of Bengio et al. 2013 (arXiv:1308.3432); against a defence it is
    the backward pass approximation of Athalye et al. 2018 (arXiv:1802.00420, section 4.1).

    Args:
        value: Float tensor, differentiable.
        exact: Float tensor of the same shape, the result.
    """
    return value + ops.stop_gradient(exact - value)


def round_straight_through(value: Tensor) -> Tensor:
    """Rounds to whole numbers; the gradient passes as if nothing had happened."""
    return straight_through(value, ops.round(value))
