"""The transfer matrix: which models are fooled by adversarial examples of which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks import Attack
from facemask_core.data import datasets
from facemask_core.data.reading import Progress, read_photographs
from facemask_core.errors import AttackError
from facemask_core.evaluation.eight_bits import is_rounded_away
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import images


@dataclass(frozen=True, eq=False)
class TransferMatrix:
    """Adversarial examples of every model, classified by every model.

    Attributes:
        models: Names of the models, in the order of rows and columns.
        sha256: Hashes of their weights.
        labels: int64 (n,), true classes.
        clean: int64 (models, n), predictions before the attack.
        adversarial: int64 (sources, targets, n), predictions after it.
        linf: float64 (sources, n), the largest change that each source's attack made to an image.
        dead_gradients: int64 (sources,), on how many images a gradient of each source was zero or
            not finite.
        threat_model: The attack's statement.
        skipped: Files that could not be used, and why.
    """

    models: tuple[str, ...]
    sha256: tuple[str, ...]
    labels: NDArray[np.int64]
    clean: NDArray[np.int64]
    adversarial: NDArray[np.int64]
    linf: NDArray[np.float64]
    dead_gradients: NDArray[np.int64]
    threat_model: dict[str, Any]
    skipped: tuple[datasets.SkippedFile, ...]

    @property
    def clean_accuracy(self) -> NDArray[np.float64]:
        """float64 (models,): share of all images that each model classes rightly before."""
        return (self.clean == self.labels).mean(axis=1)

    @property
    def robust_accuracy(self) -> NDArray[np.float64]:
        """float64 (sources, targets): share of images the target classes rightly before and after.

        An image that is wrong before the attack counts as an error, whatever it is after it.
        """
        return ((self.adversarial == self.labels) & (self.clean == self.labels)[None]).mean(axis=2)

    @property
    def success_rate(self) -> NDArray[np.float64]:
        """float64 (sources, targets): of the images right before, the share wrong after.

        NaN where the target classes no image rightly before.
        """
        right = self.clean == self.labels
        fell = (self.adversarial != self.labels) & right[None]
        with np.errstate(invalid="ignore"):
            return fell.sum(axis=2) / right.sum(axis=1)[None]

    @property
    def unmoved(self) -> NDArray[np.int64]:
        """int64 (sources, targets): images that count as robust though the attack left them alone.

        The attack on the source found nothing to change in them, or could not move.
        """
        right = (self.clean == self.labels)[None] & (self.adversarial == self.labels)
        return (right & (self.linf == 0.0)[:, None]).sum(axis=2)

    @property
    def rounded_away(self) -> NDArray[np.int64]:
        """int64 (sources,): images that are the originals again once they are saved in 8 bits."""
        return is_rounded_away(self.linf).sum(axis=1)

    def as_dict(self) -> dict[str, Any]:
        """The figures, fit for JSON."""
        return {
            "models": list(self.models),
            "sha256": list(self.sha256),
            "images": len(self.labels),
            "clean_accuracy": self.clean_accuracy.tolist(),
            "robust_accuracy": self.robust_accuracy.tolist(),
            "success_rate": [
                [None if np.isnan(value) else value for value in row]
                for row in self.success_rate.tolist()
            ],
            "dead_gradients": self.dead_gradients.tolist(),
            "unmoved": self.unmoved.tolist(),
            "rounded_away": self.rounded_away.tolist(),
            "threat_model": self.threat_model,
            "skipped": [{"path": entry.path, "reason": entry.reason} for entry in self.skipped],
        }


def measure_transfer(
    classifiers: Sequence[Classifier],
    dataset: datasets.Dataset,
    attack: Attack,
    *,
    epsilon: float,
    seed: int = 0,
    prepare: datasets.Prepare = images.resize,
    progress: Progress = lambda *_: None,
) -> TransferMatrix:
    """Makes adversarial examples of each model and classifies them with every model.

    Args:
        classifiers: The models; their input shapes are the same.
        dataset: The images.
        attack: An untargeted attack.
        epsilon: Its radius.
        seed: Its seed.
        prepare: Maps a decoded image to the models' 224 px square.
        progress: Called after every batch.

    Raises:
        AttackError: There is no model, the attack has a target, or the epsilon is out of range.
        DatasetError: No file of the dataset can be read.
    """
    if not classifiers:
        raise AttackError("A transfer matrix needs at least one model.")
    if getattr(attack, "target", None) is not None:
        raise AttackError("A transfer matrix needs an untargeted attack; leave the target out.")
    attack.check_epsilon(epsilon, classifiers[0].input_shape)
    count, skipped = len(classifiers), list[datasets.SkippedFile]()
    labels = [np.empty(0, np.int64)]
    clean, adversarial = [np.empty((count, 0), np.int64)], [np.empty((count, count, 0), np.int64)]
    linf, dead = [np.empty((count, 0))], np.zeros(count, np.int64)
    for batch in read_photographs(dataset, attack.batch_size, prepare, progress):
        skipped += batch.skipped
        if not batch.paths:
            continue
        pixels = images.to_float(batch.images)
        labels.append(batch.labels)
        clean.append(_predict(classifiers, pixels))
        results = [
            attack(source, pixels, batch.labels, epsilon=epsilon, seed=seed)
            for source in classifiers
        ]
        linf.append(np.stack([result.linf for result in results]))
        dead += [result.dead_gradients for result in results]
        adversarial.append(np.stack([_predict(classifiers, result.images) for result in results]))
    return TransferMatrix(
        models=tuple(classifier.name for classifier in classifiers),
        sha256=tuple(classifier.card.weights_sha256 for classifier in classifiers),
        labels=np.concatenate(labels),
        clean=np.concatenate(clean, axis=1),
        adversarial=np.concatenate(adversarial, axis=2),
        linf=np.concatenate(linf, axis=1),
        dead_gradients=dead,
        threat_model=attack.threat_model(epsilon, seed),
        skipped=tuple(skipped),
    )


def _predict(classifiers: Sequence[Classifier], pixels: NDArray[np.float32]) -> NDArray[np.int64]:
    """Predicts every model's classes of the same images, int64 (models, n)."""
    return np.stack([classifier.predict(pixels).argmax(axis=1) for classifier in classifiers])
