"""Universal perturbation: one noise for every face, trained on other faces beforehand."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import cv2
import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks import norms
from facemask_core.attacks.base import (
    GRADIENT_PASSES,
    MAX_STEPS,
    AdversarialBatch,
    Attack,
    check_target,
    complete_batch,
    directions,
    reaches_goal,
)
from facemask_core.backend import keras
from facemask_core.data import samples
from facemask_core.errors import AttackError
from facemask_core.models.classifier import Classifier
from facemask_core.models.gradients import ModelFunctions, Tensor

TOGETHER = 32
"""Faces whose mean gradient makes a step."""
_REACH = 4.0
"""What all steps of the training cover together, in epsilons; their length falls to 0."""
_KEPT = 8
"""The most noises of one model that wait for the next batch; a report needs one."""


@dataclass(frozen=True, kw_only=True)
class Universal(Attack):
    """Moosavi-Dezfooli et al. 2017 (arXiv:1610.08401), by gradients (Shafahi et al. 2020).

    One noise is added to every picture, whatever it shows: it is trained on the 25 faces of the
    shipped gallery (arXiv:1811.11304, algorithm 2), of which an attacked picture is none. With two
    classes one noise leads mostly towards one of them. So three are trained, away from each face's
    own class and towards either of the two, and the one that fools most of the gallery is used.

    Attributes:
        norm: What epsilon limits: each colour value's change (``linf``), or the Euclidean length
            of the whole change (``l2``).
        target: Class to reach (0 or 1), or None to leave the true class.
        steps: Gradient steps of the training of each noise, once for a model and an epsilon.
    """

    name: ClassVar[str] = "universal"
    title: ClassVar[str] = "Universal perturbation"

    norm: str = "linf"
    target: int | None = None
    steps: int = 50

    def __post_init__(self) -> None:
        norms.ball(self.norm)
        check_target(self.target)
        if not 1 <= self.steps <= MAX_STEPS:
            raise AttackError(
                f"The noise takes from 1 to {MAX_STEPS} steps; {self.steps} were asked for."
            )

    @property
    def uses_seed(self) -> bool:
        return True

    @property
    def passes(self) -> float:
        return 1.0

    @property
    def passes_once(self) -> float:
        faces = len(_list_goals(self.target)) * len(samples.gallery())
        return faces * (GRADIENT_PASSES * self.steps + 1)  # each noise is tried on all of them

    def largest_epsilon(self, shape: tuple[int, ...]) -> float:
        return norms.ball(self.norm).largest_epsilon(shape)

    def threat_model(self, epsilon: float, seed: int = 0) -> dict[str, Any]:
        """States the settings as every attack does, and the faces the noise is trained on."""
        trained_on = f"{len(samples.gallery())} faces of the shipped gallery"
        return super().threat_model(epsilon, seed) | {"trained_on": trained_on}

    def train(
        self,
        classifier: Classifier,
        images: NDArray[np.float32],
        labels: NDArray[np.int64],
        *,
        epsilon: float,
        seed: int = 0,
    ) -> NDArray[np.float32]:
        """Trains a noise on any set of faces.

        Args:
            classifier: The model under attack; not changed.
            images: float32 (n, h, w, 3) in [0, 1]; not changed.
            labels: int64 (n,), their classes.
            epsilon: Radius of the ball.
            seed: Seed of the order of the faces.

        Returns:
            float32 (h, w, 3), to be added to a picture and cut to [0, 1].
        """
        noises = [
            self._climb(classifier, images, directions(labels, goal), epsilon, seed)
            for goal in _list_goals(self.target)
        ]
        fooled = [
            reaches_goal(classifier.predict(add_noise(images, it)), labels, self.target).sum()
            for it in noises
        ]
        return noises[int(np.argmax(fooled))]

    def _climb(
        self,
        classifier: Classifier,
        images: NDArray[np.float32],
        towards: NDArray[np.float32],
        epsilon: float,
        seed: int,
    ) -> NDArray[np.float32]:
        """Climbs the mean cross-entropy of all faces, to which those that are fooled add little."""
        ball, rng = norms.ball(self.norm), np.random.default_rng(seed)
        noise = np.zeros_like(images[:1])
        queue = rng.permutation(len(images))
        for step in range(self.steps):
            if len(queue) < min(TOGETHER, len(images)):
                queue = np.concatenate([queue, rng.permutation(len(images))])
            rows, queue = queue[:TOGETHER], queue[TOGETHER:]
            logits, gradients = classifier.run(
                "universal", _compute_gradient, add_noise(images[rows], noise[0]), towards[rows]
            )
            lead = (logits * towards[rows]).sum(axis=1)
            weights = 1.0 / (1.0 + np.exp(np.clip(lead, -30.0, 30.0)))
            total = np.tensordot(weights.astype(np.float32), gradients, 1)[None]
            size = np.float32(2 * _REACH * epsilon / self.steps * (1.0 - step / self.steps))
            moved = noise + size * keras.ops.convert_to_numpy(ball.steepest(total))
            noise = keras.ops.convert_to_numpy(ball.project(moved, np.float32(epsilon)))
        return np.array(noise[0], np.float32)

    def _attack(
        self,
        classifier: Classifier,
        images: NDArray[np.float32],
        labels: NDArray[np.int64],
        epsilon: float,
        seed: int,
    ) -> AdversarialBatch:
        if not len(images):
            noise = np.zeros(classifier.input_shape, np.float32)
        else:
            noise = _recall(self, classifier, epsilon, seed)
        noisy = add_noise(images, noise)
        nothing = np.zeros(len(images), np.int64)
        return complete_batch(
            noisy,
            images,
            classifier.predict(noisy),
            labels,
            target=self.target,
            iterations=nothing + self.steps,
            gradient_calls=nothing,
            dead=np.full(len(images), not np.any(noise) and epsilon > 0.0),
        )


def add_noise(images: NDArray[np.float32], noise: NDArray[np.float32]) -> NDArray[np.float32]:
    """Adds one noise to pictures, as far as colour values allow.

    Args:
        images: float32 (n, h, w, 3) in [0, 1]; not changed.
        noise: float32 (h, w, 3).
    """
    return np.clip(images + noise, 0.0, 1.0)


def _list_goals(target: int | None) -> tuple[int | None, ...]:
    return (None, 0, 1) if target is None else (target,)


def _compute_gradient(model: ModelFunctions, points: Tensor, towards: Tensor) -> tuple[Tensor, ...]:
    return model.margin_gradient(points, towards)


_Trained = OrderedDict[tuple[Universal, float, int], NDArray[np.float32]]
_trained: WeakKeyDictionary[Classifier, _Trained] = WeakKeyDictionary()
_lock = Lock()


def _recall(
    attack: Universal, classifier: Classifier, epsilon: float, seed: int
) -> NDArray[np.float32]:
    """Recalls the noise of the batch before, or trains it on the gallery."""
    key = (attack, epsilon, seed)
    with _lock:
        known = _trained.setdefault(classifier, OrderedDict())
        if key in known:
            known.move_to_end(key)
            return known[key]
    images, labels = _read_gallery(classifier.input_shape[:2])
    noise = attack.train(classifier, images, labels, epsilon=epsilon, seed=seed)
    with _lock:
        known[key] = noise
        while len(known) > _KEPT:
            known.popitem(last=False)
    return noise


@cache
def _read_gallery(size: tuple[int, int]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Reads the gallery's faces, cut out as the pages do, in the size of a model."""
    from facemask_core.pictures import faces, images

    height, width = size
    crops = [faces.cropped(images.decode(it.path.read_bytes())) for it in samples.gallery()]
    squares = [cv2.resize(it, (width, height), interpolation=cv2.INTER_AREA) for it in crops]
    labels = np.array([it.label for it in samples.gallery()], np.int64)
    return images.to_float(np.stack(squares)), labels
