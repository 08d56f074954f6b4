"""How a loaded model computes: exactly as its card was measured, or faster and slightly rounded.

On VGG19, InceptionV3, ResNet50 and DenseNet121 bfloat16 pays on a processor with AVX512-BF16;
depthwise convolutions gain nothing from it, and folding alone is what helps MobileNetV3,
MobileNetV2 and EfficientNetB2; GoogLeNet was not measured. ``make bench`` measures that of the
shipped backbones.
"""

from __future__ import annotations

from facemask_core import backbones
from facemask_core.backend import keras
from facemask_core.errors import DeviceError
from facemask_core.models.folding import fold_batch_norm

PRECISIONS = ("exact", "fast")
"""``exact`` is float32, layer by layer; ``fast`` is what was measured to be fastest."""


def describe_arithmetic(backbone: str, precision: str) -> str:
    """Describes in words what a precision means for a backbone, for the reader of a figure.

    Args:
        backbone: A name in the registry.
        precision: One of :data:`PRECISIONS`.
    """
    if precision == "exact":
        return "float32"
    return f"{_choose_dtype(backbone)}, batch norm folded"


def _choose_dtype(backbone: str) -> str:
    """Returns the fastest type as measured; of a model that is not the lab's nobody measured it."""
    return backbones.get(backbone).fast_dtype if backbone in backbones.names() else "float32"


def set_precision(model: keras.Model, backbone: str, precision: str) -> keras.Model:
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
    copy = fold_batch_norm(model)
    if _choose_dtype(backbone) == "bfloat16":
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
