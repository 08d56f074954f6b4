"""The operators of ONNX that the lab computes, each a function from a node to its value."""

from __future__ import annotations

from collections.abc import Callable

from facemask_core.models.foreign.onnx_graph.constants import FOLDED
from facemask_core.models.foreign.onnx_graph.operators import (
    arithmetic,
    layers,
    pooling,
    reductions,
    resizing,
    shapes,
)
from facemask_core.models.foreign.onnx_graph.values import Node, Value

Operator = Callable[[Node], Value]
COMPUTED: dict[str, Operator] = {
    **arithmetic.TABLE,
    **layers.TABLE,
    **pooling.TABLE,
    **reductions.TABLE,
    **resizing.TABLE,
    **shapes.TABLE,
}
"""Those that are computed of the picture."""
OPERATORS = FOLDED | COMPUTED.keys()
"""These, and those that are worked out while the model is built."""
