"""The windows of convolutions and pooling: their steps, and what stands around a map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from facemask_core.backend import keras
from facemask_core.models.foreign.onnx_graph.values import Constant, Node

_LARGEST = 1024


@dataclass(frozen=True)
class Windows:
    """How windows go over a map.

    Attributes:
        size: Rows and columns of a window.
        strides: Its steps.
        dilations: The distance of its places.
        before: Rows and columns that are added before the map.
        after: Those that are added behind.
    """

    size: tuple[int, int]
    strides: tuple[int, int]
    dilations: tuple[int, int]
    before: tuple[int, int]
    after: tuple[int, int]

    @property
    def reach(self) -> tuple[int, int]:
        """Rows and columns from a window's first place to its last."""
        (rows, columns), (down, right) = self.size, self.dilations
        return (rows - 1) * down + 1, (columns - 1) * right + 1

    @property
    def padding(self) -> str:
        """What Keras calls the padding that :meth:`pad` leaves to it."""
        if self.before == self.after == (0, 0):
            return "valid"
        centred = all(
            2 * pad == reach - 1 for pad, reach in zip(self.before, self.reach, strict=True)
        )
        return (
            "same" if centred and self.before == self.after and self.strides == (1, 1) else "valid"
        )

    def pad(self, x: Any, value: float) -> Any:
        """Adds what stands around a map, but where Keras's own padding does the same.

        Args:
            x: The map, its channels last.
            value: What is added; Keras adds zeros.
        """
        if self.before == self.after == (0, 0) or (value == 0.0 and self.padding == "same"):
            return x
        around = [(0, 0), *zip(self.before, self.after, strict=True), (0, 0)]
        return keras.ops.pad(x, around, constant_values=value)

    def without_holes(self, node: Node, kernel: Constant) -> tuple[Constant, Windows]:
        """Fills a kernel with zeros where it has both steps and holes, which Keras does not do.

        Args:
            node: The convolution.
            kernel: Rows and columns first.
        """
        if self.dilations == (1, 1) or self.strides == (1, 1):
            return kernel, self
        rows, columns = self.reach
        node.check_size((rows, columns, *kernel.shape[2:]))
        filled = np.zeros((rows, columns, *kernel.shape[2:]), kernel.dtype)
        filled[:: self.dilations[0], :: self.dilations[1]] = kernel
        return filled, replace(self, size=(rows, columns), dilations=(1, 1))


def read_windows(node: Node, size: Sequence[int], sides: Sequence[int]) -> Windows:
    """Reads how a node's windows go.

    Args:
        node: A convolution or pooling.
        size: Rows and columns of a window.
        sides: Those of the map.
    """
    strides = _read_pair(node, "strides", (1, 1))
    dilations = _read_pair(node, "dilations", (1, 1))
    if len(size) != 2 or not all(1 <= it <= _LARGEST for it in (*size, *strides, *dilations)):
        raise node.refuse("has windows that are not of rows and columns")
    windows = Windows((int(size[0]), int(size[1])), strides, dilations, (0, 0), (0, 0))
    automatic = node.settings.get("auto_pad", "NOTSET")
    if automatic in {"SAME_UPPER", "SAME_LOWER"}:
        missing = [
            max(0, (-(-side // step) - 1) * step + reach - side)
            for side, step, reach in zip(sides, strides, windows.reach, strict=True)
        ]
        less = (missing[0] // 2, missing[1] // 2)
        more = (missing[0] - less[0], missing[1] - less[1])
        before, after = (less, more) if automatic == "SAME_UPPER" else (more, less)
    else:
        pads = node.settings.get("pads") or [0] * 4
        if automatic == "VALID":
            pads = [0] * 4
        if len(pads) != 4 or not all(isinstance(it, int) and 0 <= it <= _LARGEST for it in pads):
            raise node.refuse("has a padding that is not of rows and columns")
        before, after = (pads[0], pads[1]), (pads[2], pads[3])
    windows = replace(windows, before=before, after=after)
    spans = [side + sum(pads) for side, *pads in zip(sides, before, after, strict=True)]
    if any(span < reach for span, reach in zip(spans, windows.reach, strict=True)):
        raise node.refuse("has windows larger than its map", "give it larger pictures: size=224")
    return windows


def _read_pair(node: Node, key: str, default: tuple[int, int]) -> tuple[int, int]:
    found = node.settings.get(key) or default
    if len(found) != 2 or not all(isinstance(it, int) for it in found):
        raise node.refuse(f"has {key} that are not of rows and columns")
    return int(found[0]), int(found[1])
