"""VGG19 (Simonyan and Zisserman 2015, arXiv:1409.1556): deep, plain, without batch norm."""

from __future__ import annotations

from facemask_core.backbones.base import Backbone
from facemask_core.backend import keras

IMAGENET_MEANS_RGB = (123.68, 116.779, 103.939)
"""Subtracted by the original Caffe model, which reads its channels as BGR."""


def _preprocess(pixels: keras.KerasTensor) -> keras.KerasTensor:
    centred = keras.layers.Rescaling(
        255.0, offset=[-mean for mean in IMAGENET_MEANS_RGB], name="to_255_less_means"
    )(pixels)
    return centred[..., ::-1]


def _application(weights: str | None, shape: tuple[int | None, int | None, int]) -> keras.Model:
    return keras.applications.VGG19(
        include_top=False, weights=weights, input_shape=shape, pooling="avg", name="network"
    )


VGG19 = Backbone(
    name="vgg19",
    title="VGG19",
    source="Simonyan and Zisserman 2015, arXiv:1409.1556",
    preprocess=_preprocess,
    application=_application,
    # Sixteen ReLU layers without batch norm lose the signal under Keras's Glorot default.
    initializer="he_normal",
)
