"""Models small enough to have closed forms, wrapped as classifiers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from facemask_core import Classifier
from facemask_core.backend import keras
from facemask_core.labels import LABELS
from facemask_core.models.checkpoints import Card

SHAPE = (8, 8, 3)


def wrapped(model: keras.Model) -> Classifier:
    card = Card(
        name="test",
        backbone="mobilenetv3",
        weights_sha256="0" * 64,
        initial_weights="random",
        data={},
        recipe={},
        command="",
        seed=0,
        history=[],
        metrics={},
        versions={},
    )
    return Classifier(model, card)


def judging(kernel: NDArray[np.float64], threshold: float) -> Classifier:
    """Says ``with_mask`` where the sum of kernel times pixels exceeds a threshold."""
    weights = np.stack([-kernel.ravel(), kernel.ravel()], axis=1).astype(np.float32)
    bias = np.array([threshold, -threshold], np.float32)
    return wrapped(linear_model(weights, bias, kernel.shape))


def linear_model(
    weights: NDArray[np.float32], bias: NDArray[np.float32], shape: tuple[int, ...] = SHAPE
) -> keras.Model:
    pixels = keras.Input(shape)
    dense = keras.layers.Dense(len(LABELS))
    model = keras.Model(pixels, dense(keras.layers.Flatten()(pixels)))
    dense.set_weights([weights, bias])
    return model
