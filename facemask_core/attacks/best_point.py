"""The best point that each image of a batch has passed on its way uphill."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from facemask_core.backend import keras
from facemask_core.models.gradients import Tensor

ops = keras.ops


class BestPoint(NamedTuple):
    """The best point of the path so far, image by image.

    Attributes:
        lead: (n,), the wanted class's lead there.
        pixels: (n, h, w, 3).
        logits: (n, 2).
        step: int32 (n,), the step it was reached at.
    """

    lead: Tensor
    pixels: Tensor
    logits: Tensor
    step: Tensor

    @classmethod
    def before_start(cls, start: Tensor, direction: Tensor) -> BestPoint:
        """Holds the start with a lead of minus infinity, so that any point is better."""
        nothing = ops.zeros_like(direction[:, 0])
        zeros = ops.zeros_like(direction)
        return cls(nothing - np.inf, start, zeros, ops.cast(nothing, "int32"))

    def or_better(
        self, pixels: Tensor, logits: Tensor, lead: Tensor, allowed: Tensor, step: Tensor
    ) -> BestPoint:
        """Takes the new point where it is allowed and leads by more, and this one elsewhere."""
        rises = ops.logical_and(allowed, lead > self.lead)
        return BestPoint(
            ops.where(rises, lead, self.lead),
            # Most steps improve every image or none; then no pixel has to be copied.
            ops.cond(
                ops.all(rises),
                lambda: pixels,
                lambda: ops.where(rises[:, None, None, None], pixels, self.pixels),
            ),
            ops.where(rises[:, None], logits, self.logits),
            ops.where(rises, step, self.step),
        )
