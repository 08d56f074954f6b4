"""Models small enough to have closed forms, wrapped as classifiers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from facemask_core import Classifier
from facemask_core.backend import keras
from facemask_core.checkpoints import Card
from facemask_core.labels import LABELS

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


def linear_model(weights: NDArray[np.float32], bias: NDArray[np.float32]) -> keras.Model:
    pixels = keras.Input(SHAPE)
    dense = keras.layers.Dense(len(LABELS))
    model = keras.Model(pixels, dense(keras.layers.Flatten()(pixels)))
    dense.set_weights([weights, bias])
    return model
