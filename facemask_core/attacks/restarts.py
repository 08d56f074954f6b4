"""Random starts, and the best of several attempts, image by image."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core import cores
from facemask_core.attacks import norms
from facemask_core.attacks.base import AdversarialBatch, leads, reaches_goal
from facemask_core.errors import AttackError

MAX_RESTARTS = 1_000


def check_restarts(restarts: int, *, random_start: bool = True) -> None:
    """Checks a number of attempts.

    Raises:
        AttackError: It is out of range, or every attempt would be the same.
    """
    if not 1 <= restarts <= MAX_RESTARTS:
        raise AttackError(
            f"{restarts} restarts were asked for; there may be from 1 to {MAX_RESTARTS}."
        )
    if restarts > 1 and not random_start:
        raise AttackError("Restarts without a random start would repeat the same attack.")


def own_generators(
    images: NDArray[np.float32], seed: int, stream: int
) -> list[np.random.Generator]:
    """Makes one random generator per image, from the seed and the image's pixels.

    So neither the batch an image comes in nor its place in it changes its random numbers.

    Args:
        images: float32 (n, height, width, 3).
        seed: The attack's seed.
        stream: Number of the restart or draw, from 0.
    """

    def generator(image: NDArray[np.float32]) -> np.random.Generator:
        digest = hashlib.sha256(image.tobytes()).digest()
        own = np.frombuffer(digest, np.uint32).tolist()
        return np.random.default_rng([seed, stream, *own])

    return cores.map_rows(generator, list(images))


def random_starts(
    images: NDArray[np.float32], norm: str, epsilon: float, seed: int, restart: int
) -> NDArray[np.float32]:
    """Draws each image's random start from the seed and the image's own pixels.

    Args:
        images: float32 (n, height, width, 3).
        norm: ``linf`` or ``l2``.
        epsilon: Radius of the ball.
        seed: The attack's seed.
        restart: Number of the restart, from 0.

    Returns:
        float32 perturbations of the images' shape, uniform in the ball.
    """
    ball = norms.ball(norm)
    starts = np.empty_like(images)
    generators = own_generators(images, seed, restart)

    def draw(row: int) -> None:
        starts[row] = ball.sample(generators[row], images.shape[1:]) * np.float32(epsilon)

    cores.map_rows(draw, range(len(images)))
    return starts


def best_of_restarts(
    attempt: Callable[[NDArray[Any], int], AdversarialBatch],
    count: int,
    restarts: int,
    target: int | None,
) -> AdversarialBatch:
    """Attacks, repeats the attack on images not yet fooled, and keeps the best for each image.

    Args:
        attempt: ``attempt(rows, restart)`` attacks those images.
        count: Number of images.
        restarts: Number of attempts altogether.
        target: The attack's target.
    """
    best = attempt(np.arange(count), 0)
    for restart in range(1, restarts):
        standing = np.flatnonzero(~best.success)
        if not len(standing):
            break
        best = merge_attempts(best, attempt(standing, restart), standing, target)
    return best


def merge_attempts(
    best: AdversarialBatch, attempt: AdversarialBatch, rows: NDArray[Any], target: int | None
) -> AdversarialBatch:
    """Merges a second attempt on some images into a first, keeping the stronger for each image.

    Args:
        best: The batch so far.
        attempt: A further attack on the images of ``rows``.
        rows: int (k,), their places in ``best``.
        target: The attack's target.
    """
    old = leads(best.logits, best.labels, target)[rows]
    new = leads(attempt.logits, attempt.labels, target)
    improved = new > old
    changed: dict[str, Any] = {}
    for name in ("images", "logits", "linf", "l2", "iterations"):
        values = getattr(best, name).copy()
        values[rows[improved]] = getattr(attempt, name)[improved]
        changed[name] = values
    calls = best.gradient_calls.copy()
    calls[rows] += attempt.gradient_calls
    success = reaches_goal(changed["logits"], best.labels, target)
    dead = best.dead.copy()
    dead[rows] |= attempt.dead
    return replace(best, **changed, gradient_calls=calls, success=success, dead=dead)
