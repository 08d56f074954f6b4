"""From the gradients met so far to the direction of the next step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from facemask_core.attacks.norms import PIXEL_AXES
from facemask_core.backend import keras
from facemask_core.models.gradients import Tensor

ops = keras.ops


class StepRule(ABC):
    """Traced into the attack's program; equal rules share a program."""

    @abstractmethod
    def memory(self, images: Tensor) -> Tensor:
        """What the rule remembers before the first step."""

    @abstractmethod
    def follow(self, gradient: Tensor, memory: Tensor, *settings: Tensor) -> tuple[Tensor, Tensor]:
        """Chooses the direction to climb.

        Args:
            gradient: Of the moment.
            memory: What is remembered so far.
            *settings: The rule's numbers, tensors so that another value traces nothing anew.

        Returns:
            The direction, of any length, and what is remembered of it.
        """


@dataclass(frozen=True)
class Plain(StepRule):
    """Follow the gradient of the moment."""

    def memory(self, images: Tensor) -> Tensor:
        return ops.zeros(())

    def follow(self, gradient: Tensor, memory: Tensor, *settings: Tensor) -> tuple[Tensor, Tensor]:
        return gradient, memory


@dataclass(frozen=True)
class Momentum(StepRule):
    """Dong et al. 2018 (arXiv:1710.06081), eq. 6: a decaying sum of gradients of equal length.

    Its one setting is the decay: the weight of what has been, mu in the paper.
    """

    def memory(self, images: Tensor) -> Tensor:
        return ops.zeros_like(images)

    def follow(self, gradient: Tensor, memory: Tensor, *settings: Tensor) -> tuple[Tensor, Tensor]:
        (decay,) = settings
        length = ops.mean(ops.abs(gradient), axis=PIXEL_AXES, keepdims=True)
        # A vanished gradient adds nothing; dividing by its length would make the image NaN.
        unit = gradient / ops.where(length > 0, length, ops.ones_like(length))
        velocity = decay * memory + unit
        return velocity, velocity
