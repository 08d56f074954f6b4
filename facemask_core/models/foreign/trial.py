"""Finds how a model wants its pixels and what its scores mean, by trying it on shipped portraits.

The right preparation is the one with which it is right most surely. Every preparation is judged on
the same portraits, so two are compared portrait by portrait; where their difference is within the
chance of these few pictures, they are a tie, and the user may settle it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core.backend import keras
from facemask_core.data import samples
from facemask_core.models.foreign.heads import join
from facemask_core.models.foreign.preparation import Preparation
from facemask_core.models.foreign.statistics import TrainingStatistics
from facemask_core.pictures import faces, images

FRAMES = ("face", "whole")
"""Cut to the face, hairline to chin, or the whole portrait with hair and shoulders."""
_FLOOR = -5.0
"""The least logarithm of a probability that a single portrait counts with."""
_BATCH = 8
_NO_BETTER = 0.65
"""Balanced accuracy below which a preparation is hardly better than chance."""
_STANDARD_ERRORS = 2.0
"""By how many one way has to lead another, so that chance is no likely reason."""
_AS_NEAR = 1.25
"""How much further from the training's statistics a way may be and still be as likely."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """One way to use a model, and how it did.

    Attributes:
        preparation: How the pixels were prepared.
        meanings: What the scores were taken for.
        frame: How the portraits were cut.
        evidence: Of each portrait the logarithm of the probability of its true class.
        right: Of each portrait whether the answer was right.
    """

    preparation: Preparation
    meanings: tuple[int, ...]
    frame: str
    evidence: NDArray[np.float64]
    right: NDArray[np.bool_]

    @property
    def usage(self) -> tuple[str, str]:
        """Scale and colours."""
        return self.preparation.scale, self.preparation.colours

    @property
    def score(self) -> float:
        """The mean evidence; 0 is best, -0.69 is that of a coin."""
        return float(self.evidence.mean())

    @property
    def accuracy(self) -> float:
        """The share of portraits that are right; both classes have as many."""
        return float(self.right.mean())

    def lead(self, other: Outcome) -> float:
        """Measures by how many standard errors this one is better than another."""
        difference = self.evidence - other.evidence
        error = float(difference.std(ddof=1)) / np.sqrt(len(difference))
        mean = float(difference.mean())
        return mean / error if error > 0 else np.inf * np.sign(mean) if mean else 0.0


@dataclass(frozen=True, eq=False)
class Finding:
    """How a model is best used.

    Attributes:
        best: The best way.
        lead: By how many standard errors it leads before the next that differs in pixels or
            classes; infinite without another, and negative where what is known decided.
        ties: The others within two standard errors of the most successful one, the best first,
            that the network's own statistics of its training do not settle either.
        portraits: How many portraits each was tried on.
        by_statistics: Whether these statistics settled what trying did not.
    """

    best: Outcome
    lead: float
    ties: tuple[Outcome, ...]
    portraits: int
    by_statistics: bool = False

    @property
    def is_doubtful(self) -> bool:
        """Whether no way was much better than chance."""
        return self.best.accuracy < _NO_BETTER


@cache
def read_portraits(frame: str) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Reads the shipped portraits of the gallery.

    Args:
        frame: How they are cut, one of :data:`FRAMES`.

    Returns:
        float32 (n, 224, 224, 3), RGB in [0, 1], and their classes.
    """
    portraits = samples.read_portraits(samples.GALLERY_DIR)
    pictures = [images.decode(portrait.path.read_bytes()) for portrait in portraits]
    cut = faces.cropped if frame == "face" else images.resize
    pixels = images.to_float(np.stack([cut(picture) for picture in pictures]))
    return pixels, np.array([portrait.label for portrait in portraits])


def find(
    network: keras.Model,
    preparations: Sequence[Preparation],
    meanings: Sequence[tuple[int, ...]],
    usual: tuple[str, str] | None = None,
) -> Finding:
    """Tries a network in every way.

    Args:
        network: Prepared pixels to scores.
        preparations: The preparations to try.
        meanings: What its scores may mean.
        usual: Scale and colours of the published network that it is; they win where trying does
            not settle it.

    Returns:
        The best of them, and how sure that is.
    """
    outcomes = [
        outcome
        for preparation in preparations
        for outcome in _try(network, preparation, meanings, FRAMES[0])
    ]
    ranked = sorted(outcomes, key=lambda it: -it.score)
    even = [it for it in ranked if it is ranked[0] or ranked[0].lead(it) < _STANDARD_ERRORS]
    likely = _keep_likely(network, even)
    best = next((it for it in likely if it.usage == usual), likely[0])
    lead = min((best.lead(it) for it in ranked if it is not best), default=np.inf)
    ties = tuple(it for it in likely if it is not best)
    # How a portrait is cut is no part of the model, so it is tried for the best way alone.
    whole = _try(network, best.preparation, [best.meanings], FRAMES[1])[0]
    if whole.lead(best) >= _STANDARD_ERRORS:
        best = whole
    return Finding(best, float(lead), ties, len(best.evidence), len(likely) < len(even))


def _keep_likely(network: keras.Model, even: list[Outcome]) -> list[Outcome]:
    """Keeps of ways that do as well those whose pixels are nearest to those of the training."""
    if len({it.usage for it in even}) < 2:
        return even
    statistics = TrainingStatistics(network)
    pixels, _ = read_portraits(FRAMES[0])
    distances = [statistics.measure(it.preparation, pixels) for it in even]
    known = [it for it in distances if it is not None]
    if len(known) < len(even):
        return even
    most = _AS_NEAR * min(known)
    return [it for it, distance in zip(even, known, strict=True) if distance <= most]


def _try(
    network: keras.Model,
    preparation: Preparation,
    meanings: Sequence[tuple[int, ...]],
    frame: str,
) -> list[Outcome]:
    pixels, labels = read_portraits(frame)
    scores = compute_scores(network, preparation, pixels)
    outcomes = []
    for meaning in meanings:
        logits = np.asarray(keras.ops.convert_to_numpy(join(scores, meaning)), np.float64)
        logits = np.nan_to_num(logits, nan=0.0, posinf=1e9, neginf=-1e9)
        rows = np.arange(len(labels))
        true, other = logits[rows, labels], logits[rows, 1 - labels]
        evidence = np.maximum(-np.logaddexp(0.0, other - true), _FLOOR)
        outcomes.append(Outcome(preparation, meaning, frame, evidence, true > other))
    return outcomes


def compute_scores(
    network: keras.Model, preparation: Preparation, pixels: NDArray[np.float32]
) -> Any:
    """Computes a network's own scores of pictures.

    Args:
        network: Prepared pixels to scores.
        preparation: How the pixels are prepared.
        pixels: float32 (n, 224, 224, 3), RGB in [0, 1].

    Returns:
        Tensor (n, scores).
    """
    parts = [
        network(
            preparation.apply(keras.ops.convert_to_tensor(pixels[start : start + _BATCH])),
            training=False,
        )
        for start in range(0, len(pixels), _BATCH)
    ]
    return keras.ops.concatenate(parts, axis=0)
