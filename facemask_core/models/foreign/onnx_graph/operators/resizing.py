"""Resize and its forerunner Upsample: every mode is a matrix for rows and one for columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core.backend import keras
from facemask_core.models.foreign.onnx_graph.values import Node, Value

ops = keras.ops
_LARGEST_SIDE = 4096
_ROUND: dict[str, Callable[[Any], Any]] = {
    "round_prefer_floor": lambda x: np.ceil(x - 0.5),
    "round_prefer_ceil": lambda x: np.floor(x + 0.5),
    "floor": np.floor,
    "ceil": np.ceil,
}


def _resize(node: Node) -> Value:
    value = node.map()
    if node.settings.get("antialias") or node.settings.get("exclude_outside"):
        raise node.refuse("resizes in a way that the lab does not", "resize bilinearly")
    sides, scales = _read_sides(node, value)
    x = value.channels_last
    for axis, (side, wanted, scale) in enumerate(zip(value.sides[1:], sides, scales, strict=True)):
        if not 1 <= wanted <= _LARGEST_SIDE:
            raise node.refuse("makes a map of a size that no model needs")
        if side == wanted and scale == 1:
            continue
        matrix = _make_matrix(node, side, wanted, scale)
        if node.settings.get("mode", "nearest") == "nearest":
            x = ops.take(x, matrix.argmax(axis=1).astype(np.int32), axis=axis + 1)
        else:
            x = ops.einsum("nrcd,ar->nacd" if axis == 0 else "nrcd,ac->nrad", x, matrix)
        node.budget.add_output(x.shape, side, f"the node {node.name}")
    return Value(x, last=True)


def _read_sides(node: Node, value: Value) -> tuple[list[int], list[float]]:
    """Reads rows and columns to make, and the scales by which places are found."""
    old = node.version < 11  # Resize of version 10, and Upsample
    whole: list[int] | None = None if old else node.whole(3, "sizes")
    axes = [value.check_axis(int(it)) for it in node.settings.get("axes") or range(4)]
    if node.settings.get("keep_aspect_ratio_policy", "stretch") != "stretch":
        raise node.refuse("resizes in a way that the lab does not", "resize bilinearly")
    if whole:
        wanted = dict(zip(axes, whole, strict=True))
        if wanted.get(1, value.sides[0]) != value.sides[0]:
            raise node.refuse("resizes something else than rows and columns")
        sides = [int(wanted.get(axis, value.sides[axis - 1])) for axis in (2, 3)]
        scales = [new / side for new, side in zip(sides, value.sides[1:], strict=True)]
        return sides, scales
    listed = node.settings.get("scales")
    if listed is None:
        listed = node.constant(1 if old else 2).reshape(-1).tolist()
    factors = dict(zip(axes, listed, strict=True))
    if factors.get(0, 1) != 1 or factors.get(1, 1) != 1:
        raise node.refuse("resizes something else than rows and columns")
    scales = [float(factors.get(axis, 1)) for axis in (2, 3)]
    if not all(0 < scale <= _LARGEST_SIDE for scale in scales):
        raise node.refuse("makes a map of a size that no model needs")
    sides = [
        int(np.floor(side * scale)) for side, scale in zip(value.sides[1:], scales, strict=True)
    ]
    return sides, scales


def _make_matrix(node: Node, side: int, wanted: int, scale: float) -> NDArray[np.float32]:
    """Makes the matrix that takes each new place from the old ones."""
    places = _find_places(node, side, wanted, scale)
    mode = node.settings.get("mode", "nearest")
    matrix = np.zeros((wanted, side))
    rows = np.arange(wanted)
    if mode == "nearest":
        rounding = node.settings.get("nearest_mode", "round_prefer_floor")
        rounding = "floor" if node.version < 11 else rounding
        if rounding not in _ROUND:
            raise node.refuse("rounds in a way that the lab does not")
        matrix[rows, np.clip(_ROUND[rounding](places), 0, side - 1).astype(int)] = 1
        return matrix.astype(np.float32)
    if mode not in {"linear", "cubic"}:
        raise node.refuse("resizes in a way that the lab does not", "resize bilinearly")
    floor = np.floor(places)
    share = places - floor
    for offset, weight in _weigh(mode, share, node.number("cubic_coeff_a", -0.75)):
        np.add.at(matrix, (rows, np.clip(floor + offset, 0, side - 1).astype(int)), weight)
    return matrix.astype(np.float32)


def _find_places(node: Node, side: int, wanted: int, scale: float) -> NDArray[np.float64]:
    """Finds where each new place lies among the old ones."""
    rows = np.arange(wanted, dtype=np.float64)
    default = "asymmetric" if node.version < 11 else "half_pixel"
    kind = node.settings.get("coordinate_transformation_mode", default)
    if kind == "asymmetric":
        return rows / scale
    if kind == "align_corners":
        return rows * ((side - 1) / (wanted - 1)) if wanted > 1 else rows * 0
    if kind == "pytorch_half_pixel" and wanted == 1:
        return rows * 0
    if kind in {"half_pixel", "pytorch_half_pixel"}:
        return (rows + 0.5) / scale - 0.5
    if kind == "half_pixel_symmetric":
        adjustment = wanted / (side * scale)
        centre = side / 2
        return centre * (1 - adjustment) + (rows + 0.5) / scale - 0.5
    raise node.refuse("resizes in a way that the lab does not", "resize bilinearly")


def _weigh(mode: str, share: Any, a: float) -> list[tuple[int, Any]]:
    """Lists the neighbours of a place and what each counts."""
    if mode == "linear":
        return [(0, 1 - share), (1, share)]

    def near(x: Any) -> Any:
        return (a + 2) * x**3 - (a + 3) * x**2 + 1

    def far(x: Any) -> Any:
        return a * x**3 - 5 * a * x**2 + 8 * a * x - 4 * a

    return [(-1, far(1 + share)), (0, near(share)), (1, near(1 - share)), (2, far(2 - share))]


TABLE: dict[str, Callable[[Node], Value]] = {"Resize": _resize, "Upsample": _resize}
