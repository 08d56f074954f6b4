"""Builds a stranger's network out of the lab's own layers, and gives it the file's weights."""

from __future__ import annotations

import math
from typing import Any

from facemask_core.backend import keras
from facemask_core.errors import ForeignModelError
from facemask_core.models.foreign import limits, operations
from facemask_core.models.foreign.architecture import Architecture, Step
from facemask_core.models.foreign.content import FileContent, refuse
from facemask_core.models.foreign.layers import build, count_parameters
from facemask_core.models.foreign.weights import Weights

_SMALLER = "give a smaller model"
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
    values: dict[int, Any] = {0: pixels}
    builder = _Builder(Weights(content))
    for step in architecture.steps:
        values[step.output] = builder.add(step, [values[number] for number in step.inputs])
    network = keras.Model(pixels, values[architecture.output], name="network")
    network.trainable = False
    return network


class _Builder:
    """Adds steps, and holds their sum within the bounds."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._parameters = 0
        self._multiplications = 0

    def add(self, step: Step, inputs: list[Any]) -> Any:
        spec = step.spec
        try:
            if spec.kind.startswith("operation"):
                return self._check_output(step, operations.call(spec, inputs, step.constants))
            count = count_parameters(spec, tuple(inputs[0].shape))
            self._parameters += count
            if not 0 <= self._parameters <= limits.MOST_PARAMETERS:
                raise refuse(
                    f"With the layer {spec.name} the model has more than "
                    f"{limits.MOST_PARAMETERS:,} weights",
                    _SMALLER,
                )
            layer = build(spec)
            given = inputs if len(inputs) > 1 else inputs[0]
            self._check(step, layer.compute_output_shape(_shapes(given)), count)
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

    def _check_output(self, step: Step, output: Any) -> Any:
        self._check(step, tuple(output.shape), 0)
        return output

    def _check(self, step: Step, shape: tuple[int | None, ...], parameters: int) -> None:
        outputs = math.prod(side or 1 for side in shape[1:])
        positions = math.prod(side or 1 for side in shape[1:-1]) if len(shape) > 2 else 1
        self._multiplications += positions * parameters + outputs
        if outputs > limits.MOST_OUTPUTS or self._multiplications > limits.MOST_MULTIPLICATIONS:
            raise refuse(
                f"The layer {step.spec.name} takes more computing than one picture may", _SMALLER
            )


def _shapes(given: Any) -> Any:
    if isinstance(given, list):
        return [tuple(it.shape) for it in given]
    return tuple(given.shape)
