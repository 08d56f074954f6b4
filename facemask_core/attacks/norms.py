"""The balls an attack stays in: their radius, their steepest direction, and the way back in.

Tensor functions are built of ``keras.ops`` and traced into the attack's program; the random start
is drawn by NumPy on the host, so it is the same on every backend and device.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from facemask_core import cores
from facemask_core.backend import keras
from facemask_core.errors import AttackError
from facemask_core.models.gradients import Tensor

ops = keras.ops
PIXEL_AXES = (1, 2, 3)


class Ball(ABC):
    """The set of images within epsilon of an original, in one norm."""

    name: str

    @abstractmethod
    def largest_epsilon(self, shape: tuple[int, ...]) -> float:
        """Returns the radius at which the ball holds every image of a shape (height, width, 3)."""

    @abstractmethod
    def steepest(self, gradient: Tensor) -> Tensor:
        """Returns the unit direction that raises a linear function most; zero stays zero."""

    @abstractmethod
    def dual(self, gradient: Tensor) -> Tensor:
        """Returns how much a unit step along :meth:`steepest` raises the function, (n, 1, 1, 1)."""

    @abstractmethod
    def project(self, delta: Tensor, epsilon: Tensor) -> Tensor:
        """Returns the nearest perturbation inside the ball; one inside already stays as it is."""

    def into_bounds(self, candidate: Tensor, images: Tensor, epsilon: Tensor) -> Tensor:
        """Brings a candidate into the ball about its original, and into the box [0, 1]."""
        # The box comes second: towards an original inside it, both constraints stay satisfied.
        return ops.clip(images + self.project(candidate - images, epsilon), 0.0, 1.0)

    @abstractmethod
    def extent(self, delta: Tensor) -> Tensor:
        """Returns the norm of perturbations, (n, 1, 1, 1)."""

    @abstractmethod
    def length(self, delta: NDArray[np.float64]) -> float:
        """Returns the norm of a flattened perturbation."""

    @abstractmethod
    def sample(self, rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """Draws a perturbation uniformly from the ball of radius 1."""


class LinfBall(Ball):
    """Every pixel value moves by at most epsilon."""

    name = "linf"

    def largest_epsilon(self, shape: tuple[int, ...]) -> float:
        return 1.0

    def steepest(self, gradient: Tensor) -> Tensor:
        return ops.sign(gradient)

    def dual(self, gradient: Tensor) -> Tensor:
        return ops.sum(ops.abs(gradient), axis=PIXEL_AXES, keepdims=True)

    def project(self, delta: Tensor, epsilon: Tensor) -> Tensor:
        return ops.clip(delta, -epsilon, epsilon)

    def extent(self, delta: Tensor) -> Tensor:
        return ops.max(ops.abs(delta), axis=PIXEL_AXES, keepdims=True)

    def length(self, delta: NDArray[np.float64]) -> float:
        return float(max(delta.max(), -delta.min()))

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
        return rng.random(shape, dtype=np.float32) * np.float32(2) - np.float32(1)


class L2Ball(Ball):
    """The Euclidean length of the whole perturbation is at most epsilon."""

    name = "l2"

    def largest_epsilon(self, shape: tuple[int, ...]) -> float:
        return float(np.sqrt(np.prod(shape)))

    def steepest(self, gradient: Tensor) -> Tensor:
        # Scaling by the largest entry first keeps tiny gradients from underflowing when squared.
        largest = ops.max(ops.abs(gradient), axis=PIXEL_AXES, keepdims=True)
        scaled = gradient / ops.where(largest > 0, largest, ops.ones_like(largest))
        length = _length(scaled)
        return scaled / ops.where(length > 0, length, ops.ones_like(length))

    def dual(self, gradient: Tensor) -> Tensor:
        largest = ops.max(ops.abs(gradient), axis=PIXEL_AXES, keepdims=True)
        return largest * _length(gradient / ops.where(largest > 0, largest, 1.0))

    def project(self, delta: Tensor, epsilon: Tensor) -> Tensor:
        # Clip to the ball, do not normalise onto its surface.
        length = _length(delta)
        inside = length <= epsilon
        return ops.where(inside, delta, delta * (epsilon / ops.where(inside, 1.0, length)))

    def extent(self, delta: Tensor) -> Tensor:
        return _length(delta)

    def length(self, delta: NDArray[np.float64]) -> float:
        # Not a dot product of BLAS: its threads wait for one another wherever the cores are busy.
        return float(np.sqrt(np.einsum("i,i->", delta, delta)))

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
        direction = rng.standard_normal(shape, dtype=np.float32)
        direction /= np.linalg.norm(direction)
        # The share of volume within radius r is r to the power of the dimension.
        return direction * np.float32(rng.random() ** (1.0 / direction.size))


def _length(tensor: Tensor) -> Tensor:
    return ops.sqrt(ops.sum(ops.square(tensor), axis=PIXEL_AXES, keepdims=True))


_BALLS: dict[str, Ball] = {ball.name: ball for ball in (LinfBall(), L2Ball())}


def names() -> tuple[str, ...]:
    """Lists the names of the norms."""
    return tuple(_BALLS)


def ball(norm: str) -> Ball:
    """Returns the ball of a norm.

    Args:
        norm: ``linf`` or ``l2``.

    Raises:
        AttackError: There is no such norm.
    """
    if norm not in _BALLS:
        raise AttackError(f"There is no norm {norm!r}; choose one of {', '.join(names())}.")
    return _BALLS[norm]


def distances(
    images: NDArray[np.floating], originals: NDArray[np.floating], norm: str
) -> NDArray[np.float64]:
    """Measures the distance of images from their originals.

    Args:
        images: Array of shape (n, height, width, 3).
        originals: Array of the same shape.
        norm: ``linf`` or ``l2``.

    Returns:
        float64 array of shape (n,).

    Raises:
        AttackError: There is no such norm.
    """
    length = ball(norm).length

    # One image at a time stays in a core's cache: a batch in float64 takes twice as long.
    def distance(row: int) -> float:
        delta = np.subtract(images[row], originals[row], dtype=np.float64)
        return length(delta.ravel())

    return np.array(cores.map_rows(distance, range(len(images))), np.float64)
