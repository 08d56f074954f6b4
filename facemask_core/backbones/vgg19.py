"""VGG19 (Simonyan and Zisserman 2015, arXiv:1409.1556): deep, plain, without batch norm."""

from __future__ import annotations

from facemask_core.backbones import preprocessing
from facemask_core.backbones.base import Backbone
from facemask_core.backend import keras
from facemask_core.downloads import Checksum, RemoteFile


def _application(weights: str | None, shape: tuple[int | None, int | None, int]) -> keras.Model:
    return keras.applications.VGG19(
        include_top=False, weights=weights, input_shape=shape, pooling="avg", name="network"
    )


VGG19 = Backbone(
    name="vgg19",
    title="VGG19",
    source="Simonyan and Zisserman 2015, arXiv:1409.1556",
    preprocess=preprocessing.caffe,
    application=_application,
    imagenet=RemoteFile(
        url="https://storage.googleapis.com/tensorflow/keras-applications/vgg19/"
        "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
        filename="vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
        checksum=Checksum("md5", "253f8cb515780f3b799900260a226db6"),
    ),
    # Sixteen ReLU layers without batch norm lose the signal under Keras's Glorot default.
    initializer="he_normal",
    learning_rate=3e-4,
    fast_dtype="bfloat16",
    features=-3,  # between it and the global pooling lies a max pooling
)
