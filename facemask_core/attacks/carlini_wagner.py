"""Carlini and Wagner's attack: distance and success weighed against each other by an optimiser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks.base import MAX_STEPS, check_step, directions
from facemask_core.attacks.minimal import MinimalAttack, SearchResult
from facemask_core.attacks.norms import PIXEL_AXES
from facemask_core.attacks.usable_gradients import is_usable, zero_unless
from facemask_core.attacks.weighing import Weights, check_first_weight
from facemask_core.backend import keras
from facemask_core.errors import AttackError
from facemask_core.models.classifier import Classifier
from facemask_core.models.gradients import ModelFunctions, Tensor
from facemask_core.models.loops import Loop, Tensors

ops = keras.ops

_BETA_1, _BETA_2, _ADAM_EPSILON = 0.9, 0.999, 1e-8
"""Adam's own defaults (Kingma & Ba 2015), which the authors keep."""
_SHORTEST_WAY = 1e-3
"""Learning rate times steps; below it no value moves by half a level of a picture in 8 bits, as a
step of Adam is no longer than 3.2 learning rates in ``w``, and half as long in the image."""


@dataclass(frozen=True, kw_only=True)
class CarliniWagner(MinimalAttack):
    """Carlini & Wagner 2017 (arXiv:1608.04644), section V: the L2 attack with their loss f6.

    Minimises ``||x' - x||^2 + c max(-lead, -confidence)`` over ``x' = (tanh(w) + 1) / 2``, which
    cannot leave [0, 1], and searches for the smallest c that fools.

    Attributes:
        steps: Adam's steps for each c; the authors take 10,000.
        searches: How many values of c, the weight of fooling against nearness, are tried.
        first_weight: The first c.
        learning_rate: The length of Adam's first steps.
        confidence: By how much the wanted class has to lead (kappa), where the budget allows it.
    """

    name: ClassVar[str] = "cw"
    title: ClassVar[str] = "Carlini-Wagner"

    steps: int = 100
    searches: int = 6
    first_weight: float = 1.0
    learning_rate: float = 0.01
    confidence: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.norm != "l2":
            raise AttackError("This Carlini-Wagner attack measures in l2; leave the norm at that.")
        if not (1 <= self.steps <= MAX_STEPS and 1 <= self.searches <= 100):
            raise AttackError(
                f"Carlini-Wagner takes 1 to {MAX_STEPS} steps and 1 to 100 searches; "
                f"{self.steps} and {self.searches} were asked for."
            )
        check_step("learning rate", self.learning_rate)
        if self.learning_rate * self.steps < _SHORTEST_WAY:
            raise AttackError(
                f"The learning rate is {self.learning_rate:g}, with which the attack cannot move "
                f"over {self.steps} steps; give at least {_SHORTEST_WAY / self.steps:g}."
            )
        check_first_weight(self.first_weight, self.searches)
        if not 0.0 <= self.confidence < float("inf"):
            raise AttackError(f"The confidence is {self.confidence:g}; it must be 0 or more.")

    @property
    def required_lead(self) -> float:
        """The confidence, as the authors' kappa."""
        return self.confidence

    @property
    def _most_gradients(self) -> float:
        return self.searches * self.steps

    def _search(
        self, classifier: Classifier, images: NDArray[np.float32], labels: NDArray[np.int64]
    ) -> SearchResult:
        towards = directions(labels, self.target)
        weights = Weights(len(images), self.first_weight)
        nearest = images.copy()
        distance = np.full(len(images), np.inf, np.float32)
        steps = np.zeros(len(images), np.int64)
        dead = np.zeros(len(images), np.bool_)
        for _ in range(self.searches):
            pixels, squared, step, died = self._optimise(
                classifier, images, towards, weights.current
            )
            closer = squared < distance
            nearest[closer], distance[closer] = pixels[closer], squared[closer]
            steps[closer] = step[closer]
            dead |= died
            weights.learn(np.isfinite(squared))
        calls = np.full(len(images), self.steps * self.searches, np.int64)
        return SearchResult(nearest, steps, calls, dead)

    def _optimise(
        self,
        classifier: Classifier,
        images: NDArray[np.float32],
        towards: NDArray[np.float32],
        weights: NDArray[np.float32],
    ) -> tuple[NDArray[Any], ...]:
        return classifier.run(
            "carlini-wagner",
            _Minimise(),
            images,
            towards,
            weights,
            scalars=(
                np.int32(self.steps),
                np.float32(self.learning_rate),
                np.float32(self.confidence),
            ),
        )


