"""An attack at every epsilon of a slider, for less than the attack made anew at each."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks.base import AdversarialBatch, SweepPart, join_batches, leads
from facemask_core.attacks.restarts import merge_attempts
from facemask_core.attacks.sweep_order import coarse_places, order_sweep

LEAST, SLOPE = 0.15, 0.8
"""Of the attack's own steps, the share that a warm start takes between two epsilons nearly equal,
and how it grows with the share by which the ball shrinks. Chosen on validation photographs."""


@dataclass(frozen=True, eq=False)
class WarmSweep:
    """Attacks one image at rising epsilons; each ball must hold the smaller ones.

    A few epsilons get the whole attack: of 32 the 4th, 8th, 16th, 2nd, 32nd and 1st. Every other
    one starts at the answer to the next larger epsilon, projected into its own ball, and takes a
    few steps more. A larger epsilon takes over the answer to a smaller one where that is stronger.
    So each picture lies within its own epsilon, and none is weaker than one at a smaller epsilon.

    Attributes:
        clean: The image as it is, the answer at epsilon 0; one row.
        attack: Makes the whole attack at an epsilon.
        climb: Projects a picture into the ball of an epsilon, and takes some steps from there.
        steps: How many steps the whole attack takes.
        target: The attack's target.
    """

    clean: AdversarialBatch
    attack: Callable[[float], AdversarialBatch]
    climb: Callable[[NDArray[np.float32], float, int], AdversarialBatch]
    steps: int
    target: int | None

    def compute(self, epsilons: Sequence[float]) -> Iterator[SweepPart]:
        """Computes the answers at all epsilons, a part each; the last may mend earlier ones.

        Args:
            epsilons: The radii, rising.
        """
        answers: dict[int, AdversarialBatch] = {}
        coarse, order = coarse_places(epsilons), order_sweep(epsilons)
        for place in order:
            answers[place] = self._answer(place, epsilons, answers, whole=place in coarse)
            if place != order[-1]:
                yield SweepPart((place,), answers[place])
        last = order[-1]
        work = answers[last]
        mended = [place for place in self._mend(answers) if place != last]
        answers[last] = replace(answers[last], gradient_calls=work.gradient_calls, dead=work.dead)
        places = (last, *mended)
        yield SweepPart(places, join_batches([answers[place] for place in places]))

    def _answer(
        self,
        place: int,
        epsilons: Sequence[float],
        answers: dict[int, AdversarialBatch],
        *,
        whole: bool,
    ) -> AdversarialBatch:
        epsilon = epsilons[place]
        if epsilon == 0.0:
            return self.clean
        if whole:
            answer = self.attack(epsilon)
        else:
            above = min(other for other in answers if other > place)
            share = max(LEAST, SLOPE * (1.0 - epsilon / epsilons[above]))
            steps = math.ceil(round(share * self.steps, 6))
            answer = self.climb(answers[above].images, epsilon, steps)
        below = max((other for other in answers if other < place), default=None)
        known = self.clean if below is None else answers[below]
        return merge_attempts(_without_work(known), answer, np.arange(1), self.target)

    def _mend(self, answers: dict[int, AdversarialBatch]) -> list[int]:
        """Hands a stronger answer on to the larger epsilons; returns the places that got one."""
        mended = []
        best = self.clean
        for place in sorted(answers):
            if self._lead(answers[place]) < self._lead(best):
                answers[place] = _without_work(best)
                mended.append(place)
            best = answers[place]
        return mended

    def _lead(self, answer: AdversarialBatch) -> float:
        return float(leads(answer.logits, answer.labels, self.target)[0])


def _without_work(answer: AdversarialBatch) -> AdversarialBatch:
    """Copies an answer for another epsilon: its gradients are counted where they were taken."""
    nothing = np.zeros(1, np.int64)
    return replace(answer, gradient_calls=nothing, dead=nothing > 0)
