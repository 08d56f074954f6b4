"""What a network remembers of the pixels it was trained on.

A batch norm keeps the mean and the variance that each channel had in training. Where pixels are
prepared as they were then, portraits give nearly these; with another scale they give others. That
tells scales apart with which a network is right equally often.

An exporter works a batch norm into the convolution before it, and its numbers are gone. But what a
batch norm is for stays: behind it most channels have a mean near 0 and a variance near 1, if the
pixels are the right ones. A network without a batch norm has no such habit, and is told by that:
none of the ways comes near.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core.backend import keras
from facemask_core.models.foreign.preparation import Preparation

_BATCH = 8
_AS_NEAR = 1.25
"""How much further from the training's statistics a way may be and still be as likely."""
_NORMALISED = 0.5
"""The furthest from mean 0 and variance 1 at which a batch norm is taken to have been there; of
trained networks the right pixels gave 0.16 to 0.36, and those without a batch norm 1.5 or more."""
_LINEAR = {"Add", "Subtract", "Multiply", "Divide", "TrueDivide"}
"""Operations that an exporter may leave of a batch norm."""


@dataclass(frozen=True, eq=False)
class Memory:
    """A place in a network, and what its channels gave there in training.

    Attributes:
        place: From prepared pixels to the place.
        axis: The axis of its channels.
        mean: Of each channel, or of all.
        variance: The same.
        is_folded: Whether the batch norm is gone, and these are what it usually makes.
    """

    place: keras.Model
    axis: int
    mean: NDArray[np.float64]
    variance: NDArray[np.float64]
    is_folded: bool

    def measure(self, preparation: Preparation, pixels: NDArray[np.float32]) -> float:
        """Measures how far portraits are from what the network was trained on.

        Args:
            preparation: How their pixels are prepared.
            pixels: float32 (n, 224, 224, 3), RGB in [0, 1].

        Returns:
            The Kullback-Leibler divergence of the channels, taken for normal distributions: their
            mean, or their median where only what is usual of channels is known.
        """
        parts = [
            keras.ops.convert_to_numpy(
                self.place(
                    preparation.apply(keras.ops.convert_to_tensor(pixels[start : start + _BATCH])),
                    training=False,
                )
            )
            for start in range(0, len(pixels), _BATCH)
        ]
        values = np.moveaxis(np.concatenate(parts).astype(np.float64), self.axis, -1)
        values = values.reshape(-1, values.shape[-1])
        mean, variance = values.mean(axis=0), values.var(axis=0) + 1e-6
        kept = self.variance + 1e-6
        ratio = (variance + (mean - self.mean) ** 2) / kept
        divergences = 0.5 * (np.log(kept / variance) + ratio - 1)
        found = float(np.median(divergences) if self.is_folded else divergences.mean())
        return found if np.isfinite(found) else np.inf

    def keep_likely(self, distances: list[float]) -> list[bool]:
        """Tells which ways are as near to the training as the nearest; all, where none is near.

        Args:
            distances: Of each way what :meth:`measure` gave.
        """
        nearest = min(distances)
        if not np.isfinite(nearest) or (self.is_folded and nearest > _NORMALISED):
            return [True] * len(distances)
        return [distance <= _AS_NEAR * nearest for distance in distances]


def find_memory(network: keras.Model) -> Memory | None:
    """Finds what a network remembers of its training.

    Args:
        network: Prepared pixels to scores.

    Returns:
        The statistics of its first batch norm or of a layer that learned those of its pixels, or
        what is usual behind its first convolution; None where it has none of these, or where a
        layer is used twice and so has the statistics of neither use.
    """
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            return _read_statistics(network, layer, layer.moving_mean, layer.moving_variance)
        if isinstance(layer, keras.layers.Normalization) and not layer.invert:
            return _read_statistics(network, layer, layer.mean, layer.variance)
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D):
            return _follow_convolution(network, layer)
    return None


def _read_statistics(network: keras.Model, layer: Any, mean: Any, variance: Any) -> Memory | None:
    try:
        place = keras.Model(network.inputs[0], layer.input)
    except (AttributeError, ValueError):
        return None
    axes = layer.axis if isinstance(layer.axis, tuple | list) else (layer.axis,)
    axis = axes[0] if len(axes) == 1 else -1
    kept = [
        np.asarray(keras.ops.convert_to_numpy(it), np.float64).reshape(-1)
        for it in (mean, variance)
    ]
    if any(it.size not in {1, place.output_shape[axis]} for it in kept):
        return None
    return Memory(place, int(axis), kept[0], kept[1], is_folded=False)


def _follow_convolution(network: keras.Model, layer: Any) -> Memory | None:
    """Follows a convolution through the arithmetic behind it, up to its activation."""
    try:
        value = layer.output
    except (AttributeError, ValueError):
        return None
    users = [(operation, _list_inputs(operation)) for operation in network.operations]
    while True:
        following = [one for one, taken in users if any(it is value for it in taken)]
        if len(following) != 1 or len(_list_inputs(following[0])) != 1:
            break
        if type(following[0]).__name__ not in _LINEAR:
            break
        value = following[0].output
    place = keras.Model(network.inputs[0], value)
    return Memory(place, -1, np.zeros(1), np.ones(1), is_folded=True)


def _list_inputs(operation: Any) -> list[Any]:
    try:
        taken = operation.input
    except (AttributeError, ValueError):  # it is used twice
        return []
    return list(taken) if isinstance(taken, list | tuple) else [taken]
