"""Operators with weights: convolutions, dense layers and normalisations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from facemask_core.backend import keras
from facemask_core.models.foreign.onnx_graph.operators.windows import read_windows
from facemask_core.models.foreign.onnx_graph.values import Constant, Node, Value

ops = keras.ops


def _add_layer(node: Node, layer: keras.layers.Layer, x: Any, weights: list[Constant]) -> Any:
    """Calls a new layer and gives it its weights, all counted beforehand."""
    count = sum(weight.size for weight in weights)
    node.budget.add_parameters(count, f"the node {node.name}")
    node.budget.add_output(layer.compute_output_shape(x.shape), count, f"the node {node.name}")
    output = layer(x)
    for variable, weight in zip(layer.weights, weights, strict=True):
        variable.assign(weight.astype(np.float32).reshape(variable.shape))
    return output


def _convolve(node: Node) -> Value:
    kernel, bias = node.constant(1), node.get(2)
    groups = int(node.number("group", 1))
    value = node.map()
    channels = value.sides[0]
    if kernel.ndim != 4 or groups < 1 or channels != kernel.shape[1] * groups:
        raise node.refuse(f"has weights of the shape {kernel.shape} for {channels} channels")
    if kernel.shape[0] % groups:
        raise node.refuse(f"has {kernel.shape[0]} filters in {groups} groups")
    windows = read_windows(node, kernel.shape[2:], value.sides[1:])
    x = windows.pad(value.channels_last, 0.0)
    kernel = np.transpose(kernel, (2, 3, 1, 0))  # rows, columns, channels in, filters
    kernel, windows = windows.without_holes(node, kernel)
    biases = [] if bias is None else [node.constant(2)]
    depthwise = groups == channels > 1 and windows.strides[0] == windows.strides[1]
    settings: dict[str, Any] = {
        "kernel_size": kernel.shape[:2],
        "strides": windows.strides,
        "padding": windows.padding,
        "dilation_rate": windows.dilations,
        "use_bias": bool(biases),
        "data_format": "channels_last",
        "dtype": "float32",
        "trainable": False,
    }
    if depthwise:
        multiplier = kernel.shape[3] // channels
        layer = keras.layers.DepthwiseConv2D(depth_multiplier=multiplier, **settings)
        kernel = kernel.reshape(*kernel.shape[:2], channels, multiplier)
    else:
        layer = keras.layers.Conv2D(kernel.shape[3], groups=groups, **settings)
    return Value(_add_layer(node, layer, x, [kernel, *biases]), last=True)


def _dense(node: Node, x: Any, kernel: Constant, bias: Constant | None) -> Any:
    if x.shape[-1] != kernel.shape[0]:
        raise node.refuse(f"has weights of the shape {kernel.shape} for {x.shape[-1]} numbers")
    layer = keras.layers.Dense(
        kernel.shape[1], use_bias=bias is not None, dtype="float32", trainable=False
    )
    return _add_layer(node, layer, x, [kernel] if bias is None else [kernel, bias])


def _gemm(node: Node) -> Value:
    x, kernel = node.value(), node.constant(1)
    if node.settings.get("transA") or len(x.tensor.shape) != 2 or kernel.ndim != 2:
        raise node.refuse("multiplies something else than one list a picture")
    kernel = kernel.T if node.settings.get("transB") else kernel
    kernel = kernel * np.float32(node.number("alpha", 1.0))
    bias = None
    if node.get(2) is not None:
        added = node.constant(2) * np.float32(node.number("beta", 1.0))
        if added.size not in {1, kernel.shape[1]}:
            raise node.refuse(f"adds numbers of the shape {added.shape}")
        bias = np.broadcast_to(added.reshape(-1), (kernel.shape[1],))
    return Value(_dense(node, x.plain, kernel, bias))


def _matmul(node: Node) -> Value:
    left, right = node.get(0), node.get(1)
    if isinstance(left, Value) and isinstance(right, np.ndarray) and right.ndim == 2:
        return Value(_dense(node, left.plain, right, None))
    tensors = []
    for operand in (left, right):
        if isinstance(operand, Value):
            tensors.append(operand.plain)
        elif isinstance(operand, np.ndarray) and operand.ndim != 1:
            if operand.ndim > 2 and operand.shape[0] != 1:
                raise node.refuse("has numbers for each picture of a batch")
            tensors.append(operand.astype(np.float32))
        else:
            raise node.refuse("multiplies something else than tables")
    ranks = [len(it.shape) for it in tensors]
    if max(ranks) < 3 or any(
        isinstance(it, Value) and rank < max(ranks)
        for it, rank in zip((left, right), ranks, strict=True)
    ):
        raise node.refuse("would mix the pictures of a batch")
    product = ops.matmul(*tensors)
    node.budget.add_output(product.shape, int(tensors[0].shape[-1]), f"the node {node.name}")
    return Value(product)


def _batch_norm(node: Node) -> Value:
    value = node.value()
    if node.settings.get("training_mode") or not node.number("spatial", 1):
        raise node.refuse("is in training mode", "export the model in eval mode")
    rank = len(value.tensor.shape)
    axis = -1 if rank in {2, 4} else 1
    layer = keras.layers.BatchNormalization(
        axis=axis, epsilon=node.number("epsilon", 1e-5), dtype="float32", trainable=False
    )
    x = value.channels_last if rank == 4 else value.tensor
    weights = [node.constant(place) for place in range(1, 5)]
    if {weight.size for weight in weights} != {x.shape[axis]}:
        raise node.refuse(f"has other weights than its {x.shape[axis]} channels need")
    return Value(_add_layer(node, layer, x, weights), last=rank == 4)


def _normalise(node: Node, x: Any, axes: list[int], scale: Any, bias: Any) -> Any:
    mean = ops.mean(x, axis=axes, keepdims=True)
    centred = x - mean
    variance = ops.mean(ops.square(centred), axis=axes, keepdims=True)
    found = centred / ops.sqrt(variance + node.number("epsilon", 1e-5)) * scale
    return found if bias is None else found + bias


def _layer_norm(node: Node) -> Value:
    value = node.value()
    rank = len(value.tensor.shape)
    first = value.check_axis(int(node.number("axis", -1)))
    if first == 0:
        raise node.refuse("would mix the pictures of a batch")
    bias = None if node.get(2) is None else node.constant(2).astype(np.float32)
    scale = node.constant(1).astype(np.float32)
    return Value(_normalise(node, value.plain, list(range(first, rank)), scale, bias))


def _instance_norm(node: Node) -> Value:
    value = node.value()
    rank = len(value.tensor.shape)
    shape = (1, -1, *([1] * (rank - 2)))
    scale, bias = (node.constant(it).astype(np.float32).reshape(shape) for it in (1, 2))
    if rank == 4:
        scale, bias = (it.transpose(0, 2, 3, 1) for it in (scale, bias))
        return Value(_normalise(node, value.channels_last, [1, 2], scale, bias), last=True)
    return Value(_normalise(node, value.plain, list(range(2, rank)), scale, bias))


def _group_norm(node: Node) -> Value:
    value, groups = node.map(), int(node.number("num_groups", 1))
    channels, rows, columns = value.sides
    scale, bias = (node.constant(it).astype(np.float32).reshape(-1) for it in (1, 2))
    if groups < 1 or channels % groups:
        raise node.refuse(f"has {channels} channels in {groups} groups")
    if scale.size == groups != channels:  # as the operator was until version 21
        scale, bias = (np.repeat(it, channels // groups) for it in (scale, bias))
    x = ops.reshape(value.channels_last, (-1, rows, columns, groups, channels // groups))
    x = _normalise(node, x, [1, 2, 4], np.float32(1), None)
    return Value(ops.reshape(x, (-1, rows, columns, channels)) * scale + bias, last=True)


TABLE: dict[str, Callable[[Node], Value]] = {
    "Conv": _convolve,
    "Gemm": _gemm,
    "MatMul": _matmul,
    "BatchNormalization": _batch_norm,
    "LayerNormalization": _layer_norm,
    "InstanceNormalization": _instance_norm,
    "GroupNormalization": _group_norm,
}
