"""Random numbers of a random defence, which follow from a picture and a seed alone.

A random defence may answer otherwise each time it is asked. Here an answer can be repeated: the
same picture under the same seed meets the same draws, whatever batch it is in. A picture that
differs a little has draws of its own, so every step of an attack meets fresh ones. An attacker who
does not know the seed cannot foresee them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from facemask_core.backend import keras
from facemask_core.models.gradients import Tensor

ops = keras.ops

_LEVELS = 4096
"""Levels that a colour value is told apart by; a power of two, so that float32 scales exactly."""
_PRIME = 32749
"""Draws are multiples of one over it. Products of two numbers below it fit into 32 bits."""


def draw_uniform(pixels: Tensor, copies: int, count: int, seed: int) -> Tensor:
    """Draws numbers for each copy of each picture.

    They are computed in whole numbers, so that neither batch size nor backend changes a draw.

    Args:
        pixels: float32 (n, height, width, 3) in [0, 1].
        copies: How many copies of each picture there are.
        count: How many numbers a copy needs.
        seed: Seed of all of them.

    Returns:
        float32 (n * copies, count) in [0, 1), the copies of a picture next to each other.
    """
    rng = np.random.default_rng(seed)
    hashes = _hash_pictures(pixels, _draw(rng, *pixels.shape[1:]))
    slopes, shifts = _draw(rng, 1, 1, count), _draw(rng, 1, copies, count)
    drawn = ops.mod(ops.mod(hashes[:, None, None] * slopes, _PRIME) + shifts, _PRIME)
    return ops.reshape(ops.cast(drawn, "float32"), (-1, count)) / _PRIME


def _draw(rng: np.random.Generator, *shape: int) -> NDArray[np.int32]:
    return rng.integers(1, _PRIME, shape, np.int32)


def _hash_pictures(pixels: Tensor, weights: NDArray[np.int32]) -> Tensor:
    """Adds up the levels of each picture, each with a weight, int32 (n,) below the prime."""
    levels = ops.cast(ops.round(ops.stop_gradient(pixels) * _LEVELS), "int32")
    rows = ops.sum(ops.mod(levels * weights, _PRIME), axis=(2, 3))
    return ops.mod(ops.sum(ops.mod(rows, _PRIME), axis=1), _PRIME)