class _Nearest(NamedTuple):
    """The nearest fooling image so far, image by image.

    Attributes:
        pixels: (n, h, w, 3).
        distance: (n,), squared; infinite where nothing has fooled yet.
        step: int32 (n,), the step it was reached at.
    """

    pixels: Tensor
    distance: Tensor
    step: Tensor

    def or_nearer(
        self, pixels: Tensor, images: Tensor, lead: Tensor, confidence: Tensor, step: Tensor
    ) -> _Nearest:
        """Takes the new point where it is nearer and fools with confidence, else this one."""
        squared = ops.sum(ops.square(pixels - images), axis=PIXEL_AXES)
        fools = ops.logical_and(lead > 0.0, lead >= confidence)
        closer = ops.logical_and(fools, squared < self.distance)
        return _Nearest(
            ops.where(closer[:, None, None, None], pixels, self.pixels),
            ops.where(closer, squared, self.distance),
            ops.where(closer, step, self.step),
        )


class _Minimise(Loop):
    """Minimises for one c an image.

    Its outputs are the nearest fooling images, their squared distances (infinite where none fools),
    the steps they were reached at, and dead gradients.
    """

    def begin(self, model: ModelFunctions, inputs: Tensors) -> Tensors:
        images, _, weight, steps, *_ = inputs
        # The inverse of tanh is infinite at black and white.
        inner = ops.arctanh((2.0 * images - 1.0) * 0.999999)
        nothing = ops.zeros_like(weight)
        return (
            ops.zeros_like(steps),
            inner,
            ops.zeros_like(images),
            ops.zeros_like(images),
            nothing > 0.0,
            *_Nearest(images, nothing + np.inf, ops.cast(nothing, "int32")),
        )

    def goes_on(self, inputs: Tensors, state: Tensors) -> Tensor:
        return state[0] < inputs[3]

    def advance(self, model: ModelFunctions, inputs: Tensors, state: Tensors) -> Tensors:
        images, direction, weight, _, rate, confidence = inputs
        step, inner, mean, spread, dead, *before = state
        squashed = ops.tanh(inner)
        pixels = (squashed + 1.0) / 2.0
        logits, gradient = model.margin_gradient(pixels, direction)
        lead = ops.sum(logits * direction, axis=1)
        nearest = _Nearest(*before).or_nearer(pixels, images, lead, confidence, step)
        usable = is_usable(gradient)
        pull = ops.where(lead < confidence, weight, ops.zeros_like(weight))
        slope = 2.0 * (pixels - images) - pull[:, None, None, None] * zero_unless(usable, gradient)
        slope = slope * (1.0 - ops.square(squashed)) / 2.0
        mean = _BETA_1 * mean + (1.0 - _BETA_1) * slope
        spread = _BETA_2 * spread + (1.0 - _BETA_2) * ops.square(slope)
        time = ops.cast(step + 1, "float32")
        unbiased = mean / (1.0 - ops.power(_BETA_1, time))
        deviation = ops.sqrt(spread / (1.0 - ops.power(_BETA_2, time)))
        return (
            step + 1,
            inner - rate * unbiased / (deviation + _ADAM_EPSILON),
            mean,
            spread,
            ops.logical_or(dead, ops.logical_not(usable)),
            *nearest,
        )

    def finish(self, model: ModelFunctions, inputs: Tensors, state: Tensors) -> Tensors:
        images, direction, confidence = inputs[0], inputs[1], inputs[5]
        step, inner, _, _, dead, *nearest = state
        # Where the last step led has not been looked at yet.
        pixels = (ops.tanh(inner) + 1.0) / 2.0
        lead = ops.sum(model.logits(pixels) * direction, axis=1)
        return *_Nearest(*nearest).or_nearer(pixels, images, lead, confidence, step), dead
