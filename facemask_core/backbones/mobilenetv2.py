"""MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381): inverted residuals, small and fast."""

from __future__ import annotations

from facemask_core.backbones import preprocessing
from facemask_core.backbones.base import Backbone
from facemask_core.backend import keras
from facemask_core.downloads import RemoteFile


def _application(weights: str | None, shape: tuple[int | None, int | None, int]) -> keras.Model:
    return keras.applications.MobileNetV2(
        include_top=False, weights=weights, input_shape=shape, pooling="avg", name="network"
    )


MOBILENETV2 = Backbone(
    name="mobilenetv2",
    title="MobileNetV2",
    source="Sandler et al. 2018, arXiv:1801.04381",
    preprocess=preprocessing.to_minus_one_one,
    application=_application,
    imagenet=RemoteFile(
        url="https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2/"
        "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5",
        filename="mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5",
        # Keras states no checksum for this one.
        size=9406464,
    ),
)
