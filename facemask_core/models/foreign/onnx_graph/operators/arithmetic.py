"""Operators that compute number by number."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from facemask_core.backend import keras
from facemask_core.models.foreign.onnx_graph.values import TO_LAST, Constant, Node, Value

ops = keras.ops
_FLOATS = {1, 10, 11, 16}
"""Kinds of numbers with fractions, all of which are computed in float32."""


def align(node: Node, operands: list[Value | Constant]) -> tuple[list[Any], bool]:
    """Lays operands so that their axes agree.

    Args:
        node: The node that joins them.
        operands: Values and constants, of up to as many axes as the largest.

    Returns:
        Tensors and arrays, and whether their channels lie last.
    """
    values = [it for it in operands if isinstance(it, Value)]
    ranks = [len(it.tensor.shape) if isinstance(it, Value) else it.ndim for it in operands]
    rank = max(ranks)
    if any(len(it.tensor.shape) < rank for it in values):
        raise node.refuse("joins lists and maps, whose pictures would be mixed")
    last = any(it.last for it in values)
    found: list[Any] = []
    for operand in operands:
        if isinstance(operand, Value):
            found.append(operand.channels_last if last else operand.plain)
            continue
        array = operand.astype(np.float32)
        array = array.reshape((1,) * (rank - array.ndim) + array.shape) if array.ndim else array
        if array.ndim and array.shape[0] != 1:
            raise node.refuse("has numbers for each picture of a batch")
        found.append(np.transpose(array, TO_LAST) if last and array.ndim else array)
    return found, last


def _join(compute: Callable[[Any, Any], Any], node: Node) -> Value:
    operands = [it for it in node.inputs if it is not None]
    tensors, last = align(node, operands)
    result = tensors[0]
    for other in tensors[1:]:
        result = compute(result, other)
    return Value(result, last)


def _power(node: Node) -> Value:
    exponent = node.get(1)
    if isinstance(exponent, np.ndarray) and exponent.size == 1:
        value, power = node.value(), float(exponent.reshape(()))
        if power == 2:
            return Value(ops.square(value.tensor), value.last)
        if power == 0.5:
            return Value(ops.sqrt(value.tensor), value.last)
        return Value(ops.power(value.tensor, np.float32(power)), value.last)
    return _join(ops.power, node)


def _mean(node: Node) -> Value:
    total = _join(ops.add, node)
    return Value(total.tensor / float(len(node.inputs)), total.last)


def _slope(node: Node) -> Value:
    (x, slope), last = align(node, [node.value(), node.constant(1)])
    return Value(ops.maximum(x, 0.0) + ops.multiply(slope, ops.minimum(x, 0.0)), last)


def _each(compute: Callable[[Node, Any], Any], node: Node) -> Value:
    value = node.value()
    return Value(compute(node, value.tensor), value.last)


def _clip(node: Node, x: Any) -> Any:
    low, high = (_read_bound(node, place, key) for place, key in ((1, "min"), (2, "max")))
    if (low, high) == (0.0, 6.0):
        return keras.layers.ReLU(6.0)(x)
    if high is None:
        return x if low is None else ops.maximum(x, np.float32(low))
    if low is None:
        return ops.minimum(x, np.float32(high))
    return ops.clip(x, low, high)


def _read_bound(node: Node, place: int, key: str) -> float | None:
    if node.settings.get(key) is not None:
        bound = node.number(key, 0.0)
    elif node.get(place) is None:
        return None
    else:
        bound = float(node.constant(place).reshape(()))
    return bound if abs(bound) < 3e38 else None


def _hard_sigmoid(node: Node, x: Any) -> Any:
    slope, offset = node.number("alpha", 0.2), node.number("beta", 0.5)
    return ops.clip(x * slope + offset, 0.0, 1.0)


def _gelu(node: Node, x: Any) -> Any:
    return ops.gelu(x, approximate=node.settings.get("approximate", "none") == "tanh")


def _selu(node: Node, x: Any) -> Any:
    alpha, gamma = node.number("alpha", 1.67326319), node.number("gamma", 1.05070102)
    return gamma * ops.elu(x, alpha=alpha)


def _celu(node: Node, x: Any) -> Any:
    return ops.celu(x, alpha=node.number("alpha", 1.0))


def _cast(node: Node, x: Any) -> Any:
    if node.settings.get("to") not in _FLOATS:
        raise node.refuse("makes whole numbers of a picture, which have no gradient")
    return x


_JOINING: dict[str, Callable[[Any, Any], Any]] = {
    "Add": ops.add,
    "Sub": ops.subtract,
    "Mul": ops.multiply,
    "Div": ops.divide,
    "Max": ops.maximum,
    "Min": ops.minimum,
    "Sum": ops.add,
}
_EACH: dict[str, Callable[[Node, Any], Any]] = {
    "Relu": lambda _, x: keras.layers.ReLU()(x),  # a layer, so that Grad-CAM finds the map
    "Sigmoid": lambda _, x: ops.sigmoid(x),
    "Tanh": lambda _, x: ops.tanh(x),
    "Softplus": lambda _, x: ops.softplus(x),
    "Softsign": lambda _, x: ops.softsign(x),
    "Exp": lambda _, x: ops.exp(x),
    "Log": lambda _, x: ops.log(x),
    "Sqrt": lambda _, x: ops.sqrt(x),
    "Abs": lambda _, x: ops.abs(x),
    "Neg": lambda _, x: ops.negative(x),
    "Reciprocal": lambda _, x: ops.reciprocal(x),
    "Erf": lambda _, x: ops.erf(x),
    "Identity": lambda _, x: x,
    "Dropout": lambda _, x: x,
    "Mish": lambda _, x: x * ops.tanh(ops.softplus(x)),
    "HardSwish": lambda _, x: x * ops.clip(x / 6.0 + 0.5, 0.0, 1.0),
    "Swish": lambda node, x: x * ops.sigmoid(node.number("alpha", 1.0) * x),
    "LeakyRelu": lambda node, x: ops.leaky_relu(x, node.number("alpha", 0.01)),
    "Elu": lambda node, x: ops.elu(x, alpha=node.number("alpha", 1.0)),
    "Clip": _clip,
    "HardSigmoid": _hard_sigmoid,
    "Gelu": _gelu,
    "Selu": _selu,
    "Celu": _celu,
    "Cast": _cast,
}
TABLE: dict[str, Callable[[Node], Value]] = {
    **{name: partial(_join, compute) for name, compute in _JOINING.items()},
    **{name: partial(_each, compute) for name, compute in _EACH.items()},
    "Pow": _power,
    "Mean": _mean,
    "PRelu": _slope,
}
