"""How the direction of the next step follows from the gradients so far."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from facemask_core.attacks.norms import PIXEL_AXES
from facemask_core.backend import keras
from facemask_core.models.gradients import Tensor

ops = keras.ops


class StepRule(ABC):
    """A rule for the next step, traced into the attack's program; equal rules share a program."""

    @abstractmethod
    def memory(self, images: Tensor) -> Tensor:
        """Returns the rule's memory before the first step."""

    @abstractmethod
    def follow(self, gradient: Tensor, memory: Tensor, *settings: Tensor) -> tuple[Tensor, Tensor]:
        """Chooses the direction to climb.

        Args:
            gradient: At the present point.
            memory: As the step before left it.
            *settings: The rule's numbers, tensors so that another value traces nothing anew.

        Returns:
            The direction, of any length, and the new memory.
        """


@dataclass(frozen=True)
class Plain(StepRule):
    """Follows the gradient at the present point."""

    def memory(self, images: Tensor) -> Tensor:
        return ops.zeros(())

    def follow(self, gradient: Tensor, memory: Tensor, *settings: Tensor) -> tuple[Tensor, Tensor]:
        return gradient, memory


@dataclass(frozen=True)
class Momentum(StepRule):
    """Dong et al. 2018 (arXiv:1710.06081), eq. 6: a decaying sum of gradients of equal length.

    Its one setting is the decay: the weight of the gradients before, mu in the paper.
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
