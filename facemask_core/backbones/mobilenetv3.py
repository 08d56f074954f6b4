"""MobileNetV3-Small (Howard et al. 2019, arXiv:1905.02244): light enough for a phone."""

from __future__ import annotations

from facemask_core.backbones import preprocessing
from facemask_core.backbones.base import Backbone
from facemask_core.backend import keras
from facemask_core.downloads import Checksum, RemoteFile


def _application(weights: str | None, shape: tuple[int | None, int | None, int]) -> keras.Model:
    return keras.applications.MobileNetV3Small(
        include_top=False,
        weights=weights,
        input_shape=shape,
        pooling="avg",
        include_preprocessing=True,  # it scales [0, 255] itself
        name="network",
    )


MOBILENETV3 = Backbone(
    name="mobilenetv3",
    title="MobileNetV3-Small",
    source="Howard et al. 2019, arXiv:1905.02244",
    preprocess=preprocessing.to_255,
    application=_application,
    imagenet=RemoteFile(
        url="https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v3/"
        "weights_mobilenet_v3_small_224_1.0_float_no_top_v2.h5",
        filename="weights_mobilenet_v3_small_224_1.0_float_no_top_v2.h5",
        checksum=Checksum("md5", "d3e8ec802a04aa4fc771ee12a9a9b836"),
    ),
    learning_rate=2e-3,
)
