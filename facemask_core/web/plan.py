"""The plan of a network: what a browser computes step by step, read off the Keras model.

A step names its operation, the steps whose results it reads, the shape of its own result, and the
arrays of the weights file it needs. The pixels are step 0. Batch norm that follows a convolution is
written with it, so that the browser can fold the two when it reads the weights: folded weights
would not fit the float16 of the file without another rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from facemask_core import compat
from facemask_core.backend import keras
from facemask_core.errors import ExportError
from facemask_core.models import checkpoints

FORMAT = 1
"""Number of the plan's format; a browser refuses any other."""
BACKBONES = ("mobilenetv3",)
"""Backbones whose every layer a browser can compute, with its gradient, in a lesson's time."""
LANES = 4
"""The kernels compute so many channels at a time."""

layers = keras.layers


@dataclass(frozen=True, eq=False)
class _Value:
    """The result of a step, on its way through the network.

    Attributes:
        step: The step's number in the plan.
        shape: Its shape without the batch.
        padding: Rows above and columns left of it that the next convolution reads as zeros.
    """

    step: int
    shape: tuple[int, ...]
    padding: tuple[int, int] = (0, 0)


@dataclass
class _Tracer:
    """Follows the pixels through a model, and notes a step for each layer they meet.

    Attributes:
        keys: The name of each weight in the weights file, by the identity of the weight.
        steps: What was noted.
        folded: Steps whose results only a batch norm may read, since it is folded into them.
    """

    keys: dict[int, str]
    steps: list[dict[str, Any]] = field(default_factory=list)
    folded: set[_Value] = field(default_factory=set)

    def call(self, operation: Any, *inputs: Any, **options: Any) -> _Value:
        """Notes what an operation does to its inputs; ``compat.run_graph`` calls it for each."""
        first = inputs[0]
        if compat.is_graph(operation):
            result: _Value = compat.run_graph(operation, first, self.call)
            return result
        for value in first if isinstance(first, list) else inputs:
            if isinstance(value, _Value) and value in self.folded:
                raise ExportError(f"{operation.name} reads a result before its batch norm.")
        for kind, note in _NOTES:
            if isinstance(operation, kind):
                return note(self, operation, *inputs)
        raise ExportError(
            f"A browser cannot compute the layer {operation.name} ({type(operation).__name__})."
        )

    def add(self, name: str, inputs: list[_Value], shape: tuple[int, ...], **more: Any) -> _Value:
        """Appends a step to the plan."""
        if any(value.padding != (0, 0) for value in inputs):
            raise ExportError(f"A browser pads pictures for convolutions alone, not for {name}.")
        channels = shape[-1]
        if self.steps and channels % LANES and name not in ("rescale", "dense"):
            raise ExportError(f"A browser computes multiples of 4 channels, not {channels}.")
        numbers = [value.step for value in inputs]
        self.steps.append({"op": name, "inputs": numbers, "shape": list(shape)} | more)
        return _Value(len(self.steps) - 1, shape)

    def key(self, weight: Any) -> str | None:
        """Returns a weight's name in the weights file; None for none."""
        return None if weight is None else self.keys[id(weight)]


def _note_rescaling(tracer: _Tracer, layer: Any, value: _Value) -> _Value:
    return _rescale(tracer, value, float(layer.scale), float(layer.offset))


def _note_sum(tracer: _Tracer, operation: Any, value: _Value, constant: float) -> _Value:
    return _rescale(tracer, value, 1.0, float(constant))


def _note_product(tracer: _Tracer, operation: Any, value: _Value, constant: float) -> _Value:
    return _rescale(tracer, value, float(constant), 0.0)


def _rescale(tracer: _Tracer, value: _Value, factor: float, offset: float) -> _Value:
    return tracer.add("rescale", [value], value.shape, factor=factor, offset=offset)


def _note_padding(tracer: _Tracer, layer: Any, value: _Value) -> _Value:
    # The shape stays that of the picture: rows below and columns to the right need no mention,
    # because a convolution's own result says how far it reads.
    (top, _), (left, _) = layer.padding
    return _Value(value.step, value.shape, (top, left))


def _note_convolution(tracer: _Tracer, layer: Any, value: _Value) -> _Value:
    (size, wide), (stride, across) = layer.kernel_size, layer.strides
    if size != wide or stride != across or layer.dilation_rate != (1, 1):
        raise ExportError(f"A browser computes square convolutions alone, not {layer.name}.")
    if getattr(layer, "groups", 1) != 1:
        raise ExportError(f"A browser cannot compute {layer.name}, which has groups of channels.")
    depthwise = isinstance(layer, layers.DepthwiseConv2D)
    if depthwise and layer.depth_multiplier != 1:
        raise ExportError(f"A browser gives each channel one kernel, unlike {layer.name}.")
    top, left = value.padding
    if layer.padding == "same":
        top, left = (rows_before(length, size, stride) for length in value.shape[:2])
    result = tracer.add(
        "depthwise" if depthwise else "convolution",
        [_Value(value.step, value.shape)],
        tuple(layer.output.shape[1:]),
        size=size,
        stride=stride,
        before=[top, left],
        kernel=tracer.key(layer.kernel),
        bias=tracer.key(layer.bias),
    )
    return _activate(tracer, layer, result)


