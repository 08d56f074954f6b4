"""The preprocessing of the Keras applications, as differentiable layers."""

from __future__ import annotations

from facemask_core.backend import keras

IMAGENET_MEANS = (0.485, 0.456, 0.406)
"""Of each channel of pixels in [0, 1], red first."""
IMAGENET_DEVIATIONS = (0.229, 0.224, 0.225)
CAFFE_MEANS = (123.68, 116.779, 103.939)
"""Of each channel of pixels in [0, 255], red first, as the original Caffe models subtract them."""


def to_255(pixels: keras.KerasTensor) -> keras.KerasTensor:
    """Scales [0, 1] to [0, 255], for applications that normalise by themselves."""
    return keras.layers.Rescaling(255.0, name="to_255")(pixels)


def to_minus_one_one(pixels: keras.KerasTensor) -> keras.KerasTensor:
    """Scales [0, 1] to [-1, 1]."""
    return keras.layers.Rescaling(2.0, offset=-1.0, name="to_minus_one_one")(pixels)


def caffe(pixels: keras.KerasTensor) -> keras.KerasTensor:
    """Scales [0, 1] to [0, 255] less the mean of each channel, and turns RGB into BGR."""
    centred = keras.layers.Rescaling(
        255.0, offset=[-mean for mean in CAFFE_MEANS], name="to_255_less_means"
    )(pixels)
    return centred[..., ::-1]


def torch(pixels: keras.KerasTensor) -> keras.KerasTensor:
    """Standardises each channel with ImageNet's mean and deviation."""
    return keras.layers.Rescaling(
        [1 / deviation for deviation in IMAGENET_DEVIATIONS],
        offset=[
            -mean / deviation
            for mean, deviation in zip(IMAGENET_MEANS, IMAGENET_DEVIATIONS, strict=True)
        ],
        name="standardise",
    )(pixels)
