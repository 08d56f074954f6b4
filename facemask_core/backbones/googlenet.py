"""GoogLeNet (Szegedy et al. 2015, arXiv:1409.4842): nine inception blocks of four branches each.

Keras has no such application, so the network is built here from the paper's table 1, with one
change that later versions of it share: a batch norm after every convolution (Ioffe & Szegedy 2015,
arXiv:1502.03167) in place of the two local normalisations and the two classifiers that helped it
to train, so that it trains from random weights.
"""

from __future__ import annotations

from facemask_core.backbones import preprocessing
from facemask_core.backbones.base import Backbone
from facemask_core.backend import keras

Branches = tuple[int, int, int, int, int, int]
"""A block's channels: 1x1; reduced to, and 3x3; reduced to, and 5x5; 1x1 after pooling."""

BLOCKS: dict[str, Branches] = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
"""The blocks of table 1 in their order; 3b and 4e end in a pooling of stride 2."""


def _application(_weights: str | None, shape: tuple[int | None, int | None, int]) -> keras.Model:
    """Builds the headless network; there is no file of weights to read."""
    pixels = keras.Input(shape=shape)
    values = _convolve(pixels, 64, 7, "1", strides=2)
    values = _halve(values, "1_pool")
    values = _convolve(values, 64, 1, "2_reduce")
    values = _convolve(values, 192, 3, "2")
    values = _halve(values, "2_pool")
    for block, channels in BLOCKS.items():
        values = _inception(values, channels, block)
        if block in {"3b", "4e"}:
            values = _halve(values, f"{block}_pool")
    pooled = keras.layers.GlobalAveragePooling2D(name="average")(values)
    return keras.Model(pixels, pooled, name="network")


def _inception(values: keras.KerasTensor, channels: Branches, name: str) -> keras.KerasTensor:
    """Looks at every place with four sizes of filter and puts the answers side by side."""
    one, reduce_three, three, reduce_five, five, after_pool = channels
    threes = _convolve(values, reduce_three, 1, f"{name}_3_reduce")
    fives = _convolve(values, reduce_five, 1, f"{name}_5_reduce")
    pooled = keras.layers.MaxPooling2D(3, strides=1, padding="same", name=f"{name}_pooled")(values)
    return keras.layers.Concatenate(name=name)(
        [
            _convolve(values, one, 1, f"{name}_1"),
            _convolve(threes, three, 3, f"{name}_3"),
            _convolve(fives, five, 5, f"{name}_5"),
            _convolve(pooled, after_pool, 1, f"{name}_pool"),
        ]
    )


def _convolve(
    values: keras.KerasTensor, channels: int, size: int, name: str, strides: int = 1
) -> keras.KerasTensor:
    values = keras.layers.Conv2D(
        channels, size, strides=strides, padding="same", use_bias=False, name=f"{name}_conv"
    )(values)
    values = keras.layers.BatchNormalization(epsilon=1e-3, name=f"{name}_norm")(values)
    return keras.layers.ReLU(name=f"{name}_relu")(values)


def _halve(values: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return keras.layers.MaxPooling2D(3, strides=2, padding="same", name=name)(values)


GOOGLENET = Backbone(
    name="googlenet",
    title="GoogLeNet",
    source="Szegedy et al. 2015, arXiv:1409.4842",
    preprocess=preprocessing.to_minus_one_one,
    application=_application,
)
