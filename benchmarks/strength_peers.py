"""Foolbox and ART where they look for the nearest fooling image, and how often they ask the model.

Neither has FAB. Foolbox's nearest to it is FMN (Pintor et al. 2021, arXiv:2102.12827), which looks
for the smallest norm by one gradient a step. Both have HopSkipJump; they get a start for nothing,
which ours has to look for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.peers import Labels, Pixels, art_estimator
from facemask_core.attacks.decision import Oracle, find_start
from facemask_core.models.classifier import Classifier

Asked = tuple[Pixels, float]
"""What an attack returned, and how many questions it asked for each image."""
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
    attack = foolbox.attacks.HopSkipJumpAttack(
        steps=turns, constraint="linf" if norm == "linf" else "l2"
    )
    _, found, _ = attack(
        foolbox.TensorFlowModel(counter, bounds=(0, 1)),
        tf.constant(pixels),
        tf.constant(labels),
        epsilons=None,
        starting_points=tf.constant(starts),
    )
    return np.asarray(found), counter.asked / len(pixels)


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


HOPSKIPJUMP: dict[str, Callable[..., Asked]] = {
    "foolbox": foolbox_hopskipjump,
    "art": art_hopskipjump,
}


class _Counter:
    """A model that counts the pictures it is asked about."""

    def __init__(self, model: Any) -> None:
        self.asked = 0
        self._model = model

    def __call__(self, images: Any, training: bool = False) -> Any:
        self.asked += int(images.shape[0])
        return self._model(images, training=training)
