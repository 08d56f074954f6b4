"""What a network's first batch norm remembers of the pixels it was trained on.

A batch norm keeps the mean and the variance that each channel had in training. Where pixels are
prepared as they were then, portraits give nearly these; with another scale they give others. That
tells scales apart with which a network is right equally often.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core.backend import keras
from facemask_core.models.foreign.preparation import Preparation

_BATCH = 8


class TrainingStatistics:
    """The statistics in a network's first batch norm."""

    def __init__(self, network: keras.Model) -> None:
        """Finds it.

        Args:
            network: Prepared pixels to scores.
        """
        norms = (it for it in network.layers if isinstance(it, keras.layers.BatchNormalization))
        self._norm: Any = next(norms, None)
        try:
            before = None if self._norm is None else self._norm.input
        except ValueError:  # it is used twice, so its statistics are those of neither use
            before = None
        self._before = None if before is None else keras.Model(network.inputs, before)

    def measure(self, preparation: Preparation, pixels: NDArray[np.float32]) -> float | None:
        """Measures how far portraits are from what the network was trained on.

        Args:
            preparation: How their pixels are prepared.
            pixels: float32 (n, 224, 224, 3), RGB in [0, 1].

        Returns:
            The mean Kullback-Leibler divergence of the channels, taken for normal distributions;
            None where the network has no such statistics.
        """
        if self._before is None:
            return None
        parts = [
            keras.ops.convert_to_numpy(
                self._before(
                    preparation.apply(keras.ops.convert_to_tensor(pixels[start : start + _BATCH])),
                    training=False,
                )
            )
            for start in range(0, len(pixels), _BATCH)
        ]
        values = np.concatenate(parts).astype(np.float64)
        values = np.moveaxis(values, self._norm.axis, -1)
        values = values.reshape(-1, values.shape[-1])
        mean, variance = values.mean(axis=0), values.var(axis=0) + 1e-6
        kept_mean, kept_variance = (
            keras.ops.convert_to_numpy(it).astype(np.float64)
            for it in (self._norm.moving_mean, self._norm.moving_variance)
        )
        kept_variance = kept_variance + 1e-6
        ratio = (variance + (mean - kept_mean) ** 2) / kept_variance
        divergence = float(np.mean(0.5 * (np.log(kept_variance / variance) + ratio - 1)))
        return divergence if np.isfinite(divergence) else None
