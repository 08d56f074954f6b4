"""HopSkipJump: the boundary's direction estimated by answers alone, then a jump along it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from facemask_core.attacks import norms
from facemask_core.attacks.decision import (
    DecisionAttack,
    Image,
    Oracle,
    draw_directions,
    draw_to_boundary,
)

_FIRST_SAMPLES = 30
"""Questions for the first estimate of the direction (the authors' B_0, 100 of them, for a direction
in each pixel value); on a coarse grid fewer are as exact, and leave more turns."""
_PROBE = 0.05
"""Length of a probe as a share of the distance so far. The authors' delta is far shorter and needs
the boundary found as closely, by more halvings than the directions gain."""
_HALVINGS = 8
"""Halvings of the way back to the boundary; it ends a tenth of a probe beyond it."""
_SHORTENINGS = 12
"""How often a jump that fools nobody is halved before another direction is estimated."""
_TOGETHER = 32
"""Probes asked about at once."""


@dataclass(frozen=True, kw_only=True)
class HopSkipJump(DecisionAttack):
    """Chen et al. 2020 (arXiv:1904.02144), algorithm 2, for L2 and L-infinity.

    At the boundary, the mean of random directions, each with the sign of the model's answer, points
    to where the model is fooled more (section III.C, with the baseline that lowers the variance). A
    step there is followed by a bisection back to the boundary, nearer to the original.

    Attributes:
        queries: Questions to the model for each image; only the class that it names is used.
    """

    name: ClassVar[str] = "hopskipjump"
    title: ClassVar[str] = "HopSkipJump"

    def _approach(
        self, oracle: Oracle, image: Image, start: Image, rng: np.random.Generator
    ) -> Image:
        nearest = draw_to_boundary(oracle, image, start, self.norm, _HALVINGS)
        distance, point, turn = _measure(self.norm, nearest, image), nearest, 0
        while oracle.left > _HALVINGS + 1:
            turn += 1
            samples = min(int(_FIRST_SAMPLES * np.sqrt(turn)), oracle.left - _HALVINGS - 1)
            direction = self._estimate(oracle, point, image, samples, rng)
            jump = _jump(oracle, point, direction, distance / np.sqrt(turn))
            if jump is None:
                continue
            point = draw_to_boundary(oracle, image, jump, self.norm, _HALVINGS)
            distance = _measure(self.norm, point, image)
            if distance < _measure(self.norm, nearest, image):
                nearest = point
        return nearest

    def _estimate(
        self, oracle: Oracle, point: Image, image: Image, samples: int, rng: np.random.Generator
    ) -> Image:
        """Estimates the direction in which the model is fooled more, of length 1 in the norm."""
        probe = np.float32(_PROBE * np.linalg.norm(point - image))
        signed, plain, total = np.zeros_like(point), np.zeros_like(point), 0.0
        for start in range(0, samples, _TOGETHER):
            count = min(_TOGETHER, samples - start)
            ways = draw_directions(count, point.shape, self.grid, self.norm, rng)
            probes = np.clip(point + probe * ways, 0.0, 1.0)
            signs = np.where(oracle.fools(probes), 1.0, -1.0).astype(np.float32)
            moves = (probes - point) / probe
            signed += np.tensordot(signs, moves, 1)
            plain += moves.sum(axis=0)
            total += float(signs.sum())
        mean = total / samples
        estimate = signed if abs(mean) == 1.0 else signed - np.float32(mean) * plain
        if self.norm == "linf":
            return np.sign(estimate)
        return estimate / max(np.linalg.norm(estimate), np.finfo(np.float32).tiny)


def _measure(norm: str, point: Image, image: Image) -> float:
    return norms.ball(norm).length((point - image).astype(np.float64).ravel())


def _jump(oracle: Oracle, point: Image, direction: Image, size: float) -> Image | None:
    """Steps in a direction, half as far each time, until the model is fooled; None if never."""
    for _ in range(_SHORTENINGS):
        if oracle.left <= 0:
            return None
        jump = np.clip(point + np.float32(size) * direction, 0.0, 1.0)
        if oracle.fools_one(jump):
            return jump
        size /= 2
    return None
