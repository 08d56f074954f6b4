"""Builds an ONNX graph: each node a constant that is worked out, or layers and operations."""

from __future__ import annotations

from typing import Any

import numpy as np

from facemask_core.backend import keras
from facemask_core.errors import ForeignModelError
from facemask_core.models.foreign import limits
from facemask_core.models.foreign.budget import Budget
from facemask_core.models.foreign.content import FileContent, refuse
from facemask_core.models.foreign.layers import LayerSpec
from facemask_core.models.foreign.onnx_graph import constants
from facemask_core.models.foreign.onnx_graph.graph import KIND, read_constants
from facemask_core.models.foreign.onnx_graph.operators import COMPUTED
from facemask_core.models.foreign.onnx_graph.values import Constant, Node, Value
from facemask_core.models.foreign.plan import Architecture, Step

_EXPORT_AGAIN = "export the model again"


def build(plan: Architecture, content: FileContent, pixels: Any) -> Any:
    """Builds a graph on a picture.

    Args:
        plan: Its steps.
        content: The file, for its constants.
        pixels: Symbolic tensor (n, rows, columns, colours), prepared.

    Returns:
        Symbolic tensor (n, scores).

    Raises:
        ForeignModelError: A node does not fit, is larger than a model may be, or mixes pictures.
    """
    builder = _Builder(plan, content, pixels)
    for step in plan.steps:
        builder.add(step)
    answer = builder.values[plan.output]
    if not isinstance(answer, Value):
        raise refuse("The model's answer does not come of its picture", _EXPORT_AGAIN)
    shape = tuple(answer.tensor.shape)
    if len(shape) == 2:
        return answer.tensor
    return keras.ops.reshape(answer.plain, (-1, int(np.prod(answer.sides))))


class _Builder:
    """Adds nodes, and keeps what they give."""

    def __init__(self, plan: Architecture, content: FileContent, pixels: Any) -> None:
        self._weights: dict[str, Constant] = {**content.arrays, **read_constants(content)}
        self._checked: set[str] = set()
        self._batch, self._pixels = plan.batch, pixels
        self._budget, self._count = Budget(), 0
        self.values: dict[int, Value | Constant] = {0: Value(pixels, last=plan.channels_first)}

    def add(self, step: Step) -> None:
        """Adds a node."""
        spec = step.spec
        operator = spec.kind.removeprefix(KIND)
        node = Node(
            spec.name,
            spec.settings,
            [self._take(spec, it) for it in step.constants],
            self._budget,
            self._pixels,
            self._batch,
        )
        try:
            self.values[step.output] = self._compute(operator, node)
        except ForeignModelError:
            raise
        except Exception as error:  # NumPy and Keras raise many kinds where shapes do not fit
            raise refuse(
                f"The node {spec.name} does not fit what comes before it", _EXPORT_AGAIN
            ) from error

    def _compute(self, operator: str, node: Node) -> Value | Constant:
        if constants.can_fold(operator, node):
            return constants.fold(operator, node)
        if operator not in COMPUTED or not any(isinstance(it, Value) for it in node.inputs):
            raise node.refuse("is not worked out beforehand")
        value = COMPUTED[operator](node)
        if any(side is None for side in value.tensor.shape[1:]):
            raise node.refuse("gives maps whose size is not known")
        self._budget.add_output(tuple(value.tensor.shape), 0, f"the node {node.name}")
        self._count += 1
        if self._count > limits.MOST_STEPS:
            raise refuse(
                f"The model has more than {limits.MOST_STEPS:,} nodes", "give a smaller model"
            )
        return value

    def _take(self, spec: LayerSpec, operand: Any) -> Value | Constant | None:
        if operand is None:
            return None
        if isinstance(operand, int):
            return self.values[operand]
        array = self._weights[operand]
        if operand not in self._checked:
            self._checked.add(operand)
            # A bound of one number may be infinite, such as the largest that Clip leaves.
            if array.dtype.kind == "f" and not (
                np.isfinite(array).all() or (array.size == 1 and not np.isnan(array).any())
            ):
                raise refuse(
                    f"The weight {operand[:60]!r} of the node {spec.name} holds numbers that are "
                    "not finite",
                    "train the model again; it gives no answers",
                )
        return array
