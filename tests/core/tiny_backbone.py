"""A backbone small enough to train in a test; as a script, one run that can be killed.

Usage: python tests/core/tiny_backbone.py DATA OUTPUT
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from facemask_core import backbones, training
from facemask_core.backbones import Backbone
from facemask_core.backend import keras

RECIPE = training.Recipe(
    backbone="tiny",
    schedule=((32, 4), (40, 2)),
    batch_size=8,
    learning_rate=2e-2,
    warmup_epochs=1,
    average=0.5,
)


def _application(weights: str | None, shape: tuple[int | None, int | None, int]) -> keras.Model:
    assert weights is None
    pixels = keras.Input(shape)
    hidden = keras.layers.Conv2D(4, 3, strides=2)(pixels)
    hidden = keras.layers.Activation("relu")(keras.layers.BatchNormalization()(hidden))
    return keras.Model(pixels, keras.layers.GlobalAveragePooling2D()(hidden), name="network")


def register() -> None:
    backbones._REGISTRY["tiny"] = Backbone(
        name="tiny",
        title="Tiny",
        source="a test",
        preprocess=keras.layers.Rescaling(2.0, offset=-1.0),
        application=_application,
    )


def environment() -> dict[str, str]:
    """What a child process needs to run this file as a script."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}


if __name__ == "__main__":
    register()
    training.train(RECIPE, Path(sys.argv[1]), Path(sys.argv[2]))
