"""InceptionV3 (Szegedy et al. 2016, arXiv:1512.00567): the paper's best model."""

from __future__ import annotations

from facemask_core.backbones import preprocessing
from facemask_core.backbones.base import Backbone
from facemask_core.backend import keras
from facemask_core.downloads import Checksum, RemoteFile


def _application(weights: str | None, shape: tuple[int | None, int | None, int]) -> keras.Model:
    return keras.applications.InceptionV3(
        include_top=False, weights=weights, input_shape=shape, pooling="avg", name="network"
    )


INCEPTIONV3 = Backbone(
    name="inceptionv3",
    title="InceptionV3",
    source="Szegedy et al. 2016, arXiv:1512.00567",
    preprocess=preprocessing.to_minus_one_one,
    application=_application,
    imagenet=RemoteFile(
        url="https://storage.googleapis.com/tensorflow/keras-applications/inception_v3/"
        "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5",
        filename="inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5",
        checksum=Checksum("md5", "bcbd6486424b2319ff4ef7d526e38f63"),
    ),
    min_size=75,
    fast_dtype="bfloat16",
)
