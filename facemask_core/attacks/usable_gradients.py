"""Which gradients point somewhere, and what takes the place of those that do not."""

from __future__ import annotations

from facemask_core.attacks import losses
from facemask_core.attacks.losses import Loss
from facemask_core.attacks.norms import PIXEL_AXES
from facemask_core.backend import keras
from facemask_core.models.gradients import Tensor

ops = keras.ops


def is_usable(gradient: Tensor) -> Tensor:
    """Says which images' gradients are neither all zero nor partly not finite, (n,)."""

    def examine_entries() -> Tensor:
        steepness = ops.max(ops.abs(gradient), axis=PIXEL_AXES)
        return ops.logical_and(steepness > 0, ops.isfinite(steepness))

    # A sum takes half the time and is above suspicion wherever it is finite and not zero.
    total = ops.sum(gradient, axis=PIXEL_AXES)
    plain = ops.logical_and(total != 0, ops.isfinite(total))
    return ops.cond(ops.all(plain), lambda: plain, examine_entries)


def zero_unless(usable: Tensor, gradient: Tensor) -> Tensor:
    """Sets the gradients to zero for the images where they are not usable."""
    return ops.cond(
        ops.all(usable),
        lambda: gradient,
        lambda: ops.where(usable[:, None, None, None], gradient, ops.zeros_like(gradient)),
    )


def scale_by_slope(slope: Tensor, gradient: Tensor, loss: Loss) -> Tensor:
    """Turns the lead's gradient into the loss's by the chain rule; the margin loss needs none."""
    return gradient if loss is losses.MARGIN else slope[:, None, None, None] * gradient
