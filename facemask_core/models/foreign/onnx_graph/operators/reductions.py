"""Operators that make one number of many along some axes, and the softmax."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from facemask_core.backend import keras
from facemask_core.models.foreign.onnx_graph.values import Node, Value

ops = keras.ops
_COERCED_BEFORE = 13
"""Until then a softmax went along all axes from the one that it names."""


def _length(x: Any, axis: Any, keepdims: bool) -> Any:
    return ops.sqrt(ops.sum(ops.square(x), axis=axis, keepdims=keepdims))


def _sum_of_absolutes(x: Any, axis: Any, keepdims: bool) -> Any:
    return ops.sum(ops.abs(x), axis=axis, keepdims=keepdims)


def _reduce(compute: Callable[..., Any], node: Node) -> Value:
    value = node.value()
    rank = len(value.tensor.shape)
    listed = node.whole(1, "axes")
    if listed is None and node.settings.get("noop_with_empty_axes"):
        return value
    axes = sorted(value.check_axis(int(axis)) for axis in listed or range(rank))
    if 0 in axes:
        raise node.refuse("would mix the pictures of a batch")
    keep = bool(node.number("keepdims", 1))
    if value.last and (keep or axes == [2, 3]):
        places = tuple(value.place(axis) for axis in axes)
        return Value(compute(value.tensor, axis=places, keepdims=keep), last=keep)
    return Value(compute(value.plain, axis=tuple(axes), keepdims=keep))


def _soften(compute: Callable[..., Any], node: Node) -> Value:
    value = node.value()
    old = node.version < _COERCED_BEFORE
    axis = value.check_axis(int(node.number("axis", 1 if old else -1)))
    if axis == 0:
        raise node.refuse("goes over the pictures of a batch", "let it go over the classes (dim=1)")
    behind = [int(side or 0) for side in value.shape[axis + 1 :]]
    if not old or math.prod(behind) == 1:
        return Value(compute(value.tensor, axis=value.place(axis)), value.last)
    before = [int(side or 0) for side in value.shape[1:axis]]
    x = ops.reshape(value.plain, (-1, *before, math.prod(value.sides[axis - 1 :])))
    return Value(ops.reshape(compute(x, axis=-1), (-1, *value.sides)))


def _normalise_length(node: Node) -> Value:
    value = node.value()
    compute = _length if node.number("p", 2) == 2 else _sum_of_absolutes
    axis = value.check_axis(int(node.number("axis", -1)))
    if axis == 0:
        raise node.refuse("would mix the pictures of a batch")
    return Value(value.tensor / compute(value.tensor, value.place(axis), True), value.last)


TABLE: dict[str, Callable[[Node], Value]] = {
    "ReduceMean": partial(_reduce, ops.mean),
    "ReduceSum": partial(_reduce, ops.sum),
    "ReduceMax": partial(_reduce, ops.max),
    "ReduceMin": partial(_reduce, ops.min),
    "ReduceL1": partial(_reduce, _sum_of_absolutes),
    "ReduceL2": partial(_reduce, _length),
    "Softmax": partial(_soften, ops.softmax),
    "LogSoftmax": partial(_soften, ops.log_softmax),
    "LpNormalization": _normalise_length,
}
