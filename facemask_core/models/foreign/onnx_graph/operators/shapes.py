"""Operators that move numbers without computing: shapes, axes, parts and what is put together."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from facemask_core.backend import keras
from facemask_core.models.foreign.onnx_graph.values import (
    BATCH,
    TO_FIRST,
    TO_LAST,
    Node,
    Value,
)

ops = keras.ops
_MIXES = "would mix the pictures of a batch"


def _reshape_to(value: Value, sides: list[int]) -> Value:
    return Value(ops.reshape(value.plain, (-1, *sides)))


def _flatten(node: Node) -> Value:
    value = node.value()
    axis = value.check_axis(int(node.number("axis", 1)))
    if axis != 1:
        raise node.refuse(_MIXES)
    return _reshape_to(value, [math.prod(value.sides)])


def _reshape(node: Node) -> Value:
    value = node.value()
    sides = node.whole(1, "shape") or []
    if not sides or len(sides) > 8:
        raise node.refuse(_MIXES)
    if not node.settings.get("allowzero"):
        shape = (BATCH, *value.sides)
        sides = [
            shape[place] if it == 0 and place < len(shape) else it for place, it in enumerate(sides)
        ]
    first, rest = sides[0], list[Any](sides[1:])
    count = math.prod(value.sides)
    if -1 in rest and first != -1 and BATCH not in rest:
        known = -math.prod(rest)
        if known > 0 and count % known == 0:
            rest[rest.index(-1)] = count // known
    is_batch = first is BATCH or first in {-1, node.batch}
    if not is_batch or BATCH in rest or math.prod(rest) != count or min(rest, default=0) < 0:
        raise node.refuse(_MIXES)
    return _reshape_to(value, rest)


def _transpose(node: Node) -> Value:
    value = node.value()
    rank = len(value.tensor.shape)
    order = tuple(node.settings.get("perm") or range(rank)[::-1])
    if sorted(order) != list(range(rank)) or order[0] != 0:
        raise node.refuse("moves the pictures of a batch to another axis")
    if value.last and order == TO_LAST:
        return Value(value.tensor)
    if not value.last and order == TO_FIRST:
        return Value(value.tensor, last=True)
    return Value(ops.transpose(value.plain, order))


def _squeeze(node: Node) -> Value:
    value = node.value()
    listed = node.whole(1, "axes")
    shape = value.shape
    if listed is None:
        axes = {place for place, side in enumerate(shape) if side == 1 and place > 0}
    else:
        axes = {value.check_axis(int(axis)) for axis in listed}
    if 0 in axes or any(shape[axis] != 1 for axis in axes):
        raise node.refuse("takes away an axis that is longer than one")
    return _reshape_to(
        value, [side for place, side in enumerate(value.sides, 1) if place not in axes]
    )


def _unsqueeze(node: Node) -> Value:
    value = node.value()
    listed = node.whole(1, "axes") or []
    rank = len(value.tensor.shape) + len(listed)
    axes = {int(axis) % rank for axis in listed}
    if 0 in axes or len(axes) < len(listed) or rank > 8:
        raise node.refuse(_MIXES)
    waiting = iter(value.sides)
    return _reshape_to(value, [1 if it in axes else next(waiting) for it in range(1, rank)])


def _concat(node: Node) -> Value:
    operands = [it for it in node.inputs if it is not None]
    values = [it for it in operands if isinstance(it, Value)]
    axis = values[0].check_axis(int(node.number("axis", 0)))
    if axis == 0:
        raise node.refuse(_MIXES)
    last = any(it.last for it in values)
    tensors = []
    for operand in operands:
        if isinstance(operand, Value):
            tensors.append(operand.channels_last if last else operand.plain)
            continue
        if operand.ndim != len(values[0].tensor.shape) or operand.shape[0] != 1:
            raise node.refuse("has numbers for each picture of a batch")
        array = operand.astype(np.float32)
        tensors.append(_repeat(node, np.transpose(array, TO_LAST) if last else array))
    return Value(ops.concatenate(tensors, axis=TO_FIRST[axis] if last else axis), last)


def _repeat(node: Node, array: Any) -> Any:
    """Gives every picture the same constant: Keras has no other way to know how many there are."""
    nothing = ops.reshape(node.pixels[:, :1, :1, :1] * 0.0, (-1, *([1] * (array.ndim - 1))))
    return nothing + array


def _take_parts(value: Value, parts: dict[int, slice]) -> Value:
    """Takes a part of some axes, as the file means them."""
    found = [slice(None)] * len(value.tensor.shape)
    for axis, part in parts.items():
        found[value.place(axis)] = part
    return Value(value.tensor[tuple(found)], value.last)


def _slice(node: Node) -> Value:
    value = node.value()
    starts, ends = node.whole(1, "starts") or [], node.whole(2, "ends") or []
    axes = node.whole(3, "axes") or list(range(len(starts)))
    steps = node.whole(4, "steps") or [1] * len(starts)
    parts: dict[int, slice] = {}
    for start, end, named, step in zip(starts, ends, axes, steps, strict=True):
        axis = value.check_axis(int(named))
        if axis == 0:
            if (start, step) == (0, 1) and (end is BATCH or end > 2**30):
                continue
            raise node.refuse(_MIXES)
        side = value.sides[axis - 1]
        if step == 0 or start is BATCH or end is BATCH:
            raise node.refuse("takes a part without end")
        first, stop, _ = slice(start, end if step > 0 or end >= -side else None, step).indices(side)
        if len(range(first, stop, step)) == 0:
            raise node.refuse("takes an empty part")
        parts[axis] = slice(first, stop if stop >= 0 else None, step)
    return _take_parts(value, parts)


def _split(node: Node) -> Value:
    value = node.value()
    axis = value.check_axis(int(node.number("axis", 0)))
    count = int(node.number("num_outputs", node.settings["parts"]))
    if axis == 0 or count < 1:
        raise node.refuse(_MIXES)
    side = value.sides[axis - 1]
    lengths = node.whole(1, "split")
    if lengths is None:
        each = -(-side // count)
        lengths = [each] * (count - 1) + [side - each * (count - 1)]
    part = int(node.settings["part"])
    if sum(lengths) != side or min(lengths) < 1 or part >= len(lengths):
        raise node.refuse("takes parts that do not make the whole")
    start = sum(lengths[:part])
    return _take_parts(value, {axis: slice(start, start + lengths[part])})


def _gather(node: Node) -> Value:
    value = node.value()
    axis = value.check_axis(int(node.number("axis", 0)))
    places = node.constant(1)
    if axis == 0 or places.dtype == object or places.ndim > 1:
        raise node.refuse(_MIXES)
    side = value.sides[axis - 1]
    wrapped = np.where(places < 0, places + side, places).astype(np.int32)
    if not np.all((wrapped >= 0) & (wrapped < side)):
        raise node.refuse("takes what is not there")
    if places.ndim == 0:
        start = int(wrapped)
        part = _take_parts(value, {axis: slice(start, start + 1)})
        return _reshape_to(part, [it for place, it in enumerate(part.sides, 1) if place != axis])
    return Value(ops.take(value.tensor, wrapped, axis=value.place(axis)), value.last)


def _pad(node: Node) -> Value:
    value = node.value()
    rank = len(value.tensor.shape)
    pads = node.whole(1, "pads") or []
    axes = [value.check_axis(int(it)) for it in node.whole(3, "axes") or range(rank)]
    mode = node.settings.get("mode", "constant")
    if len(pads) != 2 * len(axes) or mode not in {"constant", "reflect"}:
        raise node.refuse("adds around a map what the lab does not")
    around, parts = [(0, 0)] * rank, dict[int, slice]()
    for axis, before, after in zip(axes, pads, pads[len(axes) :], strict=False):
        side = 1 if axis == 0 else value.sides[axis - 1]
        if max(before, after) > 2048 or side + min(0, before) + min(0, after) < 1:
            raise node.refuse("adds more around a map than any model needs")
        if axis == 0 and (before or after):
            raise node.refuse(_MIXES)
        around[value.place(axis)] = (max(0, before), max(0, after))
        if min(before, after) < 0:
            parts[axis] = slice(max(0, -before), side - max(0, -after))
    cut = _take_parts(value, parts) if parts else value
    if not any(map(any, around)):
        return cut
    if mode == "reflect":
        return Value(ops.pad(cut.tensor, around, mode="reflect"), value.last)
    filler = node.settings.get("value") or 0.0
    if node.get(2) is not None:
        filler = float(node.constant(2).reshape(()))
    filler = float(np.clip(filler, -3e38, 3e38))
    return Value(ops.pad(cut.tensor, around, constant_values=filler), value.last)


def _expand(node: Node) -> Value:
    value = node.value()
    sides: list[Any] = node.constant(1).reshape(-1).tolist()
    if len(sides) != len(value.tensor.shape) or sides[0] not in {BATCH, 1, node.batch}:
        raise node.refuse(_MIXES)
    wanted = np.broadcast_shapes(tuple(value.sides), tuple(sides[1:]))
    node.check_size(wanted)
    return Value(value.plain * np.ones((1, *wanted), np.float32))


def _depth_to_space(node: Node) -> Value:
    value, block = node.map(), int(node.number("blocksize", 1))
    channels, rows, columns = value.sides
    if block < 1 or channels % block**2:
        raise node.refuse(f"makes blocks of {channels} channels")
    less = channels // block**2
    if node.settings.get("mode", "DCR") == "DCR":
        x = ops.reshape(value.plain, (-1, block, block, less, rows, columns))
        x = ops.transpose(x, (0, 3, 4, 1, 5, 2))
    else:
        x = ops.reshape(value.plain, (-1, less, block, block, rows, columns))
        x = ops.transpose(x, (0, 1, 4, 2, 5, 3))
    return Value(ops.reshape(x, (-1, less, rows * block, columns * block)))


def _space_to_depth(node: Node) -> Value:
    value, block = node.map(), int(node.number("blocksize", 1))
    channels, rows, columns = value.sides
    if block < 1 or rows % block or columns % block:
        raise node.refuse(f"makes no blocks of {rows} x {columns}")
    x = ops.reshape(value.plain, (-1, channels, rows // block, block, columns // block, block))
    x = ops.transpose(x, (0, 3, 5, 1, 2, 4))
    return Value(ops.reshape(x, (-1, channels * block**2, rows // block, columns // block)))


TABLE: dict[str, Callable[[Node], Value]] = {
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Transpose": _transpose,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Concat": _concat,
    "Slice": _slice,
    "Split": _split,
    "Gather": _gather,
    "Pad": _pad,
    "Expand": _expand,
    "DepthToSpace": _depth_to_space,
    "SpaceToDepth": _space_to_depth,
}
