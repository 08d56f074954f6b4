"""ONNX files: read as data, checked node by node, and computed by the lab's own layers.

:mod:`~facemask_core.models.foreign.onnx_graph.reader` reads a file in the process with limits,
:mod:`~facemask_core.models.foreign.onnx_graph.graph` makes its nodes a list of steps, and
:mod:`~facemask_core.models.foreign.onnx_graph.builder` builds these, operator by operator.
"""

from __future__ import annotations


def is_onnx(head: bytes) -> bool:
    """Tells whether a file begins as an ONNX model does, with the version of its format.

    Args:
        head: Its first eight bytes.
    """
    return len(head) > 2 and head[0] == 0x08 and 3 <= head[1] <= 32 and head[2] != 0x08
