"""Works out what does not depend on the picture: shapes, places, and weights that are turned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from facemask_core.models.foreign.onnx_graph.values import BATCH, Constant, Node, Value

_KINDS = {1: np.float32, 10: np.float32, 11: np.float32, 16: np.float32}
_WHOLE = {2: np.int64, 3: np.int64, 6: np.int64, 7: np.int64}
_BOOL = 9
_BINARY: dict[str, Callable[..., Any]] = {
    "Add": np.add,
    "Sub": np.subtract,
    "Mul": np.multiply,
    "Pow": np.power,
    "Max": np.maximum,
    "Min": np.minimum,
    "Equal": np.equal,
    "Less": np.less,
    "Greater": np.greater,
    "And": np.logical_and,
    "Or": np.logical_or,
    "Mod": np.mod,
}
_UNARY: dict[str, Callable[..., Any]] = {
    "Neg": np.negative,
    "Sqrt": np.sqrt,
    "Floor": np.floor,
    "Ceil": np.ceil,
    "Exp": np.exp,
    "Not": np.logical_not,
    "Abs": np.abs,
    "Reciprocal": np.reciprocal,
    "Identity": np.copy,
}


def can_fold(operator: str, node: Node) -> bool:
    """Tells whether a node is worked out beforehand.

    Args:
        operator: Its operator.
        node: The node.
    """
    if operator in {"Shape", "Size"}:
        return True
    known = all(it is None or isinstance(it, np.ndarray) for it in node.inputs)
    return known and (operator in _BINARY or operator in _UNARY or operator in _OTHERS)


def fold(operator: str, node: Node) -> Constant:
    """Works out a node.

    Args:
        operator: Its operator.
        node: The node, all of whose inputs are constants, but for Shape.
    """
    with np.errstate(all="ignore"):
        found = np.asarray(_compute(operator, node))
    node.budget.add_constant(found.size, node.name)
    if found.dtype == np.float64:
        return found.astype(np.float32)
    if found.dtype == object and not any(it is BATCH for it in found.reshape(-1)):
        return found.astype(np.int64)
    return found


def _compute(operator: str, node: Node) -> Any:
    if operator in _BINARY:
        found = node.constant(0)
        for place in range(1, len(node.inputs)):
            other = node.constant(place)
            node.check_size(np.broadcast_shapes(found.shape, other.shape))
            found = _BINARY[operator](found, other)
        return found
    if operator in _UNARY:
        return _UNARY[operator](node.constant(0))
    return _OTHERS[operator](node)


def _shape(node: Node) -> Constant:
    value = node.get(0)
    shape = value.shape if isinstance(value, Value) else node.constant(0).shape
    whole = [BATCH if side is None else int(side) for side in shape]
    part = slice(node.settings.get("start"), node.settings.get("end"))
    return np.array(whole, dtype=object)[part]


def _divide(node: Node) -> Constant:
    top, bottom = node.constant(0), node.constant(1)
    node.check_size(np.broadcast_shapes(top.shape, bottom.shape))
    if top.dtype.kind == "f":
        return np.asarray(top / bottom)
    if not np.all(np.asarray(bottom != 0)):
        raise node.refuse("divides by nothing")
    return np.asarray(top // bottom)


def _cast(node: Node) -> Constant:
    array, kind = node.constant(0), node.settings.get("to")
    if array.dtype == object:
        return array  # a shape stays one
    if kind in _KINDS:
        return array.astype(_KINDS[kind])
    if kind in _WHOLE or kind == _BOOL:
        return array.astype(_WHOLE.get(kind, np.bool_))
    raise node.refuse("makes numbers of a kind that the lab does not compute with")


def _gather(node: Node) -> Constant:
    array, places = node.constant(0), node.constant(1).astype(np.int64)
    axis = int(node.number("axis", 0))
    node.check_size([places.size, *np.delete(array.shape, axis)])
    return np.take(array, places, axis=axis)


def _slice(node: Node) -> Constant:
    array = node.constant(0)
    starts, ends = node.whole(1, "starts") or [], node.whole(2, "ends") or []
    axes = node.whole(3, "axes") or list(range(len(starts)))
    steps = node.whole(4, "steps") or [1] * len(starts)
    parts = [slice(None)] * array.ndim
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        parts[axis] = slice(start, end if step > 0 or end >= -array.shape[axis] else None, step)
    return np.asarray(array[tuple(parts)])


def _concat(node: Node) -> Constant:
    arrays = [node.constant(place) for place in range(len(node.inputs))]
    node.check_size([sum(array.size for array in arrays)])
    if any(array.dtype == object for array in arrays):
        arrays = [array.astype(object) for array in arrays]
    return np.concatenate(arrays, axis=int(node.number("axis", 0)))


def _squeeze(node: Node) -> Constant:
    axes = node.whole(1, "axes")
    return np.squeeze(node.constant(0), None if axes is None else tuple(axes))


def _unsqueeze(node: Node) -> Constant:
    return np.expand_dims(node.constant(0), tuple(node.whole(1, "axes") or []))


def _reshape(node: Node) -> Constant:
    array = node.constant(0)
    sides = node.whole(1, "shape") or []
    return array.reshape(
        [array.shape[place] if side == 0 else side for place, side in enumerate(sides)]
    )


def _transpose(node: Node) -> Constant:
    return np.transpose(node.constant(0), node.settings.get("perm"))


def _filled(node: Node) -> Constant:
    sides = node.constant(0).reshape(-1).tolist()
    sides = [1 if side is BATCH else int(side) for side in sides]
    node.check_size(sides)
    value = node.settings.get("value") or {"kind": "float32", "value": 0.0}
    whole = np.int64 if value["kind"].startswith("int") else np.float32
    return np.full(sides, value["value"], np.bool_ if value["kind"] == "bool" else whole)


def _expand(node: Node) -> Constant:
    array = node.constant(0)
    sides = node.constant(1).reshape(-1).tolist()
    # One row that stands for all pictures is spread over them by what it is joined with.
    sides = [1 if side is BATCH else int(side) for side in sides]
    shape = np.broadcast_shapes(array.shape, tuple(sides))
    node.check_size(shape)
    return np.broadcast_to(array, shape)


def _tile(node: Node) -> Constant:
    array, repeats = node.constant(0), node.constant(1).astype(np.int64).tolist()
    node.check_size([array.size, *repeats])
    return np.tile(array, repeats)


def _range(node: Node) -> Constant:
    start, stop, step = (node.constant(place).reshape(()).item() for place in range(3))
    if not step or (stop - start) / step > 1e6:
        raise node.refuse("counts without end")
    return np.arange(start, stop, step)


def _where(node: Node) -> Constant:
    chosen, one, other = (node.constant(place) for place in range(3))
    node.check_size(np.broadcast_shapes(chosen.shape, one.shape, other.shape))
    return np.where(chosen.astype(np.bool_), one, other)


def _product(node: Node) -> Constant:
    axes = node.whole(1, "axes")
    keep = bool(node.number("keepdims", 1))
    return np.prod(node.constant(0), axis=None if axes is None else tuple(axes), keepdims=keep)


_OTHERS: dict[str, Callable[[Node], Constant]] = {
    "Shape": _shape,
    "Size": lambda node: np.asarray(np.prod(_shape(node))),
    "Div": _divide,
    "Cast": _cast,
    "Gather": _gather,
    "Slice": _slice,
    "Concat": _concat,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Reshape": _reshape,
    "Transpose": _transpose,
    "ConstantOfShape": _filled,
    "Expand": _expand,
    "Tile": _tile,
    "Range": _range,
    "Where": _where,
    "ReduceProd": _product,
}
FOLDED = frozenset({*_BINARY, *_UNARY, *_OTHERS})
"""Operators that are worked out where all that they take is known."""
