"""Reads an ONNX file as data: its nodes as JSON, and its weights.

ONNX is a message of Google's protocol buffers, in which nothing is packed: what a file of a
kilobyte says of petabytes is a shape without the numbers for it. Constants of whole numbers, which
are shapes and places, travel in the JSON; those with fractions are weights.
:mod:`~facemask_core.models.foreign.reader_process` calls this in a process of its own, because the
library that reads the message is written in C.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

from facemask_core import system
from facemask_core.models.foreign import limits
from facemask_core.models.foreign.content import ONNX, Arrays, FileContent, refuse

EXPORT_AGAIN = "export the model again, as one file with its weights in it"
_WEIGHTS = {
    onnx.TensorProto.FLOAT,
    onnx.TensorProto.FLOAT16,
    onnx.TensorProto.BFLOAT16,
    onnx.TensorProto.DOUBLE,
}
_WHOLE = {onnx.TensorProto.INT64, onnx.TensorProto.INT32, onnx.TensorProto.BOOL}
_FEWEST_VERSION, _MOST_VERSION = 7, 26
"""Of the operators' definitions: before 7 they meant something else."""
_SIMPLE = {"value_float": "FLOAT", "value_floats": "FLOAT"} | {
    "value_int": "INT64",
    "value_ints": "INT64",
}


def read(path: Path) -> FileContent:
    """Reads an ONNX file.

    Args:
        path: The file.

    Raises:
        ForeignModelError: It is larger than a model may be, or holds what is not read.
        MemoryError: It needs more memory than this process may take.
        Exception: It is damaged, in any of the library's many ways to say so.
    """
    model = onnx.ModelProto()
    try:
        model.ParseFromString(path.read_bytes())
    except Exception:
        if system.is_memory_spent():  # which the library takes for damage
            raise MemoryError from None
        raise
    nodes = len(model.graph.node)
    if nodes > limits.MOST_NODES:
        raise refuse(
            f"The model has {nodes:,} nodes",
            f"the limit is {limits.MOST_NODES:,}; give a smaller one",
        )
    version = _read_version(model)
    reader = _Reader()
    for tensor in model.graph.initializer:
        reader.add(tensor.name, tensor)
    if model.graph.sparse_initializer:
        raise refuse("The file has sparse weights", EXPORT_AGAIN)
    listed = [entry for node in model.graph.node if (entry := reader.read_node(node)) is not None]
    text = json.dumps(
        {
            "version": version,
            "producer": model.producer_name[:40],
            "functions": [function.name for function in model.functions][: limits.MOST_NODES],
            "inputs": [_read_value(it) for it in model.graph.input],
            "outputs": [_read_value(it) for it in model.graph.output],
            "nodes": listed,
            "constants": reader.whole,
        }
    )
    if len(text) > limits.LONGEST_ARCHITECTURE:
        raise refuse("The file says more of its nodes than a model needs", "give a smaller one")
    written_by = " ".join(filter(None, (model.producer_name[:20], model.producer_version[:12])))
    title = f"{version}, written by {written_by}" if written_by else str(version)
    return FileContent(ONNX, title, text, "", reader.weights)


def _read_version(model: onnx.ModelProto) -> int:
    versions = [it.version for it in model.opset_import if it.domain in {"", "ai.onnx"}]
    if not model.graph.node or len(versions) != 1:
        raise refuse("The file is damaged, or no ONNX model", EXPORT_AGAIN)
    if not _FEWEST_VERSION <= versions[0] <= _MOST_VERSION:
        raise refuse(
            f"The model is written in version {versions[0]} of ONNX's operators",
            f"export it with opset_version {_FEWEST_VERSION} to {_MOST_VERSION}, such as 17",
        )
    return int(versions[0])


def _read_value(value: onnx.ValueInfoProto) -> dict[str, Any]:
    kind = value.type.tensor_type
    sides = [
        it.dim_value if it.WhichOneof("value") == "dim_value" else None for it in kind.shape.dim
    ]
    known = kind.HasField("shape")
    return {"name": value.name, "type": kind.elem_type, "shape": sides if known else None}


