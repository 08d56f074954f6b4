"""Speed over many photographs: what a report costs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.attack_speed import task
from benchmarks.attack_speed.turns import seconds_of
from benchmarks.peers import PEERS
from facemask_core import attacks, evaluation
from facemask_core.data import datasets
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import images

STEPS = 40
STEP = 2.5 * task.EPSILON / STEPS
BATCH = 32
ROUNDS = 2

Batches = list[tuple[NDArray[np.float32], NDArray[np.int64]]]
Standing = Callable[[NDArray[np.float32], NDArray[np.int64]], int]
"""How many images are still classed rightly after the attack."""


def photographs(dataset: datasets.Dataset) -> Batches:
    """The usable photographs as float batches in memory, so that no time contains their reading."""
    return [
        (images.to_float(batch.images), batch.labels)
        for batch in datasets.stream(dataset, BATCH)
        if len(batch.labels)
    ]


def robust_accuracy(
    classifier: Classifier, dataset: datasets.Dataset, count: int
) -> dict[str, Any]:
    """PGD-40 at 8/255: how long until the robust accuracy is known, batch by batch in turn.

    Ours leaves fallen images alone; CleverHans's has no such choice. What either still has to
    compile counts.
    """
    contenders = {"ours": _our_standing(classifier), "cleverhans": _their_standing(classifier)}
    batches = photographs(dataset.take(count))
    seconds, standing = dict.fromkeys(contenders, 0.0), dict.fromkeys(contenders, 0)
    for pixels, labels in batches:
        for name, standing_after in contenders.items():
            started = time.perf_counter()
            standing[name] += standing_after(pixels, labels)
            seconds[name] += time.perf_counter() - started
    return {
        "images": sum(len(labels) for _, labels in batches),
        "seconds": {key: round(value, 1) for key, value in seconds.items()},
        "ratio": round(seconds["cleverhans"] / seconds["ours"], 2),
        "standing": standing,
    }


def _our_standing(classifier: Classifier) -> Standing:
    attack = attacks.make("pgd", steps=STEPS, step_size=STEP, random_start=False, stop_early=True)

    def standing(pixels: NDArray[np.float32], labels: NDArray[np.int64]) -> int:
        return int((~attack(classifier, pixels, labels, epsilon=task.EPSILON).success).sum())

    return standing


def _their_standing(classifier: Classifier) -> Standing:
    attack = PEERS["cleverhans"](classifier.model)

    def standing(pixels: NDArray[np.float32], labels: NDArray[np.int64]) -> int:
        found = attack(pixels, labels, task.EPSILON, STEP, STEPS)
        return int((classifier.predict(found).argmax(axis=1) == labels).sum())

    return standing


def fgsm_evaluation(
    classifier: Classifier, dataset: datasets.Dataset, count: int
) -> dict[str, Any]:
    """A whole report under FGSM, reading included, against the passes the model has to make.

    Those are a verdict before, a gradient, and a verdict after, on images in memory.
    """
    few = dataset.take(count)
    attack = attacks.make("fgsm")
    gradient = task.bare_gradient(classifier)
    batches = photographs(few)

    def passes() -> None:
        for pixels, labels in batches:
            classifier.predict(pixels)
            gradient(pixels, labels)
            classifier.predict(pixels)

    def report() -> None:
        evaluation.evaluate(classifier, few, attack=attack, epsilon=task.EPSILON)

    rounds = [(seconds_of(report), seconds_of(passes)) for _ in range(ROUNDS + 1)]
    whole, model = (statistics.median(column) for column in zip(*rounds[1:], strict=True))
    return {
        "images": sum(len(labels) for _, labels in batches),
        "seconds": {"whole": round(whole, 1), "model": round(model, 1)},
        "ratio": round(whole / model, 3),
    }
