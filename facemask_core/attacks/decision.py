"""Attacks by answers alone: they see which class a model names, and neither scores nor gradients.

Someone outside can do that, with nothing but the lab's verdicts. Every search begins at a picture
that fools, however far away, and comes nearer along the model's boundary. As for the other attacks
that look for the nearest fooling image, epsilon is a budget.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks import norms
from facemask_core.attacks.base import (
    AdversarialBatch,
    Attack,
    check_target,
    complete_batch,
    reaches_goal,
)
from facemask_core.attacks.minimal import project_to_ball
from facemask_core.attacks.restarts import own_generators
from facemask_core.errors import AttackError
from facemask_core.models.classifier import Classifier

MAX_QUERIES = 100_000
MAX_GRID = 4096
_SQUARES = (1, 4, 32, 224)
"""Sides in pixels of the coloured squares that a first fooling picture is looked for with."""
_CLOUDS = (2, 7, 14, 28, 112)
"""Points a side between which the shades of grey clouds are drawn, for the same."""
_WEIGHTS = (0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0)
"""Shares of such a pattern in the picture, the least first."""
_DRAWS = 12
"""Where none of so many draws of all patterns fools, there is no start."""

Image = NDArray[np.float32]
"""float32 (h, w, 3)."""


class Oracle:
    """The model as an outsider sees it: pictures in, the class out, so many times and no more.

    Attributes:
        left: How many questions may still be asked.
    """

    def __init__(self, classifier: Classifier, label: int, target: int | None, most: int) -> None:
        """Begins with no question asked.

        Args:
            classifier: The model under attack.
            label: The true class of the image that the questions are about.
            target: Class to reach, or None to leave the true class.
            most: How many questions may be asked.
        """
        self.left = most
        self._classifier = classifier
        self._label = label
        self._target = target

    def fools(self, images: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Says which pictures fool, bool (n,); more than are left are not asked about.

        Args:
            images: float32 (n, h, w, 3) in [0, 1].
        """
        asked = images[: self.left]
        self.left -= len(asked)
        answers = np.zeros(len(images), np.bool_)
        if len(asked):
            labels = np.full(len(asked), self._label)
            logits = self._classifier.predict(asked)
            answers[: len(asked)] = reaches_goal(logits, labels, self._target)
        return answers

    def fools_one(self, image: Image) -> bool:
        """Says whether a single picture fools."""
        return bool(self.fools(image[None])[0])


@dataclass(frozen=True, kw_only=True)
class DecisionAttack(Attack):
    """Settings shared by the attacks of this family.

    Attributes:
        norm: The norm in which distance is measured.
        target: Class to reach (0 or 1), or None to leave the true class.
        queries: Questions to the model for each image, the search for a start included.
        grid: Points a side of the coarse grid on which random directions are drawn, to be enlarged
            to the image: a few hundred answers tell little of 150,000 pixel values. The authors
            draw each value by itself, as a grid as large as the image does.
    """

    knowledge: ClassVar[str] = "black box"

    norm: str = "l2"
    target: int | None = None
    queries: int = 1000
    grid: int = 28

    def __post_init__(self) -> None:
        norms.ball(self.norm)
        check_target(self.target)
        if not 1 <= self.queries <= MAX_QUERIES:
            raise AttackError(
                f"{self.title} takes from 1 to {MAX_QUERIES} queries; {self.queries} were asked "
                "for."
            )
        if not 1 <= self.grid <= MAX_GRID:
            raise AttackError(
                f"The grid of {self.title} takes from 1 to {MAX_GRID} points; {self.grid} were "
                "asked for."
            )

    @property
    def uses_seed(self) -> bool:
        return True

    @property
    def passes(self) -> float:
        return self.queries + 2  # looks at the original and at the result

    def largest_epsilon(self, shape: tuple[int, ...]) -> float:
        return norms.ball(self.norm).largest_epsilon(shape)

    @abstractmethod
    def _approach(
        self, oracle: Oracle, image: Image, start: Image, rng: np.random.Generator
    ) -> Image:
        """Comes nearer to an image from a picture that fools, and returns the nearest that does."""

    def _attack(
        self,
        classifier: Classifier,
        images: NDArray[np.float32],
        labels: NDArray[np.int64],
        epsilon: float,
        seed: int,
    ) -> AdversarialBatch:
        rows = np.flatnonzero(~reaches_goal(classifier.predict(images), labels, self.target))
        generators = own_generators(images, seed, 0)
        nearest, queries = images.copy(), np.zeros(len(images), np.int64)
        # One by one, so that no image's answers hang on the batch it is in.
        for row in rows:
            oracle = Oracle(classifier, int(labels[row]), self.target, self.queries)
            start = find_start(oracle, images[row], generators[row])
            if start is not None:
                nearest[row] = self._approach(oracle, images[row], start, generators[row])
            queries[row] = self.queries - oracle.left
        within = project_to_ball(nearest, images, self.norm, epsilon)
        return complete_batch(
            within,
            images,
            classifier.predict(within),
            labels,
            target=self.target,
            iterations=queries,
            gradient_calls=np.zeros(len(images), np.int64),
            dead=np.zeros(len(images), np.bool_),
        )


