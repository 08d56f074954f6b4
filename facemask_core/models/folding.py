"""Batch norm folded into the layer before it: the same function in fewer operations.

In inference mode batch norm multiplies every channel by a constant and adds another; the layer
before it gives the same output at once with another kernel and bias (Jacob et al. 2018,
arXiv:1712.05877, section 3.2).
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core import compat
from facemask_core.backend import keras

_LINEAR = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.Dense)


def fold_batch_norm(model: keras.Model) -> keras.Model:
    """Copies a model, with every batch norm folded that directly follows a linear layer.

    The linear layer is a Conv2D, DepthwiseConv2D or Dense without activation whose output goes
    nowhere else; any other batch norm stays. The constants are computed in float64.

    Args:
        model: A functional model, perhaps with functional models inside; it is not changed.

    Returns:
        A model with weights of its own, for inference only: it gives what ``model`` gives with
        ``training=False``, up to rounding.
    """
    folds = _find_folds(model)
    norms = {linear: norm for norm, linear in folds.items()}
    copies: dict[Any, Any] = {}

    def copy_layer(layer: Any) -> Any:
        if layer in folds:
            return layer  # left out below
        config = layer.get_config()
        if layer in norms:
            config["use_bias"] = True
        copies[layer] = layer.__class__.from_config(config)
        return copies[layer]

    def call_layer(layer: Any, *inputs: Any, **options: Any) -> Any:
        return inputs[0] if layer in folds else layer(*inputs, **options)

    copy = keras.models.clone_model(
        model, clone_function=copy_layer, call_function=call_layer, recursive=True
    )
    for layer, its_copy in copies.items():
        if layer in norms:
            its_copy.set_weights(_fold_weights(layer, norms[layer]))
        elif isinstance(layer, keras.layers.Layer):  # not an operation such as slicing
            # Unlike set_weights, this settles what a layer derives from its weights.
            store: dict[str, Any] = {}
            layer.save_own_variables(store)
            its_copy.load_own_variables(store)
    copy.trainable = False
    return copy


def _find_folds(model: keras.Model) -> dict[Any, Any]:
    """Finds each batch norm that can be folded, and the layer to fold it into."""
    graphs = [part for part in compat.all_layers(model) if compat.is_graph(part)]
    calls = [call for graph in graphs for call in compat.graph_calls(graph)]
    counts = Counter(call.operation for call in calls)
    uses = Counter(id(tensor) for call in calls for tensor in call.inputs)
    uses.update(id(tensor) for graph in graphs for tensor in graph.outputs)
    makers = {id(tensor): call.operation for call in calls for tensor in call.outputs}
    linear = {}
    for call in calls:
        norm = call.operation
        if not isinstance(norm, keras.layers.BatchNormalization):
            continue
        tensor = call.inputs[0]
        maker = makers[id(tensor)]
        alone = uses[id(tensor)] == counts[norm] == counts[maker] == 1
        if alone and _can_absorb(maker, norm.axis % len(tensor.shape), len(tensor.shape)):
            linear[norm] = maker
    return linear


def _can_absorb(layer: Any, axis: int, rank: int) -> bool:
    """Tells whether a layer's kernel can hold a factor for every position along an axis."""
    return (
        isinstance(layer, _LINEAR)
        and layer.activation is keras.activations.linear
        and getattr(layer, "data_format", "channels_last") == "channels_last"
        and axis == rank - 1
    )


def _fold_weights(linear: Any, norm: Any) -> list[NDArray[np.float32]]:
    """Computes the kernel and bias with which one layer does the work of the two."""
    kernel, *biases = (weight.astype(np.float64) for weight in linear.get_weights())
    mean, variance = (_float64(item) for item in (norm.moving_mean, norm.moving_variance))
    scale = (_float64(norm.gamma) if norm.scale else 1.0) / np.sqrt(variance + norm.epsilon)
    bias = (sum(biases) - mean) * scale + (_float64(norm.beta) if norm.center else 0.0)
    depthwise = isinstance(linear, keras.layers.DepthwiseConv2D)
    # The channels out lie along the last axis, or for depthwise convolution along the last two.
    factors = scale.reshape(kernel.shape[-2:]) if depthwise else scale
    return [(kernel * factors).astype(np.float32), bias.astype(np.float32)]


def _float64(variable: Any) -> NDArray[np.float64]:
    return keras.ops.convert_to_numpy(variable.value).astype(np.float64)
