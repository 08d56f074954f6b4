"""What a network does with its pixels before its first weights: the arithmetic of preparing them.

Some files prepare their pixels themselves, such as ``x / 127.5 - 1`` or the removal of ImageNet's
means. What comes out of that is what the layers behind it were trained on, and there are few usual
kinds of it. So this arithmetic tells what has to go in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core.backend import keras
from facemask_core.models.foreign.preparation import SCALES

_WEIGHTED = ("Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Dense", "BatchNormalization")
_TOLERANCE = 0.02
"""Of a scale's whole range: 127.5 or 128, ImageNet's means in three digits or in two."""
Usage = tuple[str, str]
"""Scale and colours."""


@dataclass(frozen=True, eq=False)
class Front:
    """A factor and an offset for each colour, and perhaps their order turned round.

    Attributes:
        factors: What each colour is multiplied by, in the order in which they come out.
        offsets: What is added to it.
        turns: Whether the first colour comes out last.
    """

    factors: NDArray[np.float64]
    offsets: NDArray[np.float64]
    turns: bool

    @property
    def is_plain(self) -> bool:
        """Whether pixels come out as they go in."""
        kept = np.allclose(self.factors, 1, atol=1e-3) and np.allclose(self.offsets, 0, atol=1e-3)
        return bool(kept) and not self.turns

    def find_inside(self, usage: Usage) -> Usage | None:
        """Finds what the network behind gets of pixels of a kind.

        Args:
            usage: The scale and the colours that go in.

        Returns:
            The scale and the colours that come out; None where they are of no usual kind.
        """
        scale, colours = usage
        colours_inside = colours if not self.turns else {"rgb": "bgr", "bgr": "rgb"}[colours]
        turned = slice(None, None, -1 if colours_inside == "bgr" else 1)
        before, shift = (np.array(it)[turned] for it in SCALES[scale])
        factors, offsets = self.factors * before, self.factors * shift + self.offsets
        for name, usual in SCALES.items():
            usual_factors, usual_offsets = (np.array(it)[turned] for it in usual)
            room = _TOLERANCE * usual_factors
            if np.all(np.abs(factors - usual_factors) <= room) and np.all(
                np.abs(offsets - usual_offsets) <= room
            ):
                return name, colours_inside
        return None


def is_usual(inside: Usage | None) -> bool:
    """Tells whether networks are published for such pixels: red first, but for ImageNet's means."""
    return inside is not None and (inside[1] == "bgr") == (inside[0] == "imagenet-means")


def read_front(network: keras.Model) -> Front | None:
    """Reads what a network does before its first weights, by giving it plain pictures.

    Args:
        network: Prepared pixels to scores.

    Returns:
        The arithmetic; None where there is more to it than a factor and an offset a colour.
    """
    before = _find_before_weights(network)
    if before is None or network.input_shape[-1] != 3 or before.shape[-1] != 3:
        return None
    colours = [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1], [-40, 90, 200]]
    values = _measure(keras.Model(network.inputs[0], before), np.array(colours, np.float64))
    if values is None or not np.isfinite(values).all():
        return None
    offsets, matrix = values[0], (values[1:4] - values[0]).T
    predicted = np.array(colours[4:]) @ matrix.T + offsets
    if not np.allclose(values[4:], predicted, rtol=1e-3, atol=1e-3 * np.abs(matrix).max()):
        return None
    for turns, parts in ((False, matrix), (True, matrix[:, ::-1])):
        factors = np.diagonal(parts)
        rest = np.abs(parts - np.diag(factors)).max()
        if (factors > 0).all() and rest < 1e-3 * factors.min():
            return Front(factors, offsets, turns)
    return None


def _find_before_weights(network: keras.Model) -> Any:
    """Finds what the first layer with weights takes, if that is a map."""
    for layer in network.layers:
        if type(layer).__name__ in _WEIGHTED:
            try:
                taken = layer.input
            except (ValueError, AttributeError):  # it is used twice
                return None
            return taken if len(taken.shape) == 4 else None
    return None


def _measure(front: keras.Model, colours: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Computes what becomes of the middle of pictures of one colour each."""
    rows, columns, count = front.input_shape[1:]
    pictures = np.broadcast_to(colours[:, None, None], (len(colours), rows, columns, count))
    maps = keras.ops.convert_to_numpy(front(pictures.astype(np.float32), training=False))
    if maps.shape[1] < 1 or maps.shape[2] < 1:
        return None
    return np.asarray(maps[:, maps.shape[1] // 2, maps.shape[2] // 2], np.float64)