class _Reader:
    """Reads nodes and constants while they stay within what a file may hold."""

    def __init__(self) -> None:
        self.weights: Arrays = {}
        self.whole: dict[str, Any] = {}
        self._count = 0

    def read_node(self, node: onnx.NodeProto) -> dict[str, Any] | None:
        """Reads a node; None for one that only holds a constant, which is kept."""
        if node.op_type == "Constant" and not node.domain and len(node.output) == 1:
            self._add_constant(node)
            return None
        return {
            "op": node.op_type,
            "domain": node.domain,
            "name": node.name,
            "inputs": list(node.input),
            "outputs": list(node.output),
            "settings": {it.name: self._read_setting(it) for it in node.attribute},
        }

    def _add_constant(self, node: onnx.NodeProto) -> None:
        name = node.output[0]
        for setting in node.attribute:
            if setting.name == "value":
                self.add(name, setting.t)
                return
            if setting.name in _SIMPLE:
                kind = onnx.TensorProto.DataType.Value(_SIMPLE[setting.name])
                value = onnx.helper.get_attribute_value(setting)
                listed = list(value) if setting.name.endswith("s") else [value]
                shape = [len(listed)] if setting.name.endswith("s") else []
                self.add(name, onnx.helper.make_tensor(name, kind, shape, listed))
                return
        raise refuse(f"The constant {name[:60]!r} is no array of numbers", EXPORT_AGAIN)

    def _read_setting(self, setting: onnx.AttributeProto) -> Any:
        kind = onnx.AttributeProto
        if setting.type in {kind.FLOAT, kind.INT}:
            return onnx.helper.get_attribute_value(setting)
        if setting.type in {kind.FLOATS, kind.INTS}:
            return list(onnx.helper.get_attribute_value(setting))
        if setting.type == kind.STRING:
            return setting.s[:80].decode("utf-8", "replace")
        if setting.type == kind.TENSOR and math.prod(setting.t.dims) == 1:
            value = self._to_array(setting.name, setting.t)
            return {"kind": str(value.dtype), "value": value.reshape(-1).tolist()[0]}
        return None  # such as a graph: the node that needs one is refused by its name

    def add(self, name: str, tensor: onnx.TensorProto) -> None:
        """Keeps a constant.

        Args:
            name: Its name.
            tensor: Its kind, its shape and its numbers.

        Raises:
            ForeignModelError: Its numbers are elsewhere, missing, too many or of no such kind.
        """
        if name in self.weights or name in self.whole:
            raise refuse(f"Two constants of the file are called {name[:60]!r}", EXPORT_AGAIN)
        array = self._to_array(name, tensor)
        if tensor.data_type in _WEIGHTS:
            with np.errstate(over="ignore"):
                self.weights[name] = array.astype("<f4", copy=False)
        elif array.size > limits.MOST_WHOLE_NUMBERS:
            raise refuse(
                f"The constant {name[:60]!r} has {array.size:,} whole numbers",
                "export the model in float32, without quantisation",
            )
        else:
            self.whole[name] = {
                "kind": "bool" if array.dtype == np.bool_ else "int64",
                "shape": list(array.shape),
                "values": array.reshape(-1).tolist(),
            }

    def _to_array(self, name: str, tensor: onnx.TensorProto) -> Any:
        if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
            raise refuse(
                f"The weight {name[:60]!r} lies in another file, and no other file is opened",
                "export with external_data=False, or write the model again with onnx.save, which "
                "puts all in one file",
            )
        if tensor.data_type not in _WEIGHTS | _WHOLE:
            raise refuse(
                f"The constant {name[:60]!r} holds quantised numbers, text or the like",
                "export the model in float32, without quantisation",
            )
        self._count += math.prod(tensor.dims)
        if min(tensor.dims, default=0) < 0 or self._count > limits.MOST_PARAMETERS:
            raise refuse(
                f"With {name[:60]!r} the model has more than {limits.MOST_PARAMETERS:,} weights",
                "give a smaller model",
            )
        try:
            return numpy_helper.to_array(tensor)
        except Exception as error:  # of many kinds, where numbers and shape do not agree
            raise refuse(
                f"The constant {name[:60]!r} has other numbers than its shape says", EXPORT_AGAIN
            ) from error
