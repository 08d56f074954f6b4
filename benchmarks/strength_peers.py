"""Foolbox and ART where they look for the nearest fooling image, and how often they ask the model.

Neither has FAB. Foolbox's nearest to it is FMN (Pintor et al. 2021, arXiv:2102.12827), which looks
for the smallest norm by one gradient a step. Both have HopSkipJump, and Foolbox has the boundary
attack; they get a start for nothing, which ours has to look for. ART has a universal perturbation.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers import OVERSHOOT, Labels, Pixels, art_estimator
from facemask_core.attacks.base import GRADIENT_PASSES
from facemask_core.attacks.decision import Oracle, find_start
from facemask_core.models.classifier import Classifier

Photographs = tuple[Pixels, Labels]
Asked = tuple[Pixels, float]
"""What an attack returned, and how many questions it asked for each image."""
ROUNDS = 3
"""How often ART's universal perturbation goes through its photographs."""
_DEEPFOOL_STEPS = 20
_FOOLBOX_TOGETHER = 6
"""Photographs that Foolbox's HopSkipJump attacks at once: it holds all their probes in memory."""
_ORDERS = {"linf": np.inf, "l2": 2}


def foolbox_fmn(
    classifier: Classifier, pixels: Pixels, labels: Labels, norm: str, steps: int
) -> Pixels:
    """Foolbox's ``LInfFMNAttack`` and ``L2FMNAttack`` with their own settings."""
    import foolbox
    import tensorflow as tf

    kind = {"linf": foolbox.attacks.LInfFMNAttack, "l2": foolbox.attacks.L2FMNAttack}[norm]
    model = foolbox.TensorFlowModel(classifier.model, bounds=(0, 1))
    _, found, _ = kind(steps=steps)(model, tf.constant(pixels), tf.constant(labels), epsilons=None)
    return np.asarray(found)


def find_starts(classifier: Classifier, pixels: Pixels, labels: Labels) -> Pixels:
    """A fooling picture for each image, from which the peers begin.

    Raises:
        RuntimeError: An image has none.
    """
    starts = []
    for pixel, label in zip(pixels, labels, strict=True):
        oracle = Oracle(classifier, int(label), None, 1000)
        start = find_start(oracle, pixel, np.random.default_rng(0))
        if start is None:
            raise RuntimeError("No start was found for an image.")
        starts.append(start)
    return np.stack(starts)


def foolbox_hopskipjump(
    classifier: Classifier, pixels: Pixels, labels: Labels, starts: Pixels, norm: str, turns: int
) -> Asked:
    """Foolbox's ``HopSkipJumpAttack``."""
    import foolbox
    import tensorflow as tf

    counter = _Counter(classifier.model)
    model = foolbox.TensorFlowModel(counter, bounds=(0, 1))
    attack = foolbox.attacks.HopSkipJumpAttack(
        steps=turns, constraint="linf" if norm == "linf" else "l2"
    )
    found = []
    for first in range(0, len(pixels), _FOOLBOX_TOGETHER):
        rows = slice(first, first + _FOOLBOX_TOGETHER)
        _, nearest, _ = attack(
            model,
            tf.constant(pixels[rows]),
            tf.constant(labels[rows]),
            epsilons=None,
            starting_points=tf.constant(starts[rows]),
        )
        found.append(np.asarray(nearest))
    return np.concatenate(found), counter.asked / len(pixels)


def art_hopskipjump(
    classifier: Classifier, pixels: Pixels, labels: Labels, starts: Pixels, norm: str, turns: int
) -> Asked:
    """ART's ``HopSkipJump``."""
    from art.attacks.evasion import HopSkipJump

    estimator = art_estimator(classifier.model)
    predict, asked = estimator.predict, [0]

    def count(images: Any, *args: Any, **options: Any) -> Any:
        asked[0] += len(images)
        return predict(images, *args, **options)

    estimator.predict = count
    attack = HopSkipJump(estimator, norm=_ORDERS[norm], max_iter=turns, verbose=False)
    np.random.seed(0)
    found = attack.generate(pixels, np.eye(2)[labels], x_adv_init=starts)
    return np.asarray(found), asked[0] / len(pixels)


def foolbox_boundary(
    classifier: Classifier, pixels: Pixels, labels: Labels, starts: Pixels, norm: str, steps: int
) -> Asked:
    """Foolbox's ``BoundaryAttack``, which its authors call the reference."""
    import foolbox
    import tensorflow as tf

    if norm != "l2":
        raise ValueError("The boundary attack measures in l2.")
    counter = _Counter(classifier.model)
    _, found, _ = foolbox.attacks.BoundaryAttack(steps=steps)(
        foolbox.TensorFlowModel(counter, bounds=(0, 1)),
        tf.constant(pixels),
        tf.constant(labels),
        epsilons=None,
        starting_points=tf.constant(starts),
    )
    return np.asarray(found), counter.asked / len(pixels)


def art_universal(
    classifier: Classifier, pixels: Pixels, labels: Labels, epsilon: float
) -> tuple[NDArray[np.float32], float]:
    """ART's ``UniversalPerturbation`` in L-infinity by its DeepFool, for all of its rounds.

    Returns:
        The noise (h, w, 3), and the passes through the model it took. The gradients of the two
        scores, which each of its steps takes, count as one.
    """
    from art.attacks.evasion import UniversalPerturbation

    estimator = art_estimator(classifier.model, compiled=True)
    passes = [0.0]

    def count(method: Callable[..., Any], cost: float) -> Callable[..., Any]:
        def counted(images: Any, *args: Any, **options: Any) -> Any:
            passes[0] += cost * len(images)
            return method(images, *args, **options)

        return counted

    estimator.predict = count(estimator.predict, 1.0)
    estimator.class_gradient = count(estimator.class_gradient, GRADIENT_PASSES)
    random.seed(0)
    attack = UniversalPerturbation(
        estimator,
        attacker_params={"max_iter": _DEEPFOOL_STEPS, "epsilon": OVERSHOOT, "verbose": False},
        delta=0.0,
        max_iter=ROUNDS,
        eps=epsilon,
        verbose=False,
    )
    attack.generate(pixels, np.eye(2)[labels])
    return np.asarray(attack.noise, np.float32)[0], passes[0]


HOPSKIPJUMP: dict[str, Callable[..., Asked]] = {
    "foolbox": foolbox_hopskipjump,
    "art": art_hopskipjump,
}
BOUNDARY: dict[str, Callable[..., Asked]] = {"foolbox": foolbox_boundary}


class _Counter:
    """A compiled model that counts the pictures it is asked about."""

    def __init__(self, model: Any) -> None:
        import tensorflow as tf

        self.asked = 0
        self._model = tf.function(model, reduce_retracing=True)

    def __call__(self, images: Any, training: bool = False) -> Any:
        self.asked += int(images.shape[0])
        return self._model(images, training=training)
