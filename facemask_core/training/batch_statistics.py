"""New statistics for batch norm, of the finished weights over views like those of training."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from facemask_core import compat
from facemask_core.backend import compile_function, keras
from facemask_core.training.photographs import LabelledBatch


def batch_norms(model: keras.Model) -> list[keras.layers.Layer]:
    """Lists the batch-norm layers that training changes."""
    return [
        layer
        for layer in compat.all_layers(model)
        if isinstance(layer, keras.layers.BatchNormalization) and layer.trainable
    ]


class BatchStatistics:
    """Replaces batch norm's moving statistics by the plain mean over some batches.

    A moving average of weights needs statistics of its own: those gathered in training belong to
    the weights of that moment (Izmailov et al. 2018, arXiv:1803.05407, section 3.2). The images are
    augmented as in training: people bring dark, noisy and distant pictures as well as plain ones.
    """

    def __init__(self, model: keras.Model) -> None:
        """Prepares the program, which is compiled once for each size of image.

        Args:
            model: Its other weights never change.
        """
        self._model = model
        self._layers = batch_norms(model)
        self._observe = compile_function(
            lambda trainable, others, pixels: model.stateless_call(
                trainable, others, pixels, training=True
            )[1]
        )

    def renew(self, batches: Iterator[LabelledBatch]) -> None:
        """Computes the statistics of the present weights; without a batch they stay as they are.

        Args:
            batches: The batches to compute them over; not read where there is no batch norm.
        """
        if not self._layers:
            return
        momenta = [layer.momentum for layer in self._layers]
        for layer in self._layers:
            layer.momentum = 0.0  # each batch leaves its own statistics behind, for a plain mean
        means = self._means(batches)
        for layer, momentum in zip(self._layers, momenta, strict=True):
            layer.momentum = momentum
            for variable in (layer.moving_mean, layer.moving_variance):
                if variable.path in means:
                    variable.assign(means[variable.path])

    def _means(self, batches: Iterator[LabelledBatch]) -> dict[str, Any]:
        """Averages the untrained variables over batches; returns means by the variables' paths."""
        variables = self._model.non_trainable_variables
        trainable, others = _copy(self._model.trainable_variables), _copy(variables)
        totals: list[Any] = [0.0] * len(others)
        count = 0
        for pixels, _ in batches:
            others = self._observe(trainable, others, keras.ops.convert_to_tensor(pixels))
            values = [np.asarray(keras.ops.convert_to_numpy(value), np.float64) for value in others]
            totals = [total + value for total, value in zip(totals, values, strict=True)]
            count += 1
        if not count:
            return {}
        return {
            variable.path: (total / count).astype(np.float32)
            for variable, total in zip(variables, totals, strict=True)
        }


def _copy(variables: list[keras.Variable]) -> list[Any]:
    """Copies values; TensorFlow would trace anew for each variable passed as such."""
    arrays = [keras.ops.convert_to_numpy(variable) for variable in variables]
    return [keras.ops.convert_to_tensor(array) for array in arrays]
