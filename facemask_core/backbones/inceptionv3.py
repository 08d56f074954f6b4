"""InceptionV3 (Szegedy et al. 2016, arXiv:1512.00567): the paper's best model."""

from __future__ import annotations

from facemask_core.backbones.base import Backbone
from facemask_core.backend import keras


def _preprocess(pixels: keras.KerasTensor) -> keras.KerasTensor:
    return keras.layers.Rescaling(2.0, offset=-1.0, name="to_minus_one_one")(pixels)


def _application(weights: str | None, shape: tuple[int | None, int | None, int]) -> keras.Model:
    return keras.applications.InceptionV3(
        include_top=False, weights=weights, input_shape=shape, pooling="avg", name="network"
    )


INCEPTIONV3 = Backbone(
    name="inceptionv3",
    title="InceptionV3",
    source="Szegedy et al. 2016, arXiv:1512.00567",
    preprocess=_preprocess,
    application=_application,
)
