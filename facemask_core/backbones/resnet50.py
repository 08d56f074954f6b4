"""ResNet50 (He et al. 2016, arXiv:1512.03385): residual connections, the usual yardstick."""

from __future__ import annotations

from facemask_core.backbones import preprocessing
from facemask_core.backbones.base import Backbone
from facemask_core.backend import keras
from facemask_core.downloads import Checksum, RemoteFile


def _application(weights: str | None, shape: tuple[int | None, int | None, int]) -> keras.Model:
    return keras.applications.ResNet50(
        include_top=False, weights=weights, input_shape=shape, pooling="avg", name="network"
    )


RESNET50 = Backbone(
    name="resnet50",
    title="ResNet50",
    source="He et al. 2016, arXiv:1512.03385",
    preprocess=preprocessing.caffe,
    application=_application,
    imagenet=RemoteFile(
        url="https://storage.googleapis.com/tensorflow/keras-applications/resnet/"
        "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
        filename="resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
        checksum=Checksum("md5", "4d473c1dd8becc155b73f8504c6f6626"),
    ),
    fast_dtype="bfloat16",
)
