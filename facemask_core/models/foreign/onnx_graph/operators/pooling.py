"""Operators that take the largest or the mean of windows, or of a whole map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core.backend import keras
from facemask_core.models.foreign.onnx_graph.operators.windows import Windows, read_windows
from facemask_core.models.foreign.onnx_graph.values import Node, Value

ops = keras.ops
_LEAST = -3.0e38
"""Smaller than any number of a map: what is added around one never is the largest."""


def _read(node: Node, value: Value) -> tuple[Windows, tuple[int, int]]:
    """Reads windows, and what ``ceil_mode`` adds for those that end behind the map."""
    sides = value.sides[1:]
    windows = read_windows(node, node.settings.get("kernel_shape") or [], sides)
    if not node.number("ceil_mode", 0):
        return windows, (0, 0)
    more = []
    for side, before, after, step, reach in zip(
        sides, windows.before, windows.after, windows.strides, windows.reach, strict=True
    ):
        count = -(-(side + before + after - reach) // step) + 1
        if (count - 1) * step >= side + before:
            count -= 1  # such a window would begin behind the map
        more.append(max(0, (count - 1) * step + reach - side - before - after))
    return windows, (more[0], more[1])


def _extend(windows: Windows, more: tuple[int, int]) -> Windows:
    after = (windows.after[0] + more[0], windows.after[1] + more[1])
    return replace(windows, after=after)


def _largest(node: Node) -> Value:
    value = node.map()
    windows, more = _read(node, value)
    windows = _extend(windows, more)
    if windows.dilations != (1, 1):
        raise node.refuse("has windows with holes")
    x = windows.pad(value.channels_last, _LEAST)
    pooled = ops.max_pool(
        x, windows.size, strides=windows.strides, padding="valid", data_format="channels_last"
    )
    return Value(pooled, last=True)


def _mean(node: Node) -> Value:
    value = node.map()
    windows, more = _read(node, value)
    if windows.dilations != (1, 1):
        raise node.refuse("has windows with holes")
    rows, columns = (_count(node, windows, value.sides[1:], more, place) for place in (0, 1))
    x = value.channels_last
    whole = _extend(windows, more)
    if (whole.before, whole.after) != ((0, 0), (0, 0)):
        x = ops.pad(x, [(0, 0), *zip(whole.before, whole.after, strict=True), (0, 0)])
    pooled = ops.average_pool(
        x, windows.size, strides=windows.strides, padding="valid", data_format="channels_last"
    )
    shares = np.outer(rows, columns) / float(np.prod(windows.size))
    if not np.all(shares == 1.0):
        pooled = pooled / shares[None, :, :, None].astype(np.float32)
    return Value(pooled, last=True)


def _count(
    node: Node, windows: Windows, sides: list[int], more: tuple[int, int], place: int
) -> NDArray[np.float32]:
    """Counts along rows or columns the places of each window that its mean is of."""
    around = float(node.number("count_include_pad", 0))
    counted = np.ones(sides[place], np.float32)
    pads = (windows.before[place], windows.after[place])
    counted = np.pad(np.pad(counted, pads, constant_values=around), (0, more[place]))
    views = np.lib.stride_tricks.sliding_window_view(counted, windows.size[place])
    return views[:: windows.strides[place]].sum(axis=1)


def _whole(compute: Callable[..., Any]) -> Callable[[Node], Value]:
    def pool(node: Node) -> Value:
        return Value(compute(node.map().channels_last, axis=(1, 2), keepdims=True), last=True)

    return pool


TABLE: dict[str, Callable[[Node], Value]] = {
    "MaxPool": _largest,
    "AveragePool": _mean,
    "GlobalAveragePool": _whole(ops.mean),
    "GlobalMaxPool": _whole(ops.max),
}
