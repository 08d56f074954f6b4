"""Finds how a model wants its pixels and what its scores mean, by trying it on shipped portraits.

The right preparation is the one with which it is right most surely. Every preparation is judged on
the same portraits, so two are compared portrait by portrait; where their difference is within the
chance of these few pictures, they are a tie. What the file says of itself may settle that
(:mod:`~facemask_core.models.foreign.ties`), or the user.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core.backend import keras
from facemask_core.models.foreign.heads import join
from facemask_core.models.foreign.outcome import FRAMES, Outcome, read_portraits
from facemask_core.models.foreign.preparation import Preparation
from facemask_core.models.foreign.ties import STATISTICS, settle_ties

__all__ = ["FRAMES", "Finding", "Outcome", "compute_scores", "find", "read_portraits"]

_FLOOR = -5.0
"""The least logarithm of a probability that a single portrait counts with."""
_BATCH = 8
_NO_BETTER = 0.65
"""Balanced accuracy below which a preparation is hardly better than chance."""
_STANDARD_ERRORS = 2.0
"""By how many one way has to lead another, so that chance is no likely reason."""


@dataclass(frozen=True, eq=False)
class Finding:
    """How a model is best used.

    Attributes:
        best: The best way.
        lead: By how many standard errors it leads before the next that differs in pixels or
            classes; infinite without another, and negative where what is known decided.
        ties: The others within two standard errors of the most successful one, the best first,
            that nothing else settles either.
        portraits: How many portraits each was tried on.
        settled_by: What settled that several did as well, in order: ``front``, ``statistics`` or
            ``convention``; empty where trying alone told.
    """

    best: Outcome
    lead: float
    ties: tuple[Outcome, ...]
    portraits: int
    settled_by: tuple[str, ...] = ()

    @property
    def by_statistics(self) -> bool:
        """Whether what the network remembers of its training took part in settling it."""
        return STATISTICS in self.settled_by

    @property
    def is_doubtful(self) -> bool:
        """Whether no way was much better than chance."""
        return self.best.accuracy < _NO_BETTER


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
    likely, settled_by = settle_ties(network, even, usual)
    best = next((it for it in likely if it.usage == usual), likely[0])
    lead = min((best.lead(it) for it in ranked if it is not best), default=np.inf)
    ties = tuple(it for it in likely if it is not best)
    # How a portrait is cut is no part of the model, so it is tried for the best way alone.
    whole = _try(network, best.preparation, [best.meanings], FRAMES[1])[0]
    if whole.lead(best) >= _STANDARD_ERRORS:
        best = whole
    return Finding(best, float(lead), ties, len(best.evidence), settled_by)


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
