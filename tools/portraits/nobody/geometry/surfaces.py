"""From a distance function to a mesh, by marching cubes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray
from skimage import measure

_BLOCK = 8
"""Cells along a side of the blocks that are looked at as a whole first."""

_STEEPEST = 1.6
"""No distance function here changes faster than this from one centimetre to the next."""


@dataclass(frozen=True)
class Mesh:
    """Triangles.

    Attributes:
        vertices: float32 array of shape (n, 3), centimetres.
        triangles: int32 array of shape (m, 3) of vertex numbers.
    """

    vertices: NDArray[np.float32]
    triangles: NDArray[np.int32]


@cache
def _sampler(field: Callable[..., float]) -> Callable[..., NDArray[np.float32]]:
    """Compiles a loop around a compiled distance function.

    Only this loop is compiled anew in each process; the function itself comes from the cache.
    """

    @numba.njit(fastmath=True)
    def sample(points: NDArray[np.float64], *arguments: Any) -> NDArray[np.float32]:
        distances = np.empty(len(points), np.float32)
        for i in range(len(points)):
            distances[i] = field(points[i, 0], points[i, 1], points[i, 2], *arguments)
        return distances

    return sample


def mesh(
    field: Callable[..., float],
    arguments: tuple[Any, ...],
    low: tuple[float, float, float],
    high: tuple[float, float, float],
    cell: float,
) -> Mesh | None:
    """Finds the surface of a shape within a box.

    Args:
        field: A compiled function of x, y, z and the arguments that gives a signed distance.
        arguments: What the function takes besides the point.
        low: The box's lower corner.
        high: Its upper corner.
        cell: The grid's spacing.

    Returns:
        The surface, or None where the box holds none.
    """
    corner = np.array(low, np.float64)
    blocks = np.ceil((np.array(high) - corner) / (cell * _BLOCK)).astype(int)
    values = _sample_near_surface(_sampler(field), arguments, corner, blocks, cell)
    if values.min() > 0 or values.max() < 0:
        return None
    vertices, triangles, _, _ = measure.marching_cubes(values, 0.0)
    return Mesh((vertices * cell + corner).astype(np.float32), triangles[:, ::-1].astype(np.int32))


def _sample_near_surface(
    sample: Callable[..., NDArray[np.float32]],
    arguments: tuple[Any, ...],
    corner: NDArray[np.float64],
    blocks: NDArray[np.int64],
    cell: float,
) -> NDArray[np.float32]:
    """Samples the grid, whole blocks at once where they are too far off to hold any surface."""
    size = cell * _BLOCK
    where = np.stack(np.meshgrid(*(np.arange(n) for n in blocks), indexing="ij"), -1)
    centres = corner + (where.reshape(-1, 3) + 0.5) * size
    middle = sample(centres, *arguments).reshape(blocks)
    values = np.repeat(np.repeat(np.repeat(middle, _BLOCK, 0), _BLOCK, 1), _BLOCK, 2)
    near = np.argwhere(np.abs(middle) < _STEEPEST * size * np.sqrt(3) / 2)
    inner = np.stack(np.meshgrid(*(np.arange(_BLOCK),) * 3, indexing="ij"), -1).reshape(-1, 3)
    cells = (near[:, None, :] * _BLOCK + inner[None]).reshape(-1, 3)
    values[cells[:, 0], cells[:, 1], cells[:, 2]] = sample(corner + cells * cell, *arguments)
    return values
