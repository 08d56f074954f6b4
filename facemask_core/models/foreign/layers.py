"""The layers that a stranger's model may be made of, and their settings that matter for answers.

A layer is built with these settings alone: what else a file says of it, such as how its weights
were drawn or what held them small in training, is left out, and so is whatever an old Keras wrote
that a new one refuses.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from facemask_core.backend import keras
from facemask_core.models.foreign.content import refuse

PASSED_OVER = frozenset(
    {
        *("Dropout", "SpatialDropout2D", "GaussianNoise", "GaussianDropout", "AlphaDropout"),
        *("ActivityRegularization", "Identity", "RandomFlip", "RandomRotation", "RandomZoom"),
        *("RandomContrast", "RandomBrightness", "RandomTranslation", "RandomCrop"),
        *("RandomColorJitter", "RandomSaturation", "RandomHue", "RandomGrayscale"),
    }
)
"""Layers that do nothing but in training; a random crop is one only where it keeps the size."""
MODELS = frozenset({"Sequential", "Functional", "Model"})
_ACTIVATIONS = frozenset(
    {
        *("linear", "relu", "relu6", "softmax", "sigmoid", "tanh", "swish", "silu", "gelu", "elu"),
        *("selu", "leaky_relu", "softplus", "softsign", "exponential", "log_softmax", "mish"),
        *("hard_swish", "hard_silu"),
    }
)
_WINDOW = ("strides", "padding", "data_format")
_CONVOLUTION = ("kernel_size", *_WINDOW, "dilation_rate", "activation", "use_bias")
_POOLING = ("pool_size", *_WINDOW)
_GLOBAL = ("data_format", "keepdims")
_ALLOWED: dict[str, tuple[str, ...]] = {
    "Conv2D": ("filters", "groups", *_CONVOLUTION),
    "DepthwiseConv2D": ("depth_multiplier", *_CONVOLUTION),
    "SeparableConv2D": ("filters", "depth_multiplier", *_CONVOLUTION),
    "Dense": ("units", "activation", "use_bias"),
    "BatchNormalization": ("axis", "epsilon", "center", "scale"),
    "LayerNormalization": ("axis", "epsilon", "center", "scale"),
    "Activation": ("activation",),
    "ReLU": ("max_value", "negative_slope", "threshold"),
    "LeakyReLU": ("negative_slope",),
    "PReLU": ("shared_axes",),
    "ELU": ("alpha",),
    "Softmax": ("axis",),
    "MaxPooling2D": _POOLING,
    "AveragePooling2D": _POOLING,
    "GlobalAveragePooling2D": _GLOBAL,
    "GlobalMaxPooling2D": _GLOBAL,
    "Flatten": ("data_format",),
    "Reshape": ("target_shape",),
    "Permute": ("dims",),
    "ZeroPadding2D": ("padding", "data_format"),
    "Cropping2D": ("cropping", "data_format"),
    "UpSampling2D": ("size", "interpolation", "data_format"),
    "Resizing": ("height", "width", "interpolation"),
    "Rescaling": ("scale", "offset"),
    "Normalization": ("axis", "mean", "variance", "invert"),
    "Add": (),
    "Subtract": (),
    "Multiply": (),
    "Average": (),
    "Maximum": (),
    "Minimum": (),
    "Concatenate": ("axis",),
}
_OLD_NAMES = {"alpha": "negative_slope"}
"""Of LeakyReLU, in Keras 2."""
_LARGEST_NUMBER = 1_000_000
_LONGEST_LIST = 4_096
_REMEDIES = {
    "Lambda": "a Lambda is a program, which is never run here; write it with layers such as "
    "Rescaling, or save the model without it",
}


@dataclass(frozen=True)
class LayerSpec:
    """A layer as the lab builds it.

    Attributes:
        path: Its name, behind those of the models that it lies in.
        kind: Its class in Keras.
        settings: Those that matter for answers.
        stored: Where a ``.keras`` file keeps its weights; empty for other files.
    """

    path: tuple[str, ...]
    kind: str
    settings: dict[str, Any]
    stored: str = ""

    @property
    def name(self) -> str:
        """What a message calls it, such as ``'dense_1' (Dense)``."""
        return f"{self.path[-1][:60]!r} ({self.kind.removeprefix('onnx ')[:40]})"


def specify(path: tuple[str, ...], kind: Any, config: Any, *, old: bool, stored: str) -> LayerSpec:
    """Takes from a layer's settings those that matter, and checks them.

    Args:
        path: The layer's name, behind those of the models it lies in.
        kind: Its class, as the file says it.
        config: Its settings, as the file says them.
        old: Whether Keras 2 wrote the file.
        stored: Where a ``.keras`` file keeps its weights.

    Raises:
        ForeignModelError: It is no allowed layer, or a setting is none of its kind.
    """
    spec = LayerSpec(path, str(kind), {}, stored)
    if kind not in _ALLOWED or not isinstance(config, dict):
        remedy = _REMEDIES.get(spec.kind, "save a model made of Keras's own image layers alone")
        raise refuse(f"The layer {spec.name} is none that the lab builds", remedy)
    if config.get("data_format") == "channels_first":
        raise refuse(
            f"The layer {spec.name} wants the colours before the rows",
            "save the model with data_format channels_last",
        )
    if kind == "LeakyReLU":
        config = {_OLD_NAMES.get(key, key): value for key, value in config.items()}
    for key in _ALLOWED[spec.kind]:
        if key not in config or config[key] is None:
            continue
        value = config[key]
        if key == "activation":
            value = _read_activation(spec, value, old=old)
        elif not _is_plain(value):
            raise refuse(
                f"The setting {key} of the layer {spec.name} is no plain number",
                "save the model again with usual settings",
            )
        spec.settings[key] = value
    _settle(spec)
    return spec


def _settle(spec: LayerSpec) -> None:
    """Turns a setting into the form in which Keras 3 takes it."""
    axis = spec.settings.get("axis")
    if spec.kind == "BatchNormalization" and isinstance(axis, list):
        if len(axis) != 1:
            raise refuse(
                f"The layer {spec.name} normalises along several axes", "let it have the last alone"
            )
        spec.settings["axis"] = axis[0]


def _read_activation(spec: LayerSpec, value: Any, *, old: bool) -> Any:
    if isinstance(value, dict):  # as Keras 3 writes some
        inner = value.get("config")
        value = inner if isinstance(inner, str) else value.get("class_name")
    if value == "hard_sigmoid":
        return hard_sigmoid_of_keras_2 if old else value
    if value not in _ACTIVATIONS:
        raise refuse(
            f"The activation {str(value)[:40]!r} of the layer {spec.name} is none of Keras's own",
            "use relu or another of Keras's by name",
        )
    return value


@keras.saving.register_keras_serializable(package="facemask_lab")
def hard_sigmoid_of_keras_2(x: Any) -> Any:
    """Computes Keras 2's hard sigmoid, whose slope is a fifth where Keras 3's is a sixth."""
    return keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)


def _is_plain(value: Any, depth: int = 0) -> bool:
    if isinstance(value, list):
        return (
            depth < 4
            and len(value) <= _LONGEST_LIST
            and all(_is_plain(item, depth + 1) for item in value)
        )
    if isinstance(value, bool) or value is None:
        return True
    if isinstance(value, int | float):
        return math.isfinite(value) and abs(value) <= _LARGEST_NUMBER
    return isinstance(value, str) and len(value) <= 40


def build(spec: LayerSpec) -> keras.layers.Layer:
    """Builds a layer, in float32 and for inference.

    Args:
        spec: The layer.

    Raises:
        ForeignModelError: Keras refuses its settings.
    """
    make: Callable[..., keras.layers.Layer] = getattr(keras.layers, spec.kind)
    try:
        return make(**spec.settings, dtype="float32", trainable=False)
    except Exception as error:  # Keras raises many kinds for settings that make no sense
        raise refuse(
            f"The settings of the layer {spec.name} make no sense",
            "save the model again with usual settings",
        ) from error


def count_parameters(spec: LayerSpec, shape: tuple[int | None, ...]) -> int:
    """Counts a layer's weights before it is built, which would take their memory.

    Args:
        spec: The layer.
        shape: Its input's, the batch first.

    Raises:
        ForeignModelError: Its settings or its input give no number.
    """
    settings, channels = spec.settings, shape[-1]
    try:
        bias = bool(settings.get("use_bias", True))
        units = int(settings.get("filters", settings.get("units", 0)))
        window = math.prod(_pair(settings.get("kernel_size", 1)))
        multiplier = int(settings.get("depth_multiplier", 1))
        inputs = int(channels or 0)
        counts = {
            "Conv2D": units * (window * inputs // int(settings.get("groups", 1)) + bias),
            "DepthwiseConv2D": inputs * multiplier * (window + bias),
            "SeparableConv2D": inputs * multiplier * (window + units) + units * bias,
            "Dense": units * (inputs + bias),
            "BatchNormalization": 4 * inputs,
            "LayerNormalization": 2 * math.prod(side or 1 for side in shape[1:]),
            "PReLU": math.prod(side or 1 for side in shape[1:]),
        }
    except (TypeError, ValueError, ZeroDivisionError, IndexError) as error:
        raise refuse(
            f"The settings of the layer {spec.name} make no sense",
            "save the model again with usual settings",
        ) from error
    return counts.get(spec.kind, 0)


def _pair(value: Any) -> list[int]:
    return [int(side) for side in value] if isinstance(value, list) else [int(value)] * 2
