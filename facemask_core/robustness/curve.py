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
from facemask_core.evaluation.eight_bits import is_rounded_away
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
        unmoved: int64 (k,), images that the attack at each epsilon left as they are without
            fooling the model; they count as robust there, though nothing was tried on them.
        rounded_away: int64 (k,), images that the attack at each epsilon changed by so little that
            in 8 bits they are the originals again.
        threat_models: The attack's statement at each epsilon.
        skipped: Files that could not be used, and why.
    """

    epsilons: NDArray[np.float64]
    fell_at: NDArray[np.int64]
    dead: NDArray[np.bool_]
    unmoved: NDArray[np.int64]
    rounded_away: NDArray[np.int64]
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
                {
                    "robust_accuracy": float(accuracy),
                    "unmoved": int(unmoved),
                    "rounded_away": int(rounded),
                    "threat_model": statement,
                }
                for accuracy, unmoved, rounded, statement in zip(
                    self.robust_accuracy,
                    self.unmoved,
                    self.rounded_away,
                    self.threat_models,
                    strict=True,
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
    falls = [_Falls.of_none(0, len(radii))]
    skipped = list[datasets.SkippedFile]()
    for batch in read_photographs(dataset, attack.batch_size, prepare, progress):
        skipped += batch.skipped
        if not batch.paths:
            continue
        pixels = images.to_float(batch.images)
        falls.append(_find_falls(classifier, pixels, batch.labels, attack, radii, seed))
    return RobustnessCurve(
        np.array(radii),
        np.concatenate([batch.fell_at for batch in falls]),
        np.concatenate([batch.dead for batch in falls]),
        np.sum([batch.unmoved for batch in falls], axis=0),
        np.sum([batch.rounded_away for batch in falls], axis=0),
        tuple(attack.threat_model(radius, seed) for radius in radii),
        tuple(skipped),
    )


@dataclass(frozen=True, eq=False)
class _Falls:
    """What a curve counts on one batch; the attributes are those of :class:`RobustnessCurve`."""

    fell_at: NDArray[np.int64]
    dead: NDArray[np.bool_]
    unmoved: NDArray[np.int64]
    rounded_away: NDArray[np.int64]

    @classmethod
    def of_none(cls, images: int, radii: int) -> _Falls:
        """Counts images of which none falls at any radius."""
        return cls(
            np.full(images, radii, np.int64),
            np.zeros(images, np.bool_),
            np.zeros(radii, np.int64),
            np.zeros(radii, np.int64),
        )


def _find_falls(
    classifier: Classifier,
    pixels: NDArray[np.float32],
    labels: NDArray[np.int64],
    attack: Attack,
    radii: list[float],
    seed: int,
) -> _Falls:
    """Finds the index of the radius at which each image of a batch falls."""
    falls = _Falls.of_none(len(pixels), len(radii))
    falls.fell_at[classifier.predict(pixels).argmax(axis=1) != labels] = -1
    for index, radius in enumerate(radii):
        standing = np.flatnonzero(falls.fell_at == len(radii))
        if not len(standing):
            break
        adversarial = attack(
            classifier, pixels[standing], labels[standing], epsilon=radius, seed=seed
        )
        right = adversarial.predictions == labels[standing]
        falls.fell_at[standing[~right]] = index
        falls.dead[standing] |= adversarial.dead
        falls.unmoved[index] = (right & (adversarial.linf == 0.0)).sum()
        falls.rounded_away[index] = is_rounded_away(adversarial.linf).sum()
    return falls
