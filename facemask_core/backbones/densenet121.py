"""DenseNet121 (Huang et al. 2017, arXiv:1608.06993): every layer reads all layers before it."""

from __future__ import annotations

from facemask_core.backbones import preprocessing
from facemask_core.backbones.base import Backbone
from facemask_core.backend import keras
from facemask_core.downloads import Checksum, RemoteFile


def _application(weights: str | None, shape: tuple[int | None, int | None, int]) -> keras.Model:
    return keras.applications.DenseNet121(
        include_top=False, weights=weights, input_shape=shape, pooling="avg", name="network"
    )


DENSENET121 = Backbone(
    name="densenet121",
    title="DenseNet121",
    source="Huang et al. 2017, arXiv:1608.06993",
    preprocess=preprocessing.torch,
    application=_application,
    imagenet=RemoteFile(
        url="https://storage.googleapis.com/tensorflow/keras-applications/densenet/"
        "densenet121_weights_tf_dim_ordering_tf_kernels_notop.h5",
        filename="densenet121_weights_tf_dim_ordering_tf_kernels_notop.h5",
        checksum=Checksum("md5", "30ee3e1110167f948a6b9946edeeb738"),
    ),
    fast_dtype="bfloat16",
)
