"""ONNX files for tests, written node by node by ONNX's own helper, and their runtime's answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from facemask_core import backend
from facemask_core.models.foreign import architecture, file_reader, network

Shape = Sequence[int | str | None]
node = helper.make_node


def make_model(
    nodes: Sequence[onnx.NodeProto],
    constants: dict[str, NDArray[Any]] | None = None,
    *,
    shape: Shape = (1, 3, 16, 16),
    version: int = 17,
    out: str = "y",
    **more: Any,
) -> onnx.ModelProto:
    """Makes a model from ``x`` to ``y``."""
    pixels = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    answer = helper.make_tensor_value_info(out, TensorProto.FLOAT, None)
    arrays = [numpy_helper.from_array(array, name) for name, array in (constants or {}).items()]
    graph = helper.make_graph(list(nodes), "model", [pixels], [answer], arrays)
    opsets = [helper.make_opsetid("", version), helper.make_opsetid("custom", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8, **more)


def write(path: Path, *nodes: onnx.NodeProto, **options: Any) -> Path:
    """Writes a model."""
    path.write_bytes(make_model(nodes, **options).SerializeToString())
    return path


def build(path: Path, reader: Any = file_reader, size: int | None = None) -> Any:
    """Builds a model as the lab does."""
    content = reader.read(path)
    return network.build_network(architecture.parse(content), content, size)


def run(path: Path, pictures: NDArray[np.float32], batch: int = 1) -> NDArray[np.float32]:
    """Runs a model with ONNX's own runtime, a fixed number of pictures at a time."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path.read_bytes(), options, ["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    parts = [
        session.run(None, {name: pictures[start : start + batch]})[0]
        for start in range(0, len(pictures), batch)
    ]
    return np.concatenate([part.reshape(batch, -1) for part in parts])


def differentiate(model: Any, pictures: Any, direction: Any) -> Any:
    """Computes the gradient of a sum of answers by the running backend."""
    if backend.name() == "tensorflow":
        import tensorflow as tf

        point = tf.constant(pictures)
        with tf.GradientTape() as tape:
            tape.watch(point)
            total = tf.reduce_sum(model(point, training=False) * direction)
        return tape.gradient(total, point).numpy()
    import jax

    return np.asarray(jax.grad(lambda x: (model(x, training=False) * direction).sum())(pictures))
