"""Robust accuracy against epsilon over a dataset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks import Attack
from facemask_core.attacks.pgd import stop_once_fooled
from facemask_core.data import datasets
from facemask_core.data.reading import Progress, read_photographs
from facemask_core.errors import AttackError
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import images


@dataclass(frozen=True, eq=False)
class RobustnessCurve:
    """How many images are still classed rightly at each epsilon.

    An image that falls at one epsilon counts as fallen at every larger one, whose ball contains the
    same fooling image. So each figure is the worst case up to its epsilon, and the curve never
    rises, as that of FGSM alone may.

    Attributes:
        epsilons: float64 (k,), rising.
        fell_at: int64 (n,), index of the epsilon at which each image falls; k if it never does, -1
            if the model is wrong before.
        dead: bool (n,), whether a gradient was zero or not finite at any epsilon.
        threat_models: The attack's statement at each epsilon.
        skipped: Files that could not be used, and why.
    """

    epsilons: NDArray[np.float64]
    fell_at: NDArray[np.int64]
    dead: NDArray[np.bool_]
    threat_models: tuple[dict[str, Any], ...]
    skipped: tuple[datasets.SkippedFile, ...]

    @property
    def dead_gradients(self) -> int:
        """How many images met a gradient that was zero or not finite."""
        return int(self.dead.sum())

    @property
    def clean_accuracy(self) -> float:
        """Share of the images classed rightly before any attack."""
        return float((self.fell_at >= 0).mean())

    @property
    def robust_accuracy(self) -> NDArray[np.float64]:
        """float64 (k,): share of all images still classed rightly at each epsilon."""
        return (self.fell_at[None] > np.arange(len(self.epsilons))[:, None]).mean(axis=1)

    @property
    def success_rate(self) -> NDArray[np.float64]:
        """float64 (k,): of the images classed rightly before, the share that falls up to each."""
        if not self.clean_accuracy:
            return np.full(len(self.epsilons), np.nan)
        return 1.0 - self.robust_accuracy / self.clean_accuracy

    def as_dict(self) -> dict[str, Any]:
        """The figures, fit for JSON."""
        return {
            "images": len(self.fell_at),
            "clean_accuracy": self.clean_accuracy,
            "dead_gradients": self.dead_gradients,
            "points": [
                {"robust_accuracy": float(accuracy), "threat_model": statement}
                for accuracy, statement in zip(
                    self.robust_accuracy, self.threat_models, strict=True
                )
            ],
            "skipped": [{"path": entry.path, "reason": entry.reason} for entry in self.skipped],
        }


def measure_robustness_curve(
    classifier: Classifier,
    dataset: datasets.Dataset,
    attack: Attack,
    epsilons: Sequence[float],
    *,
    seed: int = 0,
    prepare: datasets.Prepare = images.resize,
    progress: Progress = lambda *_: None,
) -> RobustnessCurve:
    """Attacks a dataset at rising epsilons; images that have fallen are not attacked again.

    Args:
        classifier: The model under attack.
        dataset: Its images.
        attack: An untargeted attack.
        epsilons: Its radii, rising.
        seed: Seed of all randomness.
        prepare: Maps a decoded image to the model's 224 px square.
        progress: Called after every batch.

    Raises:
        AttackError: The attack has a target, an epsilon is out of range, or they do not rise.
        DatasetError: No file of the dataset can be read.
    """
    if getattr(attack, "target", None) is not None:
        raise AttackError("A curve needs an untargeted attack; leave the target out.")
    radii = [attack.check_epsilon(epsilon, classifier.input_shape) for epsilon in epsilons]
    if not radii or radii != sorted(set(radii)):
        raise AttackError("A curve needs at least one epsilon, and they must rise.")
    attack = stop_once_fooled(attack)
    fell_at, dead = [np.empty(0, np.int64)], [np.empty(0, np.bool_)]
    skipped = list[datasets.SkippedFile]()
    for batch in read_photographs(dataset, attack.batch_size, prepare, progress):
        skipped += batch.skipped
        if not batch.paths:
            continue
        pixels = images.to_float(batch.images)
        falls, batch_dead = _find_falls(classifier, pixels, batch.labels, attack, radii, seed)
        fell_at.append(falls)
        dead.append(batch_dead)
    return RobustnessCurve(
        np.array(radii),
        np.concatenate(fell_at),
        np.concatenate(dead),
        tuple(attack.threat_model(radius, seed) for radius in radii),
        tuple(skipped),
    )


def _find_falls(
    classifier: Classifier,
    pixels: NDArray[np.float32],
    labels: NDArray[np.int64],
    attack: Attack,
    radii: list[float],
    seed: int,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Finds the index of the radius at which each image of a batch falls, and dead gradients."""
    fell_at = np.full(len(pixels), len(radii), np.int64)
    dead = np.zeros(len(pixels), np.bool_)
    fell_at[classifier.predict(pixels).argmax(axis=1) != labels] = -1
    for index, radius in enumerate(radii):
        standing = np.flatnonzero(fell_at == len(radii))
        if not len(standing):
            break
        adversarial = attack(
            classifier, pixels[standing], labels[standing], epsilon=radius, seed=seed
        )
        fell_at[standing[adversarial.predictions != labels[standing]]] = index
        dead[standing] |= adversarial.dead
    return fell_at, dead
