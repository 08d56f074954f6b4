"""The fast gradient sign method: one full step along the sign of the gradient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks.base import AdversarialBatch, SweepPart, complete_batch
from facemask_core.attacks.gradient_ascent import GradientAscent
from facemask_core.models.classifier import Classifier


@dataclass(frozen=True, kw_only=True)
class FGSM(GradientAscent):
    """Goodfellow et al. 2015 (arXiv:1412.6572); the paper's eq. 1, with a target its eq. 2.

    It is PGD with one step of size epsilon and no random start, to the bit. With ``norm="l2"``
    the step follows the gradient's own direction (the fast gradient method).
    """

    name: ClassVar[str] = "fgsm"
    title: ClassVar[str] = "FGSM"

    def _attack(
        self,
        classifier: Classifier,
        images: NDArray[np.float32],
        labels: NDArray[np.int64],
        epsilon: float,
        seed: int,
    ) -> AdversarialBatch:
        batch, _ = self._ascend(
            classifier,
            images,
            labels,
            epsilon,
            start=images,
            step_size=epsilon,
            steps=1,
            keep_start=False,
        )
        return batch

    def _sweep(
        self,
        classifier: Classifier,
        images: NDArray[np.float32],
        labels: NDArray[np.int64],
        epsilons: Sequence[float],
        seed: int,
    ) -> Iterator[SweepPart]:
        """Uses one gradient for every epsilon, and predicts them all in one batch."""
        towards, dead = self.steepest(classifier, images, labels)
        radii = np.array(epsilons, np.float32)[:, None, None, None]
        pixels = np.clip(images + radii * towards, 0.0, 1.0)
        count = len(epsilons)
        batch = complete_batch(
            pixels,
            np.broadcast_to(images, pixels.shape),
            classifier.predict(pixels),
            np.repeat(labels, count),
            target=self.target,
            iterations=np.ones(count, np.int64),
            gradient_calls=np.eye(1, count, dtype=np.int64)[0],
            dead=np.repeat(dead, count),
        )
        yield SweepPart(tuple(range(count)), batch)