def find_start(oracle: Oracle, image: Image, rng: np.random.Generator) -> Image | None:
    """Looks for a picture that fools, among mixtures of the image with patterns.

    Uniform noise is always taken for one class, by the shipped models for a mask. Some of the
    patterns are taken for the other.

    Args:
        oracle: Answers about the image.
        image: The original.
        rng: The image's own random numbers.

    Returns:
        One of those with the least of a pattern in it; None where none fools.
    """
    for _ in range(_DRAWS):
        patterns = _draw_patterns(image.shape, rng)
        for weight in _WEIGHTS:
            mixed = np.clip(image + np.float32(weight) * (patterns - image), 0.0, 1.0)
            fools = oracle.fools(mixed)
            if fools.any():
                return mixed[int(fools.argmax())]
    return None


def _draw_patterns(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float32]:
    """Draws coloured squares and grey clouds, each size that fits into the picture once."""
    height, width, channels = shape
    drawn: list[Image] = []
    for cell in (cell for cell in _SQUARES if cell <= max(height, width)):
        few = (-(-height // cell), -(-width // cell), channels)
        colours = rng.integers(0, 2, few).astype(np.float32)
        drawn.append(colours.repeat(cell, axis=0).repeat(cell, axis=1)[:height, :width])
    for points in (points for points in _CLOUDS if points <= min(height, width)):
        shades = rng.random((points, points), np.float32)
        cloud = cv2.resize(shades, (width, height), interpolation=cv2.INTER_LINEAR)
        drawn.append(np.repeat(cloud[:, :, None], channels, axis=2))
    return np.stack(drawn)


def draw_directions(
    count: int, shape: tuple[int, ...], grid: int, norm: str, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Draws random directions that vary as slowly over the image as a coarse grid.

    Low frequencies carry most of what changes a model's mind at a given length (Guo et al. 2018,
    arXiv:1809.08758; Li et al. 2020, arXiv:2005.14137). In L2 the grid is interpolated. In
    L-infinity its points become squares, which keeps their values uniform.

    Args:
        count: How many.
        shape: Of the image, (height, width, channels).
        grid: Points a side, at most one for each pixel.
        norm: ``linf`` or ``l2``.
        rng: The image's own random numbers.

    Returns:
        float32 (count, height, width, channels), each of Euclidean length 1.
    """
    height, width, channels = shape
    few = (count, min(grid, height), min(grid, width), channels)
    if norm == "l2":
        drawn, enlarge = rng.standard_normal(few, np.float32), cv2.INTER_LINEAR
    else:
        drawn, enlarge = rng.random(few, np.float32) * 2 - 1, cv2.INTER_NEAREST
    if few[1:] != shape:
        drawn = np.stack([cv2.resize(it, (width, height), interpolation=enlarge) for it in drawn])
    lengths = np.linalg.norm(drawn.reshape(count, -1), axis=1)
    return drawn / np.maximum(lengths, np.finfo(np.float32).tiny)[:, None, None, None]


def draw_to_boundary(oracle: Oracle, image: Image, far: Image, norm: str, halvings: int) -> Image:
    """Draws a picture that fools towards the image by bisection, as long as it fools.

    In L2 along the line between the two; in L-infinity every pixel is cut to a smaller change.

    Args:
        oracle: Answers about the image.
        image: The original.
        far: A picture that fools.
        norm: ``linf`` or ``l2``.
        halvings: How often the interval is halved; each costs a question.
    """
    delta = far - image
    largest = np.abs(delta).max()
    low, high, nearest = 0.0, 1.0, far
    for _ in range(min(halvings, oracle.left)):
        middle = (low + high) / 2
        if norm == "l2":
            trial = image + np.float32(middle) * delta
        else:
            bound = np.float32(middle) * largest
            trial = image + np.clip(delta, -bound, bound)
        trial = np.clip(trial, 0.0, 1.0)
        if oracle.fools_one(trial):
            high, nearest = middle, trial
        else:
            low = middle
    return nearest
