"""EfficientNet-B2 (Tan and Le 2019, arXiv:1905.11946): depth, width and size scaled together."""

from __future__ import annotations

from facemask_core.backbones import preprocessing
from facemask_core.backbones.base import Backbone
from facemask_core.backend import keras
from facemask_core.downloads import Checksum, RemoteFile


def _application(weights: str | None, shape: tuple[int | None, int | None, int]) -> keras.Model:
    network = keras.applications.EfficientNetB2(
        include_top=False, weights=weights, input_shape=shape, pooling="avg", name="network"
    )
    _standardise(network)
    return network


def _standardise(network: keras.Model) -> None:
    """Fixes the network's own normalisation of [0, 1] to ImageNet's means and deviations.

    Left to Keras, it depends on where the weights came from: none at all from random weights, and
    from ImageNet's a variance that is really the deviation, made up for by one more layer. What a
    checkpoint holds would then mean one thing when saved and another when loaded.
    """
    layer = next(layer for layer in network.layers if isinstance(layer, keras.layers.Normalization))
    layer.adapt_mean.assign(preprocessing.IMAGENET_MEANS)
    layer.adapt_variance.assign([value**2 for value in preprocessing.IMAGENET_DEVIATIONS])
    layer.finalize_state()


EFFICIENTNETB2 = Backbone(
    name="efficientnetb2",
    title="EfficientNet-B2",
    source="Tan and Le 2019, arXiv:1905.11946",
    preprocess=preprocessing.to_255,
    application=_application,
    imagenet=RemoteFile(
        url="https://storage.googleapis.com/keras-applications/efficientnetb2_notop.h5",
        filename="efficientnetb2_notop.h5",
        checksum=Checksum("md5", "111f8e2ac8aa800a7a99e3239f7bfb39"),
    ),
)
