"""Finds the smallest epsilon that fools the model on each image, in 8-bit levels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks import Attack
from facemask_core.attacks.fgsm import FGSM
from facemask_core.attacks.pgd import stop_once_fooled
from facemask_core.data import datasets
from facemask_core.data.reading import refuse_unreadable
from facemask_core.engines.compute import compute_rows
from facemask_core.engines.context import RunContext, RunOptions
from facemask_core.epsilons import LEVELS, LINF
from facemask_core.errors import AttackError
from facemask_core.evaluation import confidence_intervals
from facemask_core.evaluation.confidence_intervals import Interval
from facemask_core.models.classifier import BUCKETS, Classifier
from facemask_core.pictures import images
from facemask_core.runs.rows import Rows, SmallestLevels
from facemask_core.runs.task import Task

LARGEST = LINF.last
"""The default end of the search, in levels: the end of the screen's slider."""

_DEFAULT = RunContext()


@dataclass(frozen=True, eq=False)
class SmallestEpsilons:
    """The smallest epsilon that fools a model, image by image.

    Attributes:
        levels: float64 (n,), the smallest fooling epsilon in steps of 1/255; 0 where the model was
            wrong before, infinite where nothing up to ``largest`` fooled it.
        dead: bool (n,), whether a gradient was zero or not finite.
        largest: The largest epsilon tried, in steps of 1/255.
        threat_model: The attack's statement at the largest epsilon.
        skipped: Files that could not be used, and why.
        paths: The files relative to their dataset's root; empty without a dataset.
    """

    levels: NDArray[np.float64]
    dead: NDArray[np.bool_]
    largest: int
    threat_model: dict[str, Any]
    skipped: tuple[datasets.SkippedFile, ...] = ()
    paths: tuple[str, ...] = ()

    @classmethod
    def from_rows(cls, description: Mapping[str, Any], rows: Rows) -> SmallestEpsilons:
        """Makes the figures of the rows of a whole dataset.

        Args:
            description: The :meth:`SmallestTask.description` of the task that computed them.
            rows: The rows.

        Raises:
            DatasetError: There is no row.
        """
        if rows.smallest is None:
            refuse_unreadable(rows.skipped, len(rows.skipped))
        return cls(
            rows.smallest.levels,
            rows.smallest.dead,
            description["largest_level"],
            description["threat_model"],
            rows.skipped,
            rows.paths,
        )

    @property
    def dead_gradients(self) -> int:
        """How many images met a gradient that was zero or not finite."""
        return int(self.dead.sum())

    @property
    def median(self) -> float:
        """The level at or below which half of all images fall; infinite if fewer fall."""
        # The middle two are not averaged: half a level is not an epsilon of the grid.
        return float(np.sort(self.levels)[(len(self.levels) - 1) // 2])

    @property
    def robust_accuracy(self) -> NDArray[np.float64]:
        """float64 (largest + 1,): share of all images that no epsilon up to each level fools.

        It is the clean accuracy at level 0, and never rises.
        """
        return np.array([robust.mean() for robust in self._robust()])

    @property
    def intervals(self) -> list[Interval | None]:
        """The 95 % confidence interval of each robust accuracy."""
        return [confidence_intervals.bound_proportion(robust) for robust in self._robust()]

    def _robust(self) -> Iterator[NDArray[np.bool_]]:
        for level in range(self.largest + 1):
            yield self.levels > level

    def as_dict(self) -> dict[str, Any]:
        """The figures, fit for JSON; levels beyond the largest are None."""
        return {
            "images": len(self.levels),
            "largest_level": self.largest,
            "median_level": self.median if np.isfinite(self.median) else None,
            "wrong_before": int((self.levels == 0).sum()),
            "standing": int(np.isinf(self.levels).sum()),
            "dead_gradients": self.dead_gradients,
            "robust_accuracy": self.robust_accuracy.tolist(),
            "levels": [int(level) if np.isfinite(level) else None for level in self.levels],
            "threat_model": self.threat_model,
            "skipped": [{"path": entry.path, "reason": entry.reason} for entry in self.skipped],
        }


def find_smallest_epsilon(
    classifier: Classifier,
    pixels: NDArray[np.float32],
    labels: NDArray[np.int64],
    attack: Attack,
    *,
    largest: int = LARGEST,
    seed: int = 0,
) -> SmallestEpsilons:
    """Finds the smallest fooling epsilon of each image.

    For FGSM the search is exact: it tries every level with one gradient an image. For other attacks
    it bisects, on the assumption that an attack that fools at one epsilon does so at larger ones.

    Args:
        classifier: The model under attack.
        pixels: float32 (n, 224, 224, 3) in [0, 1].
        labels: int64 (n,), the true classes.
        attack: An untargeted attack in L-infinity.
        largest: The largest epsilon to try, 1 to 255 levels.
        seed: Seed of all randomness.

    Raises:
        AttackError: The attack measures in another norm or has a target, or ``largest`` is no
            level.
    """
    task = SmallestTask.of(classifier, attack, largest=largest, seed=seed)
    smallest = task.search(pixels, labels, classifier.predict(pixels))
    return SmallestEpsilons(
        smallest.levels, smallest.dead, largest, task.description()["threat_model"]
    )


def find_smallest_epsilons(
    classifier: Classifier,
    dataset: datasets.Dataset,
    attack: Attack,
    *,
    largest: int = LARGEST,
    seed: int = 0,
    prepare: datasets.Prepare = images.resize,
    context: RunContext = _DEFAULT,
    **options: Unpack[RunOptions],
) -> SmallestEpsilons:
    """Finds the smallest fooling epsilon of every image of a dataset.

    Args:
        classifier: The model under attack.
        dataset: Its images.
        attack: An untargeted attack in L-infinity.
        largest: The largest epsilon to try, 1 to 255 levels.
        seed: Seed of all randomness.
        prepare: Maps a decoded image to the model's 224 px square.
        context: Where to compute and to store, and what to call meanwhile.
        **options: Single fields in place of the context's, such as ``store=store``.

    Raises:
        AttackError: As for :func:`find_smallest_epsilon`.
        DatasetError: No file of the dataset can be read, or one changed meanwhile.
        EngineError: The engine cannot be started, or fails.
        RunInUseError: Another process is computing the same.
        RunStoreError: The store cannot be used.
    """
    task = SmallestTask.of(classifier, attack, largest=largest, seed=seed, prepare=prepare)
    return SmallestEpsilons.from_rows(*compute_rows(task, dataset, replace(context, **options)))


@dataclass(frozen=True, eq=False, kw_only=True)
class SmallestTask(Task):
    """Searches every image for the smallest epsilon that fools the model.

    The task's epsilon is the largest that the search tries.
    """

    @classmethod
    def of(
        cls,
        classifier: Classifier,
        attack: Attack,
        *,
        largest: int = LARGEST,
        seed: int = 0,
        prepare: datasets.Prepare = images.resize,
    ) -> SmallestTask:
        """Makes a search; the arguments are those of :func:`find_smallest_epsilons`.

        Raises:
            AttackError: The attack measures in another norm or has a target, or ``largest`` is no
                level.
        """
        if not 1 <= largest <= LEVELS:
            raise AttackError(f"The largest level must be 1 to {LEVELS}; {largest} was asked for.")
        task = cls(
            classifier=classifier,
            attack=stop_once_fooled(attack),
            epsilon=largest / LEVELS,
            seed=seed,
            prepare=prepare,
        )
        threat_model = task.description()["threat_model"]
        if threat_model["norm"] != "linf" or threat_model.get("target") is not None:
            raise AttackError(
                "The smallest epsilon in levels needs an untargeted L-infinity attack."
            )
        return task

    @property
    def largest(self) -> int:
        """The largest epsilon tried, in steps of 1/255."""
        return round(self.epsilon * LEVELS)

    def description(self) -> dict[str, Any]:
        """The description of any task, and the largest level."""
        return super().description() | {"largest_level": self.largest}

    def search(
        self, pixels: NDArray[np.float32], labels: NDArray[np.int64], clean: NDArray[np.float32]
    ) -> SmallestLevels:
        """Searches images to which the model's answers are ``clean``.

        Args:
            pixels: float32 (n, 224, 224, 3) in [0, 1].
            labels: int64 (n,), the true classes.
            clean: float32 (n, 2), the model's answers to them.
        """
        assert self.attack is not None  # noqa: S101  (for the type checker; every search has one)
        levels, dead = np.full(len(pixels), np.inf), np.zeros(len(pixels), np.bool_)
        levels[clean.argmax(axis=1) != labels] = 0.0
        rows = np.flatnonzero(np.isinf(levels))
        inputs = self.classifier, pixels[rows], labels[rows]
        if isinstance(self.attack, FGSM):
            levels[rows], dead[rows] = _scan(*inputs, self.attack, self.largest)
        else:
            levels[rows], dead[rows] = _bisect(*inputs, self.attack, self.largest, self.seed)
        return SmallestLevels(levels, dead)

    _change = search


def _scan(
    classifier: Classifier,
    pixels: NDArray[np.float32],
    labels: NDArray[np.int64],
    attack: FGSM,
    largest: int,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Tries level after level along FGSM's one gradient on the images that still stand.

    Returns the smallest fooling levels, and which images have a dead gradient.
    """
    smallest = np.full(len(pixels), np.inf)
    towards, dead = attack.steepest(classifier, pixels, labels)
    standing, level = np.arange(len(pixels)), 1
    while len(standing) and level <= largest:
        # Few images leave room in a batch for several levels at once.
        last = min(level - 1 + max(1, BUCKETS[-1] // len(standing)), largest)
        radii = np.arange(level, last + 1, dtype=np.float32)[:, None, None, None, None] / LEVELS
        candidates = np.clip(pixels[standing] + radii * towards[standing], 0.0, 1.0)
        logits = classifier.predict(candidates.reshape(-1, *pixels.shape[1:]))
        fools = logits.argmax(axis=1).reshape(candidates.shape[:2]) != labels[standing]
        fell = fools.any(axis=0)
        smallest[standing[fell]] = level + fools[:, fell].argmax(axis=0)
        standing, level = standing[~fell], last + 1
    return smallest, dead


def _bisect(
    classifier: Classifier,
    pixels: NDArray[np.float32],
    labels: NDArray[np.int64],
    attack: Attack,
    largest: int,
    seed: int,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Bisects the levels of each image; images at the same level are attacked together.

    Returns the smallest fooling levels, and which images have a dead gradient.
    """
    dead = np.zeros(len(pixels), np.bool_)

    def falls(rows: NDArray[np.int64], level: int) -> NDArray[np.bool_]:
        result = attack(classifier, pixels[rows], labels[rows], epsilon=level / LEVELS, seed=seed)
        dead[rows] |= result.dead
        return result.success

    low, high = np.zeros(len(pixels), np.int64), np.full(len(pixels), largest)
    ever = falls(np.arange(len(pixels)), largest) if len(pixels) else np.empty(0, np.bool_)
    while (open_rows := np.flatnonzero(ever & (high - low > 1))).size:
        middle = (low + high) // 2
        for level in np.unique(middle[open_rows]):
            rows = open_rows[middle[open_rows] == level]
            fell = falls(rows, int(level))
            high[rows[fell]], low[rows[~fell]] = level, level
    return np.where(ever, high, np.inf), dead
