"""Builds a stranger's network out of the lab's own layers, and gives it the file's weights."""

from __future__ import annotations

from typing import Any

from facemask_core.backend import keras
from facemask_core.errors import ForeignModelError
from facemask_core.models.foreign import operations
from facemask_core.models.foreign.budget import Budget
from facemask_core.models.foreign.content import ONNX, FileContent, refuse
from facemask_core.models.foreign.layers import build, count_parameters
from facemask_core.models.foreign.onnx_graph import builder
from facemask_core.models.foreign.plan import Architecture, Step
from facemask_core.models.foreign.weights import Weights

_DEFAULT_SIDE = 224


def build_network(
    architecture: Architecture, content: FileContent, size: int | None = None
) -> keras.Model:
    """Builds a network with its weights.

    Args:
        architecture: What to build.
        content: The file, for its weights.
        size: Side of the pictures where the file leaves it open; None for 224 pixels.

    Raises:
        ForeignModelError: It is larger than a model may be, or its weights do not fit.
    """
    rows, columns, channels = architecture.input_shape
    side = size or _DEFAULT_SIDE
    shape = (rows or side, columns or side, channels)
    pixels = keras.Input(shape, dtype="float32", name="prepared_pixels")
    if content.layout == ONNX:
        answer = builder.build(architecture, content, pixels)
    else:
        values: dict[int, Any] = {0: pixels}
        adder = _Builder(Weights(content))
        for step in architecture.steps:
            values[step.output] = adder.add(step, [values[number] for number in step.inputs])
        answer = values[architecture.output]
    network = keras.Model(pixels, answer, name="network")
    network.trainable = False
    return network


class _Builder:
    """Adds steps, and holds their sum within the bounds."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._budget = Budget()

    def add(self, step: Step, inputs: list[Any]) -> Any:
        spec = step.spec
        name = f"the layer {spec.name}"
        try:
            if spec.kind.startswith("operation"):
                output = operations.call(spec, inputs, step.constants)
                self._budget.add_output(tuple(output.shape), 0, name)
                return output
            count = count_parameters(spec, tuple(inputs[0].shape))
            self._budget.add_parameters(count, name)
            layer = build(spec)
            given = inputs if len(inputs) > 1 else inputs[0]
            self._budget.add_output(layer.compute_output_shape(_shapes(given)), count, name)
            output = layer(given)
            self._weights.fill(spec, layer)
        except ForeignModelError:
            raise
        except Exception as error:  # Keras raises many kinds where shapes do not fit
            raise refuse(
                f"The layer {spec.name} does not fit what comes before it",
                "save the model again with a current Keras",
            ) from error
        return output


def _shapes(given: Any) -> Any:
    if isinstance(given, list):
        return [tuple(it.shape) for it in given]
    return tuple(given.shape)
