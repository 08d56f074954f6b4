"""A backbone small enough to train in a test; as a script, one run that can be killed.

Usage: python tests/core/tiny_backbone.py DATA OUTPUT [RECIPE [STEP]]

RECIPE is a key of RECIPES; at the step whose progress message starts with STEP, the process kills
itself as ``kill -9`` would.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from dataclasses import replace
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
RECIPES = {
    "plain": RECIPE,
    "adversarial": replace(
        RECIPE, schedule=((32, 3),), adversary=training.Adversary(epsilon=0.1, warmup_epochs=2)
    ),
}


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
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("recipe", choices=RECIPES, nargs="?", default="plain")
    parser.add_argument("step", nargs="?")
    chosen = parser.parse_args()

    def progress(what: str, *_: int) -> None:
        if chosen.step and what.startswith(chosen.step):
            os.kill(os.getpid(), signal.SIGKILL)

    register()
    training.train(RECIPES[chosen.recipe], chosen.data, chosen.output, progress=progress)
