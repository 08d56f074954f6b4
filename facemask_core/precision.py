"""How a loaded model computes: exactly as its card was measured, or faster and slightly rounded.

Forward pass and gradient together, measured with TensorFlow on a processor with AVX512-BF16, as a
share of the exact time, in float32 and in bfloat16, both folded: VGG19 1.00 and 0.50, InceptionV3
0.96 and 0.52, ResNet50 0.92 and 0.52, DenseNet121 1.00 and 0.67. Depthwise convolutions gain
nothing: MobileNetV3 0.86 and 1.25, MobileNetV2 0.76 and 0.90, EfficientNet-B2 0.97 and 1.13.
"""

from __future__ import annotations

from facemask_core import backbones
from facemask_core.backend import keras
from facemask_core.errors import DeviceError
from facemask_core.folding import folded

PRECISIONS = ("exact", "fast")
"""``exact`` is float32, layer by layer; ``fast`` is what was measured to be fastest."""


def arithmetic(backbone: str, precision: str) -> str:
    """Puts what a precision means for a backbone in words, for whoever reads a figure.

    Args:
        backbone: A name in the registry.
        precision: One of :data:`PRECISIONS`.
    """
    if precision == "exact":
        return "float32"
    return f"{backbones.get(backbone).fast_dtype}, batch norm folded"


def prepared(model: keras.Model, backbone: str, precision: str) -> keras.Model:
    """Makes a model compute in a precision; logits are float32 in any.

    Args:
        model: A model built by the registry, with its weights; it is not changed.
        backbone: Its entry in the registry.
        precision: One of :data:`PRECISIONS`.

    Returns:
        The model itself for ``exact``; otherwise a copy for inference, with float32 weights of
        its own.

    Raises:
        DeviceError: There is no such precision.
    """
    if precision not in PRECISIONS:
        raise DeviceError(
            f"There is no precision {precision!r}; choose one of {', '.join(PRECISIONS)}."
        )
    if precision == "exact":
        return model
    copy = folded(model)
    if backbones.get(backbone).fast_dtype == "bfloat16":
        _compute_in_bfloat16(copy.get_layer("network"))
    return copy


def _compute_in_bfloat16(network: keras.Model) -> None:
    """Lets every layer behind the first convolution compute in bfloat16.

    Eight bits of mantissa hold an 8-bit pixel, but not the eighth of a level that a step of PGD
    adds: with the first convolution in float32, such steps change InceptionV3's logits as they
    do in float32 (correlation 0.9999, against 0.985 without, and 0.91 with preprocessing in
    bfloat16 as well).
    """
    first = next(
        index
        for index, layer in enumerate(network.layers)
        if isinstance(layer, keras.layers.Conv2D)
    )
    for layer in network.layers[first + 1 :]:
        layer.dtype_policy = "mixed_bfloat16"