def rows_before(length: int, size: int, stride: int) -> int:
    """Rows of zeros that the padding ``same`` puts before a picture; the odd one comes after."""
    count = -(-length // stride)
    return max((count - 1) * stride + size - length, 0) // 2


def _note_batch_norm(tracer: _Tracer, layer: Any, value: _Value) -> _Value:
    step = tracer.steps[value.step]
    if step["op"] not in ("convolution", "depthwise") or "norm" in step:
        raise ExportError(f"A browser computes batch norm after convolutions alone: {layer.name}.")
    step["norm"] = {
        "gamma": tracer.key(layer.gamma),
        "beta": tracer.key(layer.beta),
        "mean": tracer.key(layer.moving_mean),
        "variance": tracer.key(layer.moving_variance),
        "epsilon": float(layer.epsilon),
    }
    tracer.folded.add(value)
    return _Value(value.step, value.shape)


def _note_activation(tracer: _Tracer, layer: Any, value: _Value) -> _Value:
    return _activate(tracer, layer, value)


def _activate(tracer: _Tracer, layer: Any, value: _Value) -> _Value:
    """Notes the activation that a layer is, or has."""
    if layer.activation is keras.activations.linear:
        return value
    if layer.activation is keras.activations.hard_silu:
        return tracer.add("hard_swish", [value], value.shape)
    if layer.activation in _RELUS:
        return tracer.add("relu", [value], value.shape, most=_RELUS[layer.activation])
    raise ExportError(f"A browser cannot compute the activation of {layer.name}.")


def _note_relu(tracer: _Tracer, layer: Any, value: _Value) -> _Value:
    if layer.negative_slope or layer.threshold:
        raise ExportError(f"A browser computes plain ReLU alone, not {layer.name}.")
    most = None if layer.max_value is None else float(layer.max_value)
    return tracer.add("relu", [value], value.shape, most=most)


def _note_average(tracer: _Tracer, layer: Any, value: _Value) -> _Value:
    return tracer.add("average", [value], (1, 1, value.shape[-1]))


def _note_addition(tracer: _Tracer, layer: Any, values: list[_Value]) -> _Value:
    first, second = values
    return tracer.add("add", [first, second], first.shape)


def _note_scale(tracer: _Tracer, layer: Any, values: list[_Value]) -> _Value:
    picture, factors = values
    if factors.shape != (1, 1, picture.shape[-1]):
        raise ExportError(f"A browser multiplies by one factor a channel, unlike {layer.name}.")
    return tracer.add("scale", [picture, factors], picture.shape)


def _note_dense(tracer: _Tracer, layer: Any, value: _Value) -> _Value:
    kernel, bias = tracer.key(layer.kernel), tracer.key(layer.bias)
    result = tracer.add("dense", [value], (layer.units,), kernel=kernel, bias=bias)
    return _activate(tracer, layer, result)


def _note_nothing(tracer: _Tracer, layer: Any, value: _Value) -> _Value:
    return value


_RELUS = {keras.activations.relu: None, keras.activations.relu6: 6.0}
"""The largest value that each lets through."""
_NOTES: tuple[tuple[Any, Callable[..., _Value]], ...] = (
    (layers.Rescaling, _note_rescaling),
    (layers.ZeroPadding2D, _note_padding),
    ((layers.Conv2D, layers.DepthwiseConv2D), _note_convolution),
    (layers.BatchNormalization, _note_batch_norm),
    (layers.Activation, _note_activation),
    (layers.ReLU, _note_relu),
    (layers.GlobalAveragePooling2D, _note_average),
    (layers.Add, _note_addition),
    (layers.Multiply, _note_scale),
    (layers.Dense, _note_dense),
    (layers.Dropout, _note_nothing),  # a model answers without it
    # Sums and products with a constant: hard sigmoid is written as ReLU6(x + 3) / 6.
    (compat.SumOperation, _note_sum),
    (compat.ProductOperation, _note_product),
)


def refuse_backbone(card: checkpoints.Card) -> None:
    """Refuses a model whose backbone no browser computes, before it is loaded.

    Raises:
        ExportError: It is none of :data:`BACKBONES`.
    """
    if card.backbone not in BACKBONES:
        raise ExportError(
            f"{card.name} has the backbone {card.backbone}, which is too slow for a browser; "
            f"choose a model of {' or '.join(BACKBONES)}."
        )


def write_plan(model: keras.Model, card: checkpoints.Card) -> dict[str, Any]:
    """Writes the plan of a model, fit for JSON.

    Args:
        model: A model loaded from its checkpoint, pixels to logits.
        card: Its card.

    Raises:
        ExportError: Its backbone, or one of its layers, is none a browser can compute.
    """
    refuse_backbone(card)
    return describe_plan(card, trace_steps(model, card.input_size))


def trace_steps(
    model: keras.Model, side: int, rescaling: tuple[float, float] | None = None
) -> list[dict[str, Any]]:
    """Follows the pixels through a model.

    Args:
        model: The model, to its logits.
        side: Side of the pictures.
        rescaling: Factor and offset of the pixels before it; None where the model does that.

    Raises:
        ExportError: One of its layers is none a browser can compute.
    """
    keys = {id(weight): key for key, weight in checkpoints.name_by_position(model.weights)}
    tracer = _Tracer(keys)
    pixels = tracer.add("pixels", [], (side, side, 3))
    if rescaling is not None:
        pixels = _rescale(tracer, pixels, *rescaling)
    compat.run_graph(model, pixels, tracer.call)
    return tracer.steps


def describe_plan(card: checkpoints.Card, steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Describes a model to a browser, fit for JSON.

    Args:
        card: Its card.
        steps: What :func:`trace_steps` noted.
    """
    return {
        "format": FORMAT,
        "model": card.name,
        "backbone": card.backbone,
        "weights_sha256": card.weights_sha256,
        "classes": card.classes,
        "unsure_below": card.unsure_below,
        "steps": steps,
    }
