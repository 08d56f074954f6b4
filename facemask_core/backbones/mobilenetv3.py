"""MobileNetV3-Small (Howard et al. 2019, arXiv:1905.02244): light enough for a phone."""

from __future__ import annotations

from facemask_core.backbones.base import Backbone
from facemask_core.backend import keras


def _preprocess(pixels: keras.KerasTensor) -> keras.KerasTensor:
    """The application rescales [0, 255] itself."""
    return keras.layers.Rescaling(255.0, name="to_255")(pixels)


def _application(weights: str | None, shape: tuple[int | None, int | None, int]) -> keras.Model:
    return keras.applications.MobileNetV3Small(
        include_top=False,
        weights=weights,
        input_shape=shape,
        pooling="avg",
        include_preprocessing=True,
        name="network",
    )


MOBILENETV3 = Backbone(
    name="mobilenetv3",
    title="MobileNetV3-Small",
    source="Howard et al. 2019, arXiv:1905.02244",
    preprocess=_preprocess,
    application=_application,
)
