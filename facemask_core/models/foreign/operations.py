"""The few operations on numbers that stand in models without a layer around them.

Keras writes ``x / 127.5 - 1`` and ``x[..., ::-1]`` in a functional model as operations; preparing
pixels inside the model is done with them. Any other needs a layer.
"""

from __future__ import annotations

import math
from typing import Any

from facemask_core.backend import keras
from facemask_core.models.foreign.content import refuse
from facemask_core.models.foreign.layers import LayerSpec
from facemask_core.models.foreign.nodes import Node, Reference

_OLD = {"TFOpLambda", "SlicingOpLambda"}
_NAMES = {
    **dict.fromkeys(("Add", "math.add", "__operators__.add"), "add"),
    **dict.fromkeys(("Subtract", "math.subtract"), "subtract"),
    **dict.fromkeys(("Multiply", "math.multiply"), "multiply"),
    **dict.fromkeys(("TrueDivide", "Divide", "math.truediv", "math.divide"), "divide"),
    **dict.fromkeys(("GetItem", "__operators__.getitem"), "flip"),
    **dict.fromkeys(("nn.bias_add",), "add"),
    **dict.fromkeys(("cast", "Cast"), "cast"),
    **dict.fromkeys(("nn.relu", "Relu"), "relu"),
    **dict.fromkeys(("nn.relu6", "Relu6"), "relu6"),
}
_BOTH = {"Add", "Subtract", "Multiply"}
"""Names that a layer and an operation of Keras 3 share."""


def is_operation(layer: dict[str, Any], node: Node) -> bool:
    """Tells whether an entry of a functional model is an operation and no layer.

    Args:
        layer: The entry.
        node: Its use.
    """
    kind = layer["class_name"]
    if kind in _BOTH:  # a layer takes a list, an operation two values
        return bool(node.constants) and not node.takes_list
    return kind in _OLD or kind in _NAMES


def specify(path: tuple[str, ...], layer: dict[str, Any], node: Node) -> LayerSpec:
    """Checks an operation.

    Args:
        path: Its name, behind those of the models it lies in.
        layer: Its entry in the file.
        node: Its use.

    Raises:
        ForeignModelError: The lab does not know it, or what it takes.
    """
    kind = layer["class_name"]
    function = layer["config"].get("function") if kind in _OLD else kind
    spec = LayerSpec(path, f"operation {_NAMES.get(function, function)}", {})
    taken = node.constants
    known = isinstance(function, str) and function in _NAMES and bool(node.references)
    if not known or not all(_is_usable(it, spec) for it in taken):
        raise refuse(
            f"The operation {str(function)[:40]!r} at {path[-1][:60]!r} is none that the lab does",
            "write it with layers such as Rescaling",
        )
    return spec


def _is_usable(value: Any, spec: LayerSpec) -> bool:
    if isinstance(value, Reference):
        return True
    if spec.kind.endswith("flip"):
        return _is_flip(value)
    if spec.kind.endswith("cast"):
        return value in {"float32", "float16"}
    numbers = value if isinstance(value, list) else [value]
    return len(numbers) <= 4_096 and all(
        isinstance(it, int | float) and math.isfinite(it) for it in numbers
    )


def _is_flip(parts: Any) -> bool:
    """Tells whether a slice turns the order of the colours and leaves all else, as [..., ::-1]."""
    if not isinstance(parts, list) or not parts:
        return False
    *others, last = [
        {**it, **(it.get("config") or {})} if isinstance(it, dict) else it for it in parts
    ]

    def is_whole(part: Any) -> bool:
        return isinstance(part, dict) and (
            part.get("class_name") == "__ellipsis__"
            or all(part.get(key) is None for key in ("start", "stop", "step"))
        )

    return (
        isinstance(last, dict)
        and last.get("step") == -1
        and last.get("start") is None
        and last.get("stop") is None
        and len(others) in {1, 3}
        and all(map(is_whole, others))
        and (len(others) == 3 or others[0].get("class_name") == "__ellipsis__")
    )


def call(spec: LayerSpec, values: list[Any], constants: tuple[Any, ...]) -> Any:
    """Carries out an operation.

    Args:
        spec: The operation.
        values: The values of its references, in order.
        constants: All that it takes; references stand where the values belong.
    """
    waiting = iter(values)
    taken = [next(waiting) if isinstance(it, Reference) else it for it in constants]
    kind = spec.kind.removeprefix("operation ")
    if kind == "flip":
        return taken[0][..., ::-1]
    if kind == "cast":
        return taken[0]
    if kind in {"relu", "relu6"}:
        return getattr(keras.ops, kind)(taken[0])
    second = taken[1]
    if isinstance(second, list):
        second = keras.ops.convert_to_tensor(second, dtype="float32")
    return getattr(keras.ops, kind)(taken[0], second)
